package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"sallyport/internal/errs"
)

// Nodes is the node table: the servers that work on this database.
type Nodes struct {
	db  *DB
	now func() time.Time
}

// Node is a server as its last sign of life tells of it.
type Node struct {
	ID        string // see [DB.Self]
	Host      string
	Addr      string // that it listens on
	Version   string
	Migration string // the newest that it knows
	Workers   int    // runs that it works at once
	Keys      string // the numbers of the keys in its key file, with blanks between
	StartedAt time.Time
	SeenAt    time.Time
	GoneAt    time.Time // when another found it dead; zero while it lives
}

const (
	// BeatEvery is how often a server gives a sign of life.
	BeatEvery = 5 * time.Second
	// silentAfter is how long it gives none until it does not count any more.
	silentAfter = 4 * BeatEvery
	// nodeLock is held by whoever decides who may work on the database.
	nodeLock = "node"
	// keepGone is how long a server is told of that went without a word.
	keepGone = 24 * time.Hour
)

// Silent reports whether nothing is to be expected of a server any more.
func (n Node) Silent(now time.Time) bool {
	return !n.GoneAt.IsZero() || now.Sub(n.SeenAt) > silentAfter
}

// Holds reports whether a lease is the server's.
func (n Node) Holds(l Lease) bool { return l.Holder == n.ID || strings.HasPrefix(l.Holder, n.ID+"/") }

const nodeColumns = `id, host, addr, version, migration, workers, keys, started_at, seen_at, gone_at`

func scanNode(rows *sql.Rows) (n Node, err error) {
	var started, seen, gone int64
	err = rows.Scan(&n.ID, &n.Host, &n.Addr, &n.Version, &n.Migration, &n.Workers, &n.Keys, &started, &seen, &gone)
	n.StartedAt, n.SeenAt, n.GoneAt = fromMicros(started), fromMicros(seen), fromMicros(gone)
	return n, err
}

// Self names this process among those that work on the database: in leases, in the
// queue and in the table of nodes. No other process ever has the same.
func (db *DB) Self() string { return db.self }

// Join takes a server in. It is a conflict where others live that seal with keys of
// which it has none: neither could read what the other wrote. Servers that have
// been gone for a day are forgotten.
func (t Nodes) Join(ctx context.Context, n Node) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		if err := tx.hold(ctx, nodeLock); err != nil { // two at once know of each other
			return err
		}
		now := t.now()
		if tx.db.pool == nil { // one process works on a file, and this is it
			if _, err := tx.exec(ctx, `DELETE FROM node`); err != nil {
				return err
			}
		} else if err := admit(ctx, tx, n); err != nil {
			return err
		}
		if _, err := tx.exec(ctx, `DELETE FROM node WHERE seen_at < ?`, toMicros(now.Add(-keepGone))); err != nil {
			return err
		}
		return tx.beat(ctx, n, now)
	})
}

// Admit reports, as a conflict, that [Nodes.Join] would not take a server in: before
// it has done anything.
func (t Nodes) Admit(ctx context.Context, n Node) error {
	if t.db.pool == nil { // there are no others on a file
		return nil
	}
	return admit(ctx, t.db, n)
}

func admit(ctx context.Context, on querier, n Node) error {
	others, err := living(ctx, on)
	if err != nil {
		return err
	}
	for _, o := range others {
		if o.ID != n.ID && !shareKeys(o.Keys, n.Keys) {
			return errs.New(errs.Conflict, "the server on %s works on this database with another key file: give this one a copy of that file, or neither can read what the other seals", o.Host)
		}
	}
	return nil
}

// living lists the servers that PostgreSQL knows to live, by the locks on their ids:
// it needs no clock.
func living(ctx context.Context, on querier) ([]Node, error) {
	return list(ctx, on, scanNode, `SELECT `+nodeColumns+` FROM node WHERE EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2
		AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND classid = ?+0 AND objid = hashtext(node.id)::bigint & 4294967295) ORDER BY started_at`, livenessClass)
}

// shareKeys reports whether two key files have a key in common. Nothing is known of
// one that names none.
func shareKeys(a, b string) bool {
	bs := strings.Fields(b)
	return a == "" || b == "" || slices.ContainsFunc(strings.Fields(a), func(k string) bool { return slices.Contains(bs, k) })
}

// Beat notes that a server lives. One that others had taken for dead is back.
func (t Nodes) Beat(ctx context.Context, n Node) error {
	return t.db.Write(ctx, func(tx *Tx) error { return tx.beat(ctx, n, t.now()) })
}

func (tx *Tx) beat(ctx context.Context, n Node, now time.Time) error {
	_, err := tx.exec(ctx, `INSERT INTO node (`+nodeColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0)
		ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at, keys = excluded.keys, gone_at = 0`,
		n.ID, n.Host, n.Addr, n.Version, NewestMigration(), n.Workers, n.Keys, toMicros(n.StartedAt), toMicros(now))
	return err
}

// Leave takes a server out that stops, with the leases that it has.
func (t Nodes) Leave(ctx context.Context, id string) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		if _, err := tx.exec(ctx, `DELETE FROM lease WHERE holder = ? OR substr(holder, 1, length(?)+1) = ?`, id, id, id+"/"); err != nil {
			return err
		}
		_, err := tx.exec(ctx, `DELETE FROM node WHERE id = ?`, id)
		return err
	})
}

// List returns the servers, the longest running first.
func (t Nodes) List(ctx context.Context) ([]Node, error) {
	return list(ctx, t.db, scanNode, `SELECT `+nodeColumns+` FROM node ORDER BY started_at, id`)
}

// Lease is the right of one process to do a thing that one alone may do.
type Lease struct {
	Name   string
	Holder string
	Until  time.Time
}

// List returns the leases that hold, by their names.
func (t Leases) List(ctx context.Context) ([]Lease, error) {
	return list(ctx, t.db, func(rows *sql.Rows) (l Lease, err error) {
		var until int64
		err = rows.Scan(&l.Name, &l.Holder, &until)
		l.Until = fromMicros(until)
		return l, err
	}, `SELECT name, holder, until FROM lease WHERE until >= ? ORDER BY name`, toMicros(t.now()))
}

// QueueFigure is how many jobs of a kind and priority there are.
type QueueFigure struct {
	Kind     string
	Priority int // 1 first, 4 last
	Waiting  int // that may be worked at now
	Later    int // that wait for their time
	Failing  int // that failed and are tried again
	Running  int
	Dropped  int       // that are not tried any more
	Oldest   time.Time // since when the first of those that may be worked at now could be; zero for none
}

// Queue says what is in the queue, of all organizations together.
func (t Nodes) Queue(ctx context.Context) ([]QueueFigure, error) {
	type part struct {
		kind, state string
		priority, n int
		oldest      sql.NullInt64
	}
	parts, err := list(ctx, t.db, func(rows *sql.Rows) (p part, err error) {
		return p, rows.Scan(&p.kind, &p.priority, &p.state, &p.n, &p.oldest)
	}, `SELECT kind, priority, CAST(state AS TEXT), count(*), `+t.db.d.micros(`min(scheduled_at)`)+` FROM river_job
		WHERE state IN ('available', 'pending', 'scheduled', 'retryable', 'running', 'discarded') GROUP BY kind, priority, state`)
	if err != nil {
		return nil, fmt.Errorf("count jobs: %w", err)
	}
	type of struct {
		kind     string
		priority int
	}
	sums := map[of]QueueFigure{}
	for _, p := range parts {
		key := of{p.kind, p.priority}
		f := sums[key]
		f.Kind, f.Priority = p.kind, p.priority
		switch p.state {
		case "available":
			f.Waiting, f.Oldest = p.n, fromMicros(p.oldest.Int64)
		case "retryable":
			f.Failing = p.n
		case "running":
			f.Running = p.n
		case "discarded":
			f.Dropped = p.n
		default:
			f.Later += p.n
		}
		sums[key] = f
	}
	out := make([]QueueFigure, 0, len(sums))
	for _, f := range sums {
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b QueueFigure) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Priority, b.Priority))
	})
	return out, nil
}

// NewestMigration names the newest migration that this program knows.
func NewestMigration() string {
	files, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil || len(files) == 0 {
		return "" // the pattern is a constant, and there are some
	}
	return path.Base(files[len(files)-1])
}

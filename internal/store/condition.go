package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"

	"sallyport/internal/errs"
)

// Condition is what a database is like from outside, before it is opened for work.
type Condition struct {
	Kind    string // as [DB.Dialect]
	Version string // of the database program
	Pending []string
	// Later are migrations that were run and that this program does not know: a newer
	// one has worked here.
	Later  []string
	Size   int64     // bytes, of all of it
	Free   int64     // bytes free where it is; -1 where that cannot be seen
	Damage string    // what its own check of integrity found; empty for nothing
	Now    time.Time // its clock; zero where it is this machine's
}

// Inspect looks at a database and changes nothing: its schema is not brought up to
// date, and a file that is not there is not made.
func Inspect(ctx context.Context, dsn string) (Condition, error) {
	if IsPostgres(dsn) {
		return inspectPostgres(ctx, dsn)
	}
	return inspectSQLite(ctx, dsn)
}

func inspectSQLite(ctx context.Context, name string) (Condition, error) {
	c := Condition{Kind: "sqlite", Free: -1}
	if _, err := os.Stat(name); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return c, errs.New(errs.NotFound, "there is no database %s", name)
		}
		return c, err
	}
	q := url.Values{"_pragma": {"busy_timeout(10000)", "query_only(1)"}, "mode": {"rw"}}
	db, err := sql.Open("sqlite", "file:"+escapePath(name)+"?"+q.Encode())
	if err != nil {
		return c, err
	}
	defer func() { _ = db.Close() }()
	db.SetMaxOpenConns(1)
	if err := db.QueryRowContext(ctx, `SELECT sqlite_version()`).Scan(&c.Version); err != nil {
		return c, fmt.Errorf("open %s: %w", name, err)
	}
	var said string
	if err := db.QueryRowContext(ctx, `PRAGMA quick_check(1)`).Scan(&said); err != nil {
		c.Damage = err.Error()
		return c, nil
	} else if said != "ok" {
		c.Damage = said
	}
	c.Size = fileSizes(name)
	var disk syscall.Statfs_t
	if err := syscall.Statfs(filepath.Dir(name), &disk); err == nil {
		c.Free = int64(disk.Bavail) * int64(disk.Bsize) //nolint:gosec,unconvert // the types are other ones on other systems
	}
	return c, c.schema(ctx, db)
}

func inspectPostgres(ctx context.Context, dsn string) (Condition, error) {
	c := Condition{Kind: "postgres", Free: -1}
	conf, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return c, errs.New(errs.Invalid, "the URL is not understood: %s", withoutPassword(err))
	}
	db := stdlib.OpenDB(*conf.ConnConfig)
	defer func() { _ = db.Close() }()
	if err := db.QueryRowContext(ctx, `SELECT current_setting('server_version'), pg_database_size(current_database()), clock_timestamp()`).Scan(&c.Version, &c.Size, &c.Now); err != nil {
		return c, errs.Wrap(errs.Unavailable, eachOnce(err), "the database %s cannot be reached", describe(dsn))
	}
	return c, c.schema(ctx, db)
}

// schema compares the migrations that were run with those that there are.
func (c *Condition) schema(ctx context.Context, db *sql.DB) error {
	files, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return err
	}
	run, err := db.QueryContext(ctx, `SELECT name FROM migration ORDER BY name`)
	if err != nil { // there is no table of that name yet
		for _, f := range files {
			c.Pending = append(c.Pending, path.Base(f))
		}
		return nil
	}
	defer func() { _ = run.Close() }()
	var done []string
	for run.Next() {
		var name string
		if err := run.Scan(&name); err != nil {
			return err
		}
		if done = append(done, name); !slices.Contains(files, "migrations/"+name) {
			c.Later = append(c.Later, name)
		}
	}
	for _, f := range files {
		if !slices.Contains(done, path.Base(f)) {
			c.Pending = append(c.Pending, path.Base(f))
		}
	}
	return run.Err()
}

// JobCount says how many jobs of a kind are in a state.
type JobCount struct {
	Kind, State string
	N           int
}

// JobKinds lists the kinds of jobs.
func JobKinds() []string {
	return []string{runArgs{}.Kind(), noticeArgs{}.Kind(), letterArgs{}.Kind(), remedyArgs{}.Kind()}
}

// CountJobs counts the jobs of all organizations that are not done: for whoever
// looks after the server.
func (db *DB) CountJobs(ctx context.Context) ([]JobCount, error) {
	return list(ctx, db, func(rows *sql.Rows) (c JobCount, err error) { return c, rows.Scan(&c.Kind, &c.State, &c.N) },
		`SELECT kind, state, count(*) FROM river_job WHERE state IN ('available', 'running', 'retryable', 'scheduled', 'discarded') GROUP BY kind, state ORDER BY kind, state`)
}

// OldestJob returns since when the oldest job waits that could be worked at; zero
// where none does.
func (db *DB) OldestJob(ctx context.Context) (time.Time, error) {
	got, err := list(ctx, db, scanMoment, `SELECT scheduled_at FROM river_job WHERE state = 'available' ORDER BY scheduled_at LIMIT 1`)
	if err != nil || len(got) == 0 {
		return time.Time{}, err
	}
	return got[0], nil
}

// scanMoment reads a time of River's, which SQLite keeps as a text.
func scanMoment(rows *sql.Rows) (time.Time, error) {
	var v any
	if err := rows.Scan(&v); err != nil {
		return time.Time{}, err
	}
	switch v := v.(type) {
	case time.Time:
		return v.UTC(), nil
	case string:
		for _, form := range []string{"2006-01-02 15:04:05.999999999", time.RFC3339Nano} {
			if t, err := time.Parse(form, strings.TrimSuffix(v, " +0000 UTC")); err == nil {
				return t.UTC(), nil
			}
		}
	}
	return time.Time{}, fmt.Errorf("%v is no time", v)
}

// Stats returns how the connections to the database are used, those that write and
// those that read together: InUse, Idle, WaitCount and WaitDuration.
func (db *DB) Stats() sql.DBStats {
	all := db.w.Stats()
	if db.r != db.w {
		s := db.r.Stats()
		all.InUse, all.Idle, all.WaitCount, all.WaitDuration = all.InUse+s.InUse, all.Idle+s.Idle, all.WaitCount+s.WaitCount, all.WaitDuration+s.WaitDuration
	}
	return all
}

// Size returns how many bytes the database takes.
func (db *DB) Size(ctx context.Context) (int64, error) {
	if db.pool != nil {
		return one(ctx, db, "size", scalar[int64], `SELECT pg_database_size(current_database())`)
	}
	return fileSizes(db.path), nil
}

// fileSizes returns what an SQLite database and its log take.
func fileSizes(name string) (n int64) {
	for _, file := range []string{name, name + "-wal"} {
		if info, err := os.Stat(file); err == nil {
			n += info.Size()
		}
	}
	return n
}

// CountOn counts the flows of all organizations that are turned on: for whoever looks
// after the server.
func (t Flows) CountOn(ctx context.Context) (int, error) {
	return one(ctx, t.db, "count", scalar[int], `SELECT count(*) FROM flow WHERE enabled`)
}

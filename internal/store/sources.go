package store

import (
	"context"
	"database/sql"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/flow"
	"sallyport/internal/source"
)

// Sources is the source table.
type Sources struct {
	db  *DB
	now func() time.Time
}

const sourceColumns = `id, org_id, name, kind, connection_id, poll, hook, enabled, start_at, hook_secret, hook_id, cursor,
	event_count, last_event_at, last_hook_at, last_poll_at, error, error_at, failures, created_at`

func scanSource(rows *sql.Rows) (source.Source, error) {
	var s source.Source
	var conn, hook, cursor, failure sql.NullString
	var start, event, hookAt, poll, failed, created int64
	err := rows.Scan(&s.ID, &s.Org, &s.Name, &s.Kind, &conn, &s.Poll, &s.Hook, &s.Enabled, &start, &s.HookSecret, &hook, &cursor,
		&s.Health.Events, &event, &hookAt, &poll, &failure, &failed, &s.Health.Failures, &created)
	s.Connection, s.HookID, s.Cursor, s.Health.Error = conn.String, hook.String, cursor.String, failure.String
	s.StartAt, s.CreatedAt, s.Health.LastEventAt, s.Health.LastHookAt = fromMicros(start), fromMicros(created), fromMicros(event), fromMicros(hookAt)
	s.Health.LastPollAt, s.Health.ErrorAt = fromMicros(poll), fromMicros(failed)
	return s, err
}

// All returns every organization's enabled sources: for whoever reads them.
func (t Sources) All(ctx context.Context) ([]source.Source, error) {
	return list(ctx, t.db, scanSource, `SELECT `+sourceColumns+` FROM source WHERE enabled ORDER BY id`)
}

// List returns an organization's sources by name.
func (t Sources) List(ctx context.Context, org string) ([]source.Source, error) {
	return list(ctx, t.db, scanSource, `SELECT `+sourceColumns+` FROM source WHERE org_id = ? ORDER BY name`, org)
}

// Names returns the names of an organization's sources, by id.
func (t Sources) Names(ctx context.Context, org string) (map[string]string, error) {
	return names(ctx, t.db, `SELECT id, name FROM source WHERE org_id = ?`, org)
}

// Get returns one source.
func (t Sources) Get(ctx context.Context, org, id string) (source.Source, error) {
	return one(ctx, t.db, "source", scanSource, `SELECT `+sourceColumns+` FROM source WHERE id = ? AND org_id = ?`, id, org)
}

// ByID returns a source by its id alone, which is how an event hook names it.
func (t Sources) ByID(ctx context.Context, id string) (source.Source, error) {
	return one(ctx, t.db, "source", scanSource, `SELECT `+sourceColumns+` FROM source WHERE id = ?`, id)
}

// Save adds a source, or changes the settings of the one of its id; its cursor
// and health stay.
func (t Sources) Save(ctx context.Context, s source.Source) error {
	err := t.db.Write(ctx, func(tx *Tx) error {
		_, err := tx.exec(ctx, `INSERT INTO source (id, org_id, name, kind, connection_id, poll, hook, enabled, start_at, hook_secret, hook_id, created_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET name = excluded.name, connection_id = excluded.connection_id, poll = excluded.poll, hook = excluded.hook,
			enabled = excluded.enabled, hook_secret = excluded.hook_secret, hook_id = excluded.hook_id WHERE source.org_id = excluded.org_id`,
			s.ID, s.Org, s.Name, s.Kind, null(s.Connection), s.Poll, s.Hook, s.Enabled, toMicros(s.StartAt), s.HookSecret, null(s.HookID), toMicros(s.CreatedAt))
		return err
	})
	if errs.KindOf(err) == errs.Conflict {
		return errs.New(errs.Conflict, "there is a source %q already", s.Name)
	}
	return err
}

// Remove deletes a source. Its events stay.
func (t Sources) Remove(ctx context.Context, org, id string) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		return tx.change(ctx, "source", `DELETE FROM source WHERE id = ? AND org_id = ?`, id, org)
	})
}

// Sealed returns every organization's sources that have a sealed hook secret.
func (t Sources) Sealed(ctx context.Context) ([]source.Source, error) {
	return sealedSources().list(ctx, t.db, "")
}

// Reseal replaces the sealed hook secret of every source by what fn makes of it,
// in one transaction.
func (t Sources) Reseal(ctx context.Context, fn func(source.Source) ([]byte, error)) (int, error) {
	return sealedSources().reseal(ctx, t.db, fn)
}

func sealedSources() sealed[source.Source] {
	return sealed[source.Source]{
		table: "source", columns: sourceColumns, column: "hook_secret", scan: scanSource,
		key: func(s source.Source) (id, org string) { return s.ID, s.Org },
	}
}

// Failed notes that an attempt to read a source failed, and why.
func (t Sources) Failed(ctx context.Context, org, id, why string) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		_, err := tx.exec(ctx, `UPDATE source SET error = ?, error_at = ?, failures = failures + 1 WHERE id = ? AND org_id = ?`, why, toMicros(t.now()), id, org)
		return err
	})
}

// advance moves a source's cursor and health in the transaction of its batch.
func (tx *Tx) advance(ctx context.Context, b source.Batch, fresh int, last, now time.Time) error {
	q := `UPDATE source SET event_count = event_count + ?, last_event_at = CASE WHEN last_event_at < ? OR last_event_at > ? THEN ? ELSE last_event_at END, error = NULL, failures = 0`
	args := []any{fresh, toMicros(last), toMicros(now.Add(maxAhead)), toMicros(last)}
	switch b.Via {
	case source.ViaHook:
		q += `, last_hook_at = ?`
		args = append(args, toMicros(now))
	case source.ViaPoll:
		q += `, last_poll_at = ?`
		args = append(args, toMicros(now))
	case source.ViaFile:
	}
	if b.Cursor != "" {
		q += `, cursor = ?`
		args = append(args, b.Cursor)
	}
	_, err := tx.exec(ctx, q+` WHERE id = ? AND org_id = ?`, append(args, b.Source, b.Org)...)
	return err
}

// Batch is the transaction of one batch of events, as the pipeline writes it.
type Batch struct {
	tx   *Tx
	now  time.Time
	b    source.Batch
	rows [][]any // of the events, made before the transaction was opened
}

// Accept runs fn in one transaction for a batch, if the lease that it was read
// under stands. Small batches, which is what hooks bring, share their commit with
// whatever else is written just then.
func (t Sources) Accept(ctx context.Context, b source.Batch, fn func(*Batch) error) error {
	now := t.now()
	rows := make([][]any, len(b.Events))
	for i, e := range b.Events {
		rows[i] = eventRow(b.Org, b.Source, now, e)
	}
	work := func(ctx context.Context, tx *Tx) error {
		if err := tx.keepLease(ctx, b.Lease); err != nil {
			return err
		}
		return fn(&Batch{tx: tx, now: now, b: b, rows: rows})
	}
	if len(b.Events) <= smallBatch {
		return t.db.group.do(ctx, &item{fn: work})
	}
	return t.db.Write(ctx, func(tx *Tx) error { return work(ctx, tx) })
}

// smallBatch is the most events that are written along with other work.
const smallBatch = 100

// AddEvents inserts the batch's events and returns for each whether it is new.
func (b *Batch) AddEvents(ctx context.Context) ([]bool, error) {
	if err := b.tx.accepting(ctx); err != nil {
		return nil, err
	}
	return b.tx.insertFresh(ctx, eventRows(), b.rows)
}

// FlowRevision counts the changes to the organization's flows as this
// transaction sees them.
func (b *Batch) FlowRevision(ctx context.Context) (int64, error) {
	return revision(ctx, b.tx, b.b.Org)
}

// AddRuns queues flow runs.
func (b *Batch) AddRuns(ctx context.Context, runs []flow.Run) error { return b.tx.addRuns(ctx, runs) }

// maxAhead is how far in the future an event may say that it was published. What
// is further ahead is wrong, and would hide for ever when the newest one came.
const maxAhead = 24 * time.Hour

// Advance moves the source's cursor and health.
func (b *Batch) Advance(ctx context.Context, fresh int) error {
	var last time.Time
	for _, e := range b.b.Events {
		if e.Published.After(last) && !e.Published.After(b.now.Add(maxAhead)) {
			last = e.Published
		}
	}
	return b.tx.advance(ctx, b.b, fresh, last, b.now)
}

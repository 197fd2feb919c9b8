package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
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

const sourceColumns = `id, org_id, name, kind, category, connection_id, poll, hook, stream, file, enabled, start_at, hook_secret, hook_before_sum, hook_before_until,
	hook_id, hook_types, token_sum, token_old_sum, token_old_until, cursor, event_count, last_event_at, last_hook_at, last_poll_at, last_stream_at, error, error_at,
	failures, findings, trial_since, trial_event, trial_at, created_at`

func scanSource(rows *sql.Rows) (source.Source, error) {
	var s source.Source
	var conn, hook, types, cursor, failure, findings, trial sql.NullString
	var start, before, old, event, hookAt, poll, stream, failed, since, tried, created int64
	err := rows.Scan(&s.ID, &s.Org, &s.Name, &s.Kind, &s.Category, &conn, &s.Poll, &s.Hook, &s.Stream, &s.File, &s.Enabled, &start, &s.HookSecret, &s.HookBefore.Sum, &before,
		&hook, &types, &s.Token.Sum, &s.TokenOld.Sum, &old, &cursor, &s.Health.Events, &event, &hookAt, &poll, &stream, &failure, &failed,
		&s.Health.Failures, &findings, &since, &trial, &tried, &created)
	if err != nil {
		return s, err
	}
	s.Connection, s.HookID, s.Cursor, s.Health.Error, s.Trial.Event = conn.String, hook.String, cursor.String, failure.String, trial.String
	s.StartAt, s.CreatedAt, s.Health.LastEventAt, s.Health.LastHookAt = fromMicros(start), fromMicros(created), fromMicros(event), fromMicros(hookAt)
	s.Health.LastPollAt, s.Health.LastStream, s.Health.ErrorAt = fromMicros(poll), fromMicros(stream), fromMicros(failed)
	s.HookBefore.Until, s.TokenOld.Until, s.Trial.Since, s.Trial.At = fromMicros(before), fromMicros(old), fromMicros(since), fromMicros(tried)
	if findings.Valid {
		s.Findings = []byte(findings.String)
	}
	if types.Valid {
		if err := json.Unmarshal([]byte(types.String), &s.HookTypes); err != nil {
			return s, fmt.Errorf("event types of the hook of source %s: %w", s.ID, err)
		}
	}
	return s, nil
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

// ByToken returns the source whose log stream sends a token, by its key. It may
// be the token before the present one, which [source.Key.Fits] tells.
func (t Sources) ByToken(ctx context.Context, k source.Key) (source.Source, error) {
	return one(ctx, t.db, "source", scanSource, `SELECT `+sourceColumns+` FROM source WHERE token_sum = ? OR token_old_sum = ?`, k.Sum, k.Sum)
}

// Save adds a source, or changes the settings of the one of its id; its cursor,
// health, findings and trial stay.
func (t Sources) Save(ctx context.Context, s source.Source) error {
	types, err := json.Marshal(s.HookTypes)
	if err != nil {
		return fmt.Errorf("event types of the hook of source %s: %w", s.ID, err)
	}
	typesText := string(types)
	if s.HookTypes == nil {
		typesText = ""
	}
	if s.Category == "" {
		s.Category = source.Identity
	}
	err = t.db.Write(ctx, func(tx *Tx) error {
		_, err := tx.exec(ctx, `INSERT INTO source (id, org_id, name, kind, category, connection_id, poll, hook, stream, file, enabled, start_at, hook_secret, hook_before_sum, hook_before_until,
				hook_id, hook_types, token_sum, token_old_sum, token_old_until, created_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET name = excluded.name, category = excluded.category, connection_id = excluded.connection_id, poll = excluded.poll, hook = excluded.hook,
			stream = excluded.stream, file = excluded.file, enabled = excluded.enabled, hook_secret = excluded.hook_secret, hook_before_sum = excluded.hook_before_sum,
			hook_before_until = excluded.hook_before_until, hook_id = excluded.hook_id, hook_types = excluded.hook_types, token_sum = excluded.token_sum,
			token_old_sum = excluded.token_old_sum, token_old_until = excluded.token_old_until WHERE source.org_id = excluded.org_id`,
			s.ID, s.Org, s.Name, s.Kind, s.Category, null(s.Connection), s.Poll, s.Hook, s.Stream, s.File, s.Enabled, toMicros(s.StartAt), s.HookSecret, nullBytes(s.HookBefore.Sum), toMicros(s.HookBefore.Until),
			null(s.HookID), null(typesText), nullBytes(s.Token.Sum), nullBytes(s.TokenOld.Sum), toMicros(s.TokenOld.Until), toMicros(s.CreatedAt))
		return err
	})
	if errs.KindOf(err) == errs.Conflict {
		return errs.New(errs.Conflict, "there is a source %q already", s.Name)
	}
	return err
}

// nullBytes returns bytes for a column that may hold none.
func nullBytes(b []byte) any {
	if len(b) == 0 {
		return nil
	}
	return b
}

// Remove deletes a source. Its events stay.
func (t Sources) Remove(ctx context.Context, org, id string) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		if err := tx.change(ctx, "source", `DELETE FROM source WHERE id = ? AND org_id = ?`, id, org); err != nil {
			return err
		}
		_, err := tx.exec(ctx, `DELETE FROM source_minute WHERE source_id = ?`, id)
		return err
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
	return t.db.inMonths(ctx, monthsOf(b.Events), func() error {
		if len(b.Events) <= smallBatch {
			return t.db.group.do(ctx, &item{org: b.Org, events: len(b.Events) > 0, fn: work})
		}
		return t.db.Write(ctx, func(tx *Tx) error { return work(ctx, tx) })
	})
}

// smallBatch is the most events that are written along with other work.
const smallBatch = 100

// AddEvents inserts the batch's events and returns for each whether it is new.
func (b *Batch) AddEvents(ctx context.Context) ([]bool, error) {
	if err := b.tx.accepting(ctx); err != nil {
		return nil, err
	}
	return b.tx.insertEvents(ctx, b.rows)
}

// Revisions count the changes to the organization's flows and rules as this
// transaction sees them.
func (b *Batch) Revisions(ctx context.Context) (flows, rules int64, err error) {
	return b.tx.revisions(ctx, b.b.Org)
}

func (tx *Tx) revisions(ctx context.Context, org string) (flows, rules int64, err error) {
	by, err := counts[string](ctx, tx, `SELECT 'flows', revision FROM flow_revision WHERE org_id = ? UNION ALL SELECT 'rules', revision FROM rule_revision WHERE org_id = ?`, org, org)
	return int64(by["flows"]), int64(by["rules"]), err
}

// AddRuns queues flow runs.
func (b *Batch) AddRuns(ctx context.Context, runs []flow.Run) error {
	return b.tx.addSealedRuns(ctx, runs)
}

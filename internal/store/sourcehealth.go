package store

import (
	"context"
	"database/sql"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/source"
)

// Failed notes that an attempt to get events failed, and why.
func (t Sources) Failed(ctx context.Context, org, id, why string) error {
	now := t.now()
	return t.db.Write(ctx, func(tx *Tx) error {
		n, err := tx.affected(ctx, `UPDATE source SET error = ?, error_at = ?, failures = failures + 1 WHERE id = ? AND org_id = ?`, why, toMicros(now), id, org)
		if err != nil || n == 0 {
			return err
		}
		return tx.minute(ctx, id, source.Minute{At: now, Errors: 1})
	})
}

// minute adds to what a source did in the minute of its time.
func (tx *Tx) minute(ctx context.Context, id string, m source.Minute) error {
	_, err := tx.exec(ctx, `INSERT INTO source_minute (source_id, at, events, batches, errors, lag) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (source_id, at) DO UPDATE SET events = source_minute.events + excluded.events, batches = source_minute.batches + excluded.batches,
		errors = source_minute.errors + excluded.errors, lag = CASE WHEN source_minute.lag > excluded.lag THEN source_minute.lag ELSE excluded.lag END`,
		id, toMicros(m.At.Truncate(time.Minute)), m.Events, m.Batches, m.Errors, m.Lag.Microseconds())
	return err
}

// Minutes returns what the sources of an organization did since a time, by the
// source's id and in order. Minutes in which nothing happened are not there.
func (t Sources) Minutes(ctx context.Context, org string, since time.Time) (map[string][]source.Minute, error) {
	type row struct {
		id string
		source.Minute
	}
	rows, err := list(ctx, t.db, func(rows *sql.Rows) (r row, err error) {
		var at, lag int64
		err = rows.Scan(&r.id, &at, &r.Events, &r.Batches, &r.Errors, &lag)
		r.At, r.Lag = fromMicros(at), time.Duration(lag)*time.Microsecond
		return r, err
	}, `SELECT m.source_id, m.at, m.events, m.batches, m.errors, m.lag FROM source_minute m JOIN source s ON s.id = m.source_id
		WHERE s.org_id = ? AND m.at >= ? ORDER BY m.source_id, m.at`, org, toMicros(since))
	out := map[string][]source.Minute{}
	for _, r := range rows {
		out[r.id] = append(out[r.id], r.Minute)
	}
	return out, err
}

// ForgetMinutes forgets what sources did before a time.
func (t Sources) ForgetMinutes(ctx context.Context, before time.Time) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		_, err := tx.exec(ctx, `DELETE FROM source_minute WHERE at < ?`, toMicros(before))
		return err
	})
}

// Found keeps what a check of a source's Okta org found.
func (t Sources) Found(ctx context.Context, org, id string, findings []byte) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		return tx.change(ctx, "source", `UPDATE source SET findings = ? WHERE id = ? AND org_id = ?`, string(findings), id, org)
	})
}

// Try keeps how far the trial of a source has come.
func (t Sources) Try(ctx context.Context, org, id string, trial source.Trial) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		return tx.change(ctx, "source", `UPDATE source SET trial_since = ?, trial_event = ?, trial_at = ? WHERE id = ? AND org_id = ?`,
			toMicros(trial.Since), null(trial.Event), toMicros(trial.At), id, org)
	})
}

// Arrived returns the first event of a type that a source brought and that was
// accepted since a time, [errs.NotFound] if there is none. How long before its
// acceptance it was published is bounded by maxLate.
func (t Sources) Arrived(ctx context.Context, org, id, eventType string, since time.Time) (StoredEvent, error) {
	found, err := list(ctx, t.db, scanEvent, `SELECT `+eventColumns+` FROM event
		WHERE org_id = ? AND published_at >= ? AND source_id = ? AND type = ? AND received_at >= ? ORDER BY received_at, seq LIMIT 1`,
		org, toMicros(since.Add(-maxLate)), id, eventType, toMicros(since))
	if err != nil || len(found) == 0 {
		return StoredEvent{}, missing(err)
	}
	return found[0], nil
}

// maxLate is how late an event may come that is looked for by when it came.
const maxLate = 24 * time.Hour

func missing(err error) error {
	if err != nil {
		return err
	}
	return errs.New(errs.NotFound, "no such event has come")
}

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
	if err := b.tx.advance(ctx, b.b, fresh, last, b.now); err != nil {
		return err
	}
	lag := max(0, b.now.Sub(last))
	if fresh == 0 || last.Before(b.b.ActFrom) { // what had come before was not late, and history is not
		lag = 0
	}
	return b.tx.minute(ctx, b.b.Source, source.Minute{At: b.now, Events: fresh, Batches: 1, Lag: lag})
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
		if !b.More { // else what is known to have come in is older than now
			q += `, last_poll_at = ?`
			args = append(args, toMicros(now))
		}
	case source.ViaStream:
		q += `, last_stream_at = ?`
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

package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/flow"
)

// Starts is the flow_start table: the flows that the clock or a change of rows
// starts. Its rows are written in the transaction that changes a flow.
type Starts struct{ db *DB }

// arm writes what starts a flow, or that nothing of this table does. A flow that
// waits for a time goes on to wait for it where its schedule has not changed.
func (tx *Tx) arm(ctx context.Context, f flow.Flow, d *flow.Definition, now time.Time) error {
	if !f.Enabled || d == nil || d.Trigger.Kind != flow.OnSchedule && d.Trigger.Kind != flow.OnRow {
		return tx.disarm(ctx, f.Org, f.ID)
	}
	var schedule, table, changes any
	var next time.Time
	if d.Trigger.Kind == flow.OnSchedule {
		text, err := json.Marshal(d.Trigger.Schedule)
		if err != nil {
			return err
		}
		if next, err = d.Trigger.Schedule.Next(now); err != nil {
			return errs.Wrap(errs.Invalid, err, "%v", err)
		}
		schedule = string(text)
	} else {
		words := make([]string, len(d.Trigger.Rows))
		for i, has := range d.Trigger.Rows {
			words[i] = string(has)
		}
		table, changes = null(f.Bindings.Tables[d.Trigger.Table]), strings.Join(words, " ")
	}
	_, err := tx.exec(ctx, `INSERT INTO flow_start (flow_id, org_id, version, save_data, priority, schedule, next_at, table_id, changes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (flow_id) DO UPDATE SET version = excluded.version, save_data = excluded.save_data, priority = excluded.priority,
		next_at = CASE WHEN flow_start.schedule = excluded.schedule AND flow_start.next_at > 0 THEN flow_start.next_at ELSE excluded.next_at END,
		schedule = excluded.schedule, table_id = excluded.table_id, changes = excluded.changes WHERE flow_start.org_id = excluded.org_id`,
		f.ID, f.Org, f.Version, f.SaveData, d.Priority, schedule, toMicros(next), table, changes)
	if err != nil {
		return fmt.Errorf("write what starts the flow: %w", err)
	}
	return nil
}

func (tx *Tx) disarm(ctx context.Context, org, flowID string) error {
	_, err := tx.exec(ctx, `DELETE FROM flow_start WHERE flow_id = ? AND org_id = ?`, flowID, org)
	return err
}

// rearm is arm for a flow whose settings were changed.
func (tx *Tx) rearm(ctx context.Context, org, flowID string, now time.Time) error {
	f, err := one(ctx, tx, "flow", scanFlow, `SELECT `+flowColumns+` FROM flow WHERE id = ? AND org_id = ?`, flowID, org)
	if err != nil {
		return err
	}
	if !f.Enabled || f.Version == 0 {
		return tx.disarm(ctx, org, flowID)
	}
	v, err := one(ctx, tx, "version of this flow", scanVersion, `SELECT flow_id, version, body, author, note, created_at FROM flow_version WHERE flow_id = ? AND org_id = ? AND version = ?`, flowID, org, f.Version)
	if err != nil {
		return err
	}
	d, err := flow.Parse(v.Body)
	if err != nil { // it cannot be read any more, and so not be run
		return tx.disarm(ctx, org, flowID)
	}
	return tx.arm(ctx, f, d, now)
}

// maxDue bounds how many flows are started at a look.
const maxDue = 100

// Due returns flows whose time is not after a time, the earliest first.
func (t Starts) Due(ctx context.Context, until time.Time) ([]flow.Due, error) {
	return list(ctx, t.db, func(rows *sql.Rows) (d flow.Due, err error) {
		var schedule string
		var at int64
		if err := rows.Scan(&d.Org, &d.Flow, &d.Version, &d.SaveData, &d.Priority, &schedule, &at); err != nil {
			return d, err
		}
		d.At = fromMicros(at)
		return d, json.Unmarshal([]byte(schedule), &d.Schedule)
	}, `SELECT org_id, flow_id, version, save_data, priority, schedule, next_at FROM flow_start WHERE next_at > 0 AND next_at <= ? ORDER BY next_at, flow_id LIMIT ?`, toMicros(until), maxDue)
}

// Fire queues a run for the time that a flow waited for, and has it wait for the
// next, in one transaction; if it still waits for that time.
func (t Starts) Fire(ctx context.Context, d flow.Due, run *flow.Run, next time.Time) (bool, error) {
	fired := false
	err := t.db.Write(ctx, func(tx *Tx) error {
		n, err := tx.affected(ctx, `UPDATE flow_start SET next_at = ? WHERE flow_id = ? AND org_id = ? AND version = ? AND next_at = ?`,
			toMicros(next), d.Flow, d.Org, d.Version, toMicros(d.At))
		if fired = n > 0; err != nil || n == 0 || run == nil {
			return err
		}
		return tx.addRuns(ctx, []flow.Run{*run})
	})
	return fired && err == nil, err
}

// Next returns the earliest time that any flow waits for, zero where none does.
func (t Starts) Next(ctx context.Context) (time.Time, error) {
	at, err := list(ctx, t.db, scalar[int64], `SELECT next_at FROM flow_start WHERE next_at > 0 ORDER BY next_at LIMIT 1`)
	if err != nil || len(at) == 0 {
		return time.Time{}, err
	}
	return fromMicros(at[0]), nil
}

// NextOf returns the times that an organization's flows wait for, by flow.
func (t Starts) NextOf(ctx context.Context, org string) (map[string]time.Time, error) {
	type waits struct {
		flow string
		at   int64
	}
	got, err := list(ctx, t.db, func(rows *sql.Rows) (w waits, err error) { return w, rows.Scan(&w.flow, &w.at) },
		`SELECT flow_id, next_at FROM flow_start WHERE org_id = ? AND next_at > 0`, org)
	out := make(map[string]time.Time, len(got))
	for _, w := range got {
		out[w.flow] = fromMicros(w.at)
	}
	return out, err
}

package store

import (
	"context"
	"database/sql"

	"sallyport/internal/flow"
)

// Of flow_run.held: a run that waits for others of its flow, and one that was
// called and has not begun yet.
const (
	notHeld = 0
	held    = 1
	called  = 2
)

// heldReason says why a run that is queued does not begin.
const heldReason = "as many runs of the flow as may be at the same time are under way"

// lockFlow has whoever counts a flow's runs, or changes their number, do so one
// after another, even those of a flow that is deleted.
func (tx *Tx) lockFlow(ctx context.Context, flowID string) error { return tx.hold(ctx, "flow/"+flowID) }

// Enter lets a fresh run begin if fewer runs of its flow than a limit are under
// way, and none waits that came before it; otherwise it is held.
func (t Runs) Enter(ctx context.Context, ref flow.Ref, limit int) (bool, error) {
	in := false
	err := t.db.Write(ctx, func(tx *Tx) error {
		r, err := one(ctx, tx, "run", scanRun, `SELECT `+runColumns+` FROM flow_run WHERE id = ? AND org_id = ?`, ref.Run, ref.Org)
		if err != nil {
			return err
		}
		if err := tx.lockFlow(ctx, r.Flow); err != nil {
			return err
		}
		ahead, err := one(ctx, tx, "count", scalar[int], `SELECT count(*) FROM flow_run WHERE flow_id = ? AND state IN (?, ?, ?) AND ended_at = 0 AND id <> ?
			AND (state <> ? AND concurrency > 0 OR state = ? AND (version = ? OR held > 0) AND (priority < ? OR priority = ? AND (created_at < ? OR created_at = ? AND id < ?)))`,
			r.Flow, flow.Queued, flow.Running, flow.Waiting, r.ID, flow.Queued, flow.Queued, r.Version, r.Priority, r.Priority, toMicros(r.CreatedAt), toMicros(r.CreatedAt), r.ID)
		if err != nil {
			return err
		}
		state, how, why, started := flow.Queued, held, any(heldReason), int64(0)
		if in = ahead < limit; in {
			state, how, why, started = flow.Running, notHeld, nil, toMicros(t.now())
		}
		n, err := tx.affected(ctx, `UPDATE flow_run SET state = ?, held = ?, reason = ?, started_at = ?, concurrency = ? WHERE id = ? AND org_id = ? AND epoch = ? AND state = ?`,
			state, how, why, started, limit, ref.Run, ref.Org, ref.Epoch, flow.Queued)
		switch {
		case err != nil:
			return err
		case n == 0:
			return flow.ErrFenced
		case in:
			return nil
		}
		return tx.callHeld(ctx, r.Flow, limit)
	})
	return in, err
}

// callHeldOf calls the runs that were held because of one that has ended, or that
// came after it and it went away.
func (tx *Tx) callHeldOf(ctx context.Context, org, run string) error {
	r, err := one(ctx, tx, "run", scanRun, `SELECT `+runColumns+` FROM flow_run WHERE id = ? AND org_id = ?`, run, org)
	if err != nil {
		return err
	}
	if err := tx.lockFlow(ctx, r.Flow); err != nil {
		return err
	}
	limit := r.Concurrency
	if limit == 0 { // it did not get to ask
		limit, err = one(ctx, tx, "limit", scalar[int], `SELECT COALESCE(MAX(concurrency), 0) FROM flow_run WHERE flow_id = ? AND state = ? AND ended_at = 0 AND held = ?`, r.Flow, flow.Queued, held)
		if err != nil || limit == 0 {
			return err
		}
	}
	return tx.callHeld(ctx, r.Flow, limit)
}

// callHeld puts those of the runs of a flow that are held back into the queue
// that may begin now: of those that are queued, as many as there is room for,
// counted from the first.
func (tx *Tx) callHeld(ctx context.Context, flowID string, limit int) error {
	busy, err := one(ctx, tx, "count", scalar[int], `SELECT count(*) FROM flow_run WHERE flow_id = ? AND state IN (?, ?) AND ended_at = 0 AND concurrency > 0`, flowID, flow.Running, flow.Waiting)
	if err != nil || busy >= limit {
		return err
	}
	type queued struct {
		RunJob

		held int
	}
	first, err := list(ctx, tx, func(rows *sql.Rows) (q queued, err error) { return q, rows.Scan(&q.Org, &q.Run, &q.Priority, &q.held) },
		`SELECT org_id, id, priority, held FROM flow_run WHERE flow_id = ? AND state = ? AND ended_at = 0 ORDER BY priority, created_at, id LIMIT ?`, flowID, flow.Queued, limit-busy)
	if err != nil {
		return err
	}
	var jobs []RunJob
	for _, q := range first {
		if q.held != held {
			continue
		}
		jobs = append(jobs, q.RunJob)
		if _, err := tx.exec(ctx, `UPDATE flow_run SET held = ? WHERE id = ?`, called, q.Run); err != nil {
			return err
		}
	}
	return tx.enqueue(ctx, jobs)
}

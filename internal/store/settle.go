package store

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"sallyport/internal/flow"
	"sallyport/internal/guard"
)

// underWay says of a step, and of an entry of the ledger, that its call was
// under way when its run ended. It holds no data.
const underWay = "the run ended while the call was under way; look whether it happened"

// settle ends what a run that ends leaves open, because of its deadline, because
// somebody cancelled it, or because it went another way when it was retried:
// steps and entries of the ledger that were under way or waited for another try.
// What may have happened is unknown, the rest failed.
func (tx *Tx) settle(ctx context.Context, org, run string, now time.Time) error {
	actions := []any{run, org, guard.Started, guard.Retrying}
	steps := []any{run, org, flow.StepStarted, flow.StepRetrying, flow.StepAgain}
	open, err := list(ctx, tx, scalar[string], `SELECT id FROM guard_action WHERE run_id = ? AND org_id = ? AND state IN (?, ?)
		UNION ALL SELECT path FROM flow_step WHERE run_id = ? AND org_id = ? AND state IN (?, ?, ?)`, append(actions[:4:4], steps...)...)
	if err != nil || len(open) == 0 {
		return err
	}
	if err := tx.missingSteps(ctx, org, run, now); err != nil {
		return err
	}
	const begun = `EXISTS (SELECT 1 FROM guard_action a WHERE a.run_id = flow_step.run_id AND a.step_path = flow_step.path AND a.state = ?)`
	args := []any{flow.StepStarted, flow.Doubted, guard.Started, flow.StepUnknown, flow.StepFailed, flow.StepStarted, guard.Started, underWay, toMicros(now)}
	_, err = tx.exec(ctx, `UPDATE flow_step SET state = CASE WHEN state = ? OR reason = ? OR `+begun+` THEN ? ELSE ? END,
		reason = CASE WHEN state = ? OR `+begun+` THEN ? ELSE reason END, ended_at = ? WHERE run_id = ? AND org_id = ? AND state IN (?, ?, ?)`, append(args, steps...)...)
	if err != nil {
		return err
	}
	args = []any{guard.Started, flow.StepUnknown, guard.Unknown, guard.Failed, underWay, toMicros(now)}
	_, err = tx.exec(ctx, `UPDATE guard_action SET state = CASE WHEN state = ?
			OR EXISTS (SELECT 1 FROM flow_step s WHERE s.run_id = guard_action.run_id AND s.path = guard_action.step_path AND s.state = ?) THEN ? ELSE ? END,
		error = COALESCE(error, ?), ended_at = ? WHERE run_id = ? AND org_id = ? AND state IN (?, ?)`, append(args, actions...)...)
	return err
}

// openOf returns those of the runs that some items end which leave something open.
// The fences have seen to it that each is of its organization.
func (tx *Tx) openOf(ctx context.Context, ended []*item) ([]string, error) {
	if len(ended) == 0 {
		return nil, nil
	}
	runs := make([]any, len(ended))
	for i, it := range ended {
		runs[i] = it.ref.Run
	}
	args := append(slices.Concat([]any{guard.Started, guard.Retrying}, runs), flow.StepStarted, flow.StepRetrying, flow.StepAgain)
	return list(ctx, tx, scalar[string], `SELECT run_id FROM guard_action WHERE state IN (?, ?) AND run_id IN `+in(len(runs))+`
		UNION SELECT run_id FROM flow_step WHERE state IN (?, ?, ?) AND run_id IN `+in(len(runs)), append(args, runs...)...)
}

// missingSteps writes the steps of actions that were begun by a worker that did
// not live to write one, so that the run's history shows them.
func (tx *Tx) missingSteps(ctx context.Context, org, run string, now time.Time) error {
	seq, err := one(ctx, tx, "step", scalar[int], `SELECT COALESCE(MAX(seq), 0) FROM flow_step WHERE run_id = ?`, run)
	if err != nil {
		return err
	}
	rows, err := list(ctx, tx, func(rows *sql.Rows) ([]any, error) {
		var path, flowID, ledger string
		var attempt int
		var started int64
		err := rows.Scan(&path, &flowID, &ledger, &attempt, &started)
		card := path[strings.LastIndexByte(path, '/')+1:]
		seq++
		return []any{run, path, org, seq, flowID, card, flow.StepStarted, attempt, underWay, ledger, started, toMicros(now)}, err
	}, `SELECT step_path, COALESCE(flow_id, ''), id, attempt, started_at FROM guard_action a WHERE run_id = ? AND org_id = ? AND state = ?
		AND NOT EXISTS (SELECT 1 FROM flow_step s WHERE s.run_id = a.run_id AND s.path = a.step_path) ORDER BY started_at, id`, run, org, guard.Started)
	if err != nil || len(rows) == 0 {
		return err
	}
	return tx.insertMany(ctx, "flow_step", `run_id, path, org_id, seq, flow_id, card, state, attempt, error, ledger_id, started_at, ended_at`, "", rows)
}

package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"sallyport/internal/errs"
	"sallyport/internal/flow"
	"sallyport/internal/trace"
	"sallyport/internal/value"
)

// Runs is the flow_run and flow_step tables: every run of a flow, and its
// journal.
type Runs struct {
	db  *DB
	now func() time.Time
}

const runColumns = `id, org_id, flow_id, version, pins, epoch, state, cause, event_uuid, alert_id, caused_by, retry_of, dry_run, save_data, priority,
	input, context, answer, result, error, reason, depth, concurrency, unknown, refused, cancel, trace, created_at, started_at, wake_at, ended_at`

func scanRun(rows *sql.Rows) (flow.Run, error) { return scanRunAnd(rows) }

// scanRunAnd scans a run and the columns that follow it.
func scanRunAnd(rows *sql.Rows, more ...any) (flow.Run, error) {
	var r flow.Run
	var pins, event, of, by, retry, failure, reason sql.NullString
	var created, started, wake, ended int64
	err := rows.Scan(append([]any{
		&r.ID, &r.Org, &r.Flow, &r.Version, &pins, &r.Epoch, &r.State, &r.Cause, &event, &of, &by, &retry, &r.DryRun, &r.SaveData, &r.Priority,
		&r.Input, &r.Context, &r.Answer, &r.Result, &failure, &reason, &r.Depth, &r.Concurrency, &r.Unknown, &r.Refused, &r.Cancel, &r.Trace, &created, &started, &wake, &ended,
	}, more...)...)
	if err != nil {
		return r, err
	}
	if pins.Valid {
		if err := json.Unmarshal([]byte(pins.String), &r.Pins); err != nil {
			return r, fmt.Errorf("pins of run %s: %w", r.ID, err)
		}
	}
	r.Alert = of.String
	r.Event, r.CausedBy, r.RetryOf, r.Error, r.Reason = event.String, by.String, retry.String, failure.String, reason.String
	r.CreatedAt, r.StartedAt, r.WakeAt, r.EndedAt = fromMicros(created), fromMicros(started), fromMicros(wake), fromMicros(ended)
	return r, nil
}

// addRuns inserts runs and puts them in the queue.
func (tx *Tx) addRuns(ctx context.Context, runs []flow.Run) error {
	for some := range slices.Chunk(runs, maxRuns) {
		if err := tx.addSome(ctx, some); err != nil {
			return err
		}
	}
	return nil
}

// addSealedRuns is addRuns for runs whose input is plain yet: it is sealed where
// their flow keeps no data.
func (tx *Tx) addSealedRuns(ctx context.Context, runs []flow.Run) error {
	for i, r := range runs {
		if r.SaveData || r.Input == nil {
			continue
		}
		if tx.db.keys == nil {
			return errs.New(errs.Unavailable, "there is no key to seal with what starts a flow")
		}
		var err error
		if runs[i].Input, err = tx.db.keys.Seal(r.Input, flow.InputContext(r)); err != nil {
			return fmt.Errorf("seal the input of a run: %w", err)
		}
	}
	return tx.addRuns(ctx, runs)
}

// maxRuns bounds how many runs are added at a time.
const maxRuns = 1000

func (tx *Tx) addSome(ctx context.Context, runs []flow.Run) error {
	rows, jobs := make([][]any, len(runs)), make([]RunJob, len(runs))
	var about [][]any
	for i, r := range runs {
		about = append(about, concerns(r.Org, runConcern, r.ID, r.CreatedAt, r.About)...)
		rows[i] = []any{
			r.ID, r.Org, r.Flow, r.Version, flow.Queued, r.Cause, null(r.Event), null(r.Alert), null(r.CausedBy), null(r.RetryOf), r.DryRun, r.SaveData, r.Priority, r.Input, r.Context, r.Depth, traceOf(ctx, r), toMicros(r.CreatedAt),
		}
		jobs[i] = RunJob{Org: r.Org, Run: r.ID, Priority: r.Priority}
	}
	err := tx.insertMany(ctx, "flow_run", "id, org_id, flow_id, version, state, cause, event_uuid, alert_id, caused_by, retry_of, dry_run, save_data, priority, input, context, depth, trace, created_at", "", rows)
	if err != nil {
		return fmt.Errorf("add runs: %w", err)
	}
	if err := tx.addConcerns(ctx, about); err != nil {
		return fmt.Errorf("note what runs are about: %w", err)
	}
	return tx.enqueue(ctx, jobs)
}

// traceOf is what a run belongs to: to what made it, or to new work of its own.
func traceOf(ctx context.Context, r flow.Run) string {
	if r.Trace == "" {
		return trace.Parent(ctx)
	}
	return r.Trace
}

// null is a text, or NULL for the empty one.
func null(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// Add queues one run.
func (t Runs) Add(ctx context.Context, r flow.Run) error {
	return t.db.group.do(ctx, &item{runs: []flow.Run{r}})
}

// Claim takes a run up for a worker. A run of which nothing was written yet is
// only read. Any other gets a new epoch, which fences off whoever had it before,
// and comes with its steps.
func (t Runs) Claim(ctx context.Context, org, run string) (flow.Claim, error) {
	doubt := false
	r, err := one(ctx, t.db, "run", func(rows *sql.Rows) (flow.Run, error) { return scanRunAnd(rows, &doubt) }, `SELECT `+runColumns+`,
		EXISTS (SELECT 1 FROM guard_action a WHERE a.run_id = flow_run.id AND a.state = 'started') FROM flow_run WHERE id = ? AND org_id = ?`, run, org)
	if err != nil || r.State.Ended() {
		return flow.Claim{Run: r}, err
	}
	c := flow.Claim{Run: r, Ref: flow.Ref{Org: org, Run: run, Epoch: r.Epoch, Fresh: r.State == flow.Queued, Limited: r.State == flow.Queued || r.Concurrency > 0}}
	// Even a run of which no step was written may have begun an action.
	if doubt {
		c.InDoubt, err = t.inDoubt(ctx, org, run)
	}
	if err != nil || c.Ref.Fresh {
		return c, err
	}
	taken := 0
	err = t.db.group.do(ctx, &item{fn: func(ctx context.Context, tx *Tx) (err error) {
		taken, err = tx.affected(ctx, `UPDATE flow_run SET epoch = ?, state = ? WHERE id = ? AND org_id = ? AND epoch = ? AND ended_at = 0`,
			r.Epoch+1, flow.Running, run, org, r.Epoch)
		return err
	}})
	if err != nil {
		return c, fmt.Errorf("claim run: %w", err)
	}
	if taken == 0 { // another worker has taken it up since it was read, or it has ended
		return c, flow.ErrFenced
	}
	c.Ref.Epoch++
	c.Steps, err = t.Steps(ctx, org, run)
	return c, err
}

// inDoubt returns the guarded actions of a run that were begun and not ended.
func (t Runs) inDoubt(ctx context.Context, org, run string) (map[string]string, error) {
	type begun struct{ path, ledger string }
	open, err := list(ctx, t.db, func(rows *sql.Rows) (b begun, err error) { return b, rows.Scan(&b.path, &b.ledger) },
		`SELECT step_path, id FROM guard_action WHERE run_id = ? AND org_id = ? AND state = 'started' ORDER BY started_at`, run, org)
	if err != nil {
		return nil, err
	}
	m := make(map[string]string, len(open))
	for _, b := range open {
		m[b.path] = b.ledger
	}
	return m, nil
}

// fenceRow is what the database says of a run that somebody writes to.
type fenceRow struct {
	id, org, state string
	epoch          int64
	cancel         bool
}

// checkFences gives every item whose run is another worker's, or another
// organization's, the error ErrFenced, and starts the runs that are written to for
// the first time. One query reads the runs of several organizations.
func (tx *Tx) checkFences(ctx context.Context, batch []*item) error {
	ids := make([]any, 0, len(batch))
	for _, it := range batch {
		if it.ref.Run != "" {
			ids = append(ids, it.ref.Run)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	rows, err := list(ctx, tx, func(rows *sql.Rows) (f fenceRow, err error) {
		return f, rows.Scan(&f.id, &f.org, &f.epoch, &f.state, &f.cancel)
	}, `SELECT id, org_id, epoch, state, cancel FROM flow_run WHERE id IN `+in(len(ids))+tx.db.d.forUpdate, ids...)
	if err != nil {
		return err
	}
	byID := make(map[string]fenceRow, len(rows))
	for _, f := range rows {
		byID[f.id] = f
	}
	var start []any
	for _, it := range batch {
		if it.ref.Run == "" {
			continue
		}
		it.fence(byID)
		if !it.fenced && it.ref.Fresh {
			start = append(start, it.ref.Run)
		}
	}
	if len(start) == 0 {
		return nil
	}
	_, err = tx.exec(ctx, `UPDATE flow_run SET state = ?, started_at = ? WHERE id IN `+in(len(start)), append([]any{flow.Running, toMicros(tx.db.Runs.now())}, start...)...)
	return err
}

// fence holds an item against what the database says of its run.
func (it *item) fence(rows map[string]fenceRow) {
	f, ok := rows[it.ref.Run]
	state := flow.State(f.state)
	switch {
	case !ok || f.org != it.ref.Org || f.epoch != it.ref.Epoch || state.Ended() || it.ref.Fresh && state != flow.Queued:
		it.err, it.fenced = flow.ErrFenced, true
	case f.cancel:
		it.err = flow.ErrCancelled // what happened is written all the same
	}
}

const stepColumns = `run_id, path, org_id, seq, flow_id, card, state, attempt, input, output, journal, error, reason, ledger_id, started_at, ended_at`

// writeSteps writes the steps of every item that is not fenced off, together.
func (tx *Tx) writeSteps(ctx context.Context, batch []*item) error {
	var rows [][]any
	for _, it := range batch {
		if it.fenced {
			continue
		}
		for _, s := range it.steps {
			var ledger any
			if s.Action != nil {
				ledger = s.Action.Ledger
				if err := tx.endAction(ctx, it.ref.Org, *s.Action, s.EndedAt); err != nil {
					return err
				}
			}
			rows = append(rows, []any{
				it.ref.Run, s.Path, it.ref.Org, s.Seq, s.Flow, s.Card, s.State, s.Attempt, s.Input, s.Output, s.Journal, null(s.Error), null(s.Reason), ledger,
				toMicros(s.StartedAt), toMicros(s.EndedAt),
			})
		}
	}
	if len(rows) == 0 {
		return nil
	}
	return tx.insertMany(ctx, "flow_step", stepColumns, `ON CONFLICT (run_id, path) DO UPDATE SET state = excluded.state, attempt = excluded.attempt,
		input = excluded.input, output = excluded.output, journal = excluded.journal, error = excluded.error, reason = excluded.reason,
		ledger_id = COALESCE(excluded.ledger_id, flow_step.ledger_id), started_at = excluded.started_at, ended_at = excluded.ended_at
		WHERE flow_step.org_id = excluded.org_id`, lastOfEach(rows))
}

// lastOfEach keeps the last of the rows that have one key: a statement cannot
// write a row twice.
func lastOfEach(rows [][]any) [][]any {
	type key struct{ run, path any }
	at := make(map[key]int, len(rows))
	out := rows[:0]
	for _, row := range rows {
		k := key{row[0], row[1]}
		if i, twice := at[k]; twice {
			out[i] = row
			continue
		}
		at[k] = len(out)
		out = append(out, row)
	}
	return out
}

// Record writes steps, with a change of a table's rows in the same transaction.
func (t Runs) Record(ctx context.Context, ref flow.Ref, steps []flow.Step, c *flow.Change) error {
	it := &item{ref: ref, steps: steps}
	if c != nil {
		it.before = func(ctx context.Context, tx *Tx) error {
			result, err := tx.along(ctx, ref, *c, t.now())
			if err != nil {
				return err
			}
			c.Done(result)
			return nil
		}
	}
	return t.db.group.do(ctx, it)
}

// along carries out what goes with a step.
func (tx *Tx) along(ctx context.Context, ref flow.Ref, c flow.Change, now time.Time) (*value.Object, error) {
	switch c.Op {
	case flow.StartRun:
		return value.Map("run_id", c.Run.ID), tx.addRuns(ctx, []flow.Run{*c.Run})
	case flow.GiveAnswer:
		_, err := tx.exec(ctx, `UPDATE flow_run SET answer = COALESCE(answer, ?) WHERE id = ? AND org_id = ?`, c.Answer, ref.Run, ref.Org)
		return c.Values, err
	case flow.ForgetSteps:
		// What somebody is to look at is kept.
		_, err := tx.exec(ctx, `DELETE FROM flow_step WHERE run_id = ? AND org_id = ? AND seq > ? AND seq <= ? AND substr(path, 1, ?) IN (?, ?) AND state NOT IN (?, ?)`,
			ref.Run, ref.Org, c.After, c.UpTo, utf8.RuneCountInString(c.Within)+1, c.Within+"#", c.Within+"@", flow.StepUnknown, flow.StepRefused)
		return nil, err
	default:
		return tx.changeRows(ctx, ref.Org, c, rowCause{run: ref.Run, at: now})
	}
}

// Pause writes steps and lets the run wait.
func (t Runs) Pause(ctx context.Context, ref flow.Ref, steps []flow.Step, until time.Time, reason string) error {
	return t.db.group.do(ctx, &item{ref: ref, steps: steps, fn: func(ctx context.Context, tx *Tx) error {
		_, err := tx.exec(ctx, `UPDATE flow_run SET state = ?, wake_at = ?, reason = ? WHERE id = ? AND org_id = ? AND epoch = ?`,
			flow.Waiting, toMicros(until), reason, ref.Run, ref.Org, ref.Epoch)
		return err
	}})
}

// End writes steps and ends the run. What it leaves open is settled, and what
// was journaled for the run's sake alone is deleted, where it cannot be retried.
func (t Runs) End(ctx context.Context, ref flow.Ref, steps []flow.Step, e flow.Ending) error {
	err := t.db.group.do(ctx, &item{ref: ref, steps: steps, end: &e})
	if err == flow.ErrCancelled { //nolint:errorlint // the group returns it bare; the end was written
		return nil
	}
	return err
}

// endRuns ends the runs of the items that do.
func (tx *Tx) endRuns(ctx context.Context, batch []*item) error {
	now, ended := tx.db.Runs.now(), []*item(nil)
	for _, it := range batch {
		if it.end != nil && !it.fenced {
			ended = append(ended, it)
		}
	}
	for _, it := range ended {
		e := it.end
		_, err := tx.exec(ctx, `UPDATE flow_run SET state = ?, answer = COALESCE(answer, ?), result = ?, error = ?, reason = ?, unknown = ?, refused = ?, wake_at = 0, ended_at = ?,
			input = CASE WHEN save_data THEN input ELSE NULL END WHERE id = ? AND org_id = ? AND epoch = ?`,
			e.State, e.Answer, e.Result, null(e.Error), null(e.Reason), e.Unknown, e.Refused, toMicros(now), it.ref.Run, it.ref.Org, it.ref.Epoch)
		if err != nil {
			return err
		}
	}
	open, err := tx.openOf(ctx, ended)
	if err != nil {
		return err
	}
	for _, it := range ended {
		if err := tx.ended(ctx, it.ref, *it.end, slices.Contains(open, it.ref.Run), now); err != nil {
			return err
		}
	}
	return nil
}

// ended does what the end of a run brings about.
func (tx *Tx) ended(ctx context.Context, ref flow.Ref, e flow.Ending, open bool, now time.Time) error {
	if open {
		if err := tx.settle(ctx, ref.Org, ref.Run, now); err != nil {
			return err
		}
		if err := tx.recount(ctx, ref.Org, ref.Run); err != nil {
			return err
		}
	}
	if e.Journaled {
		if err := tx.forget(ctx, ref.Org, ref.Run); err != nil {
			return err
		}
	}
	if !ref.Limited {
		return nil
	}
	return tx.callHeldOf(ctx, ref.Org, ref.Run)
}

// recount counts the steps of a run that are in doubt, and those that were refused.
func (tx *Tx) recount(ctx context.Context, org, run string) error {
	const steps = `(SELECT count(*) FROM flow_step s WHERE s.run_id = flow_run.id AND s.state = ?)`
	_, err := tx.exec(ctx, `UPDATE flow_run SET unknown = `+steps+`, refused = `+steps+` WHERE id = ? AND org_id = ?`, flow.StepUnknown, flow.StepRefused, run, org)
	return err
}

// forget deletes of a run that has ended what was kept for its sake alone: the
// sealed results of its effects, and the sealed input of one that keeps no data.
// A run that can be retried keeps them.
func (tx *Tx) forget(ctx context.Context, org, run string) error {
	_, err := tx.exec(ctx, `UPDATE flow_run SET input = CASE WHEN save_data THEN input ELSE NULL END WHERE id = ? AND org_id = ?`, run, org)
	if err != nil {
		return err
	}
	_, err = tx.exec(ctx, `UPDATE flow_step SET journal = NULL WHERE journal IS NOT NULL
		AND run_id IN (SELECT id FROM flow_run WHERE id = ? AND org_id = ? AND (NOT save_data OR state NOT IN (?, ?)))`, run, org, flow.Failed, flow.Cancelled)
	return err
}

// Pin keeps the versions of a run's helper flows.
func (t Runs) Pin(ctx context.Context, ref flow.Ref, pins map[string]int) error {
	text, err := json.Marshal(pins)
	if err != nil {
		return err
	}
	return t.db.group.do(ctx, &item{fn: func(ctx context.Context, tx *Tx) error {
		_, err := tx.exec(ctx, `UPDATE flow_run SET pins = ? WHERE id = ? AND org_id = ? AND epoch = ?`, string(text), ref.Run, ref.Org, ref.Epoch)
		return err
	}})
}

// ForgetAnswers deletes the answers of runs that ended before a time: whoever
// waited for them has them, or has gone.
func (t Runs) ForgetAnswers(ctx context.Context, before time.Time) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		_, err := tx.exec(ctx, `UPDATE flow_run SET answer = NULL WHERE answer IS NOT NULL AND ended_at > 0 AND ended_at < ?`, toMicros(before))
		return err
	})
}

// Get returns one run.
func (t Runs) Get(ctx context.Context, org, id string) (flow.Run, error) {
	return one(ctx, t.db, "run", scanRun, `SELECT `+runColumns+` FROM flow_run WHERE id = ? AND org_id = ?`, id, org)
}

// RunFilter says which runs are listed.
type RunFilter struct {
	Flow         string
	Event        string
	Alert        string
	States       []flow.State
	Since, Until time.Time // of the time they were made; zero for no bound
	After        Place     // of the last run of the page before
	Limit        int
}

// List returns runs, the newest first.
func (t Runs) List(ctx context.Context, org string, f RunFilter) ([]flow.Run, error) {
	w := where{}
	w.add(`org_id = ?`, org)
	w.addIf(f.Flow != "", `flow_id = ?`, f.Flow)
	w.addIf(f.Event != "", `event_uuid = ?`, f.Event)
	w.addIf(f.Alert != "", `alert_id = ?`, f.Alert)
	w.between(`created_at`, f.Since, f.Until)
	w.after(f.After, `created_at`)
	if len(f.States) > 0 {
		w.add(`state IN `+in(len(f.States)), anys(f.States)...)
	}
	return list(ctx, t.db, scanRun, `SELECT `+runColumns+` FROM flow_run `+w.text()+` ORDER BY created_at DESC, id DESC LIMIT ?`, append(w.args, f.Limit)...)
}

// StepsAfter returns a page of a run's steps, in the order in which they were
// begun: those after a place in that order, which counts from 1.
func (t Runs) StepsAfter(ctx context.Context, org, run string, after, limit int) ([]flow.Step, error) {
	return list(ctx, t.db, scanStep, `SELECT path, seq, flow_id, card, state, attempt, input, output, journal, error, reason, ledger_id, started_at, ended_at
		FROM flow_step WHERE run_id = ? AND org_id = ? AND seq > ? ORDER BY seq LIMIT ?`, run, org, after, limit)
}

// Steps returns a run's steps in the order in which they were begun.
func (t Runs) Steps(ctx context.Context, org, run string) ([]flow.Step, error) {
	return list(ctx, t.db, scanStep, `SELECT path, seq, flow_id, card, state, attempt, input, output, journal, error, reason, ledger_id, started_at, ended_at
		FROM flow_step WHERE run_id = ? AND org_id = ? ORDER BY seq`, run, org)
}

func scanStep(rows *sql.Rows) (flow.Step, error) {
	var s flow.Step
	var failure, reason, ledger sql.NullString
	var started, ended int64
	err := rows.Scan(&s.Path, &s.Seq, &s.Flow, &s.Card, &s.State, &s.Attempt, &s.Input, &s.Output, &s.Journal, &failure, &reason, &ledger, &started, &ended)
	s.Error, s.Reason, s.StartedAt, s.EndedAt = failure.String, reason.String, fromMicros(started), fromMicros(ended)
	if ledger.Valid {
		s.Action = &flow.ActionEnd{Ledger: ledger.String}
	}
	return s, err
}

// Cancel ends a run that waits, and asks the worker of one under way to end it.
func (t Runs) Cancel(ctx context.Context, org, id string) (flow.Run, error) {
	now := t.now()
	err := t.db.Write(ctx, func(tx *Tx) error {
		n, err := tx.affected(ctx, `UPDATE flow_run SET cancel = TRUE WHERE id = ? AND org_id = ? AND ended_at = 0`, id, org)
		if err != nil || n == 0 {
			return err
		}
		n, err = tx.affected(ctx, `UPDATE flow_run SET state = ?, ended_at = ?, wake_at = 0, epoch = epoch + 1, reason = CASE WHEN held > 0 THEN NULL ELSE reason END
			WHERE id = ? AND org_id = ? AND state IN (?, ?)`,
			flow.Cancelled, toMicros(now), id, org, flow.Queued, flow.Waiting)
		if err != nil || n == 0 {
			return err // the worker that has it ends it
		}
		if err := tx.settle(ctx, org, id, now); err != nil {
			return err
		}
		if err := tx.recount(ctx, org, id); err != nil {
			return err
		}
		if err := tx.forget(ctx, org, id); err != nil {
			return err
		}
		return tx.callHeldOf(ctx, org, id)
	})
	if err != nil {
		return flow.Run{}, err
	}
	return t.Get(ctx, org, id)
}

// Retry takes up again a run that failed: its steps stand, but for those that
// failed, in doubt or not. A run whose journal was deleted cannot go on from there.
func (t Runs) Retry(ctx context.Context, org, id string) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		r, err := one(ctx, tx, "run", scanRun, `SELECT `+runColumns+` FROM flow_run WHERE id = ? AND org_id = ?`+tx.db.d.forUpdate, id, org)
		switch {
		case err != nil:
			return err
		case r.State != flow.Failed && r.State != flow.Cancelled:
			return errs.New(errs.Conflict, "only a run that failed or was cancelled can be retried; this one is %s", r.State)
		case !r.SaveData:
			return errs.New(errs.Conflict, "the run did not keep its data, so it cannot go on where it failed; run the flow again instead")
		}
		_, err = tx.exec(ctx, `UPDATE flow_run SET state = ?, epoch = epoch + 1, error = NULL, reason = 'retried', cancel = FALSE, ended_at = 0, started_at = ? WHERE id = ? AND org_id = ?`,
			flow.Waiting, toMicros(t.now()), id, org)
		if err != nil {
			return err
		}
		// What failed is made again; where it may have happened, that is not forgotten.
		_, err = tx.exec(ctx, `UPDATE flow_step SET reason = CASE WHEN state = ? THEN ? ELSE reason END, state = ?
			WHERE run_id = ? AND org_id = ? AND (state = ? OR state = ? AND error IS NOT NULL)`,
			flow.StepUnknown, flow.Doubted, flow.StepAgain, id, org, flow.StepFailed, flow.StepUnknown)
		if err != nil {
			return err
		}
		if err := tx.recount(ctx, org, id); err != nil {
			return err
		}
		// One that waited has a job still, which would take the run from its worker.
		if err := tx.dropJobs(ctx, id); err != nil {
			return err
		}
		return tx.enqueue(ctx, []RunJob{{Org: org, Run: id, Priority: r.Priority}})
	})
}

package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"sallyport/internal/connector"
	"sallyport/internal/errs"
	"sallyport/internal/flow"
	"sallyport/internal/guard"
	"sallyport/internal/value"
)

// Actions is the guard_policy and guard_action tables: what may be done to
// tenants, and what was.
type Actions struct {
	db  *DB
	now func() time.Time
}

// Policy returns an organization's policy, the default where it has set none.
func (t Actions) Policy(ctx context.Context, org string) (guard.Policy, error) {
	p := guard.DefaultPolicy()
	docs, err := list(ctx, t.db, scalar[string], `SELECT doc FROM guard_policy WHERE org_id = ?`, org)
	if err != nil || len(docs) == 0 {
		return p, err
	}
	if err := json.Unmarshal([]byte(docs[0]), &p); err != nil {
		return p, fmt.Errorf("policy of organization %s: %w", org, err)
	}
	return p, nil
}

// SetPolicy replaces an organization's policy.
func (t Actions) SetPolicy(ctx context.Context, org string, p guard.Policy) error {
	doc, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return t.db.Write(ctx, func(tx *Tx) error {
		_, err := tx.exec(ctx, `INSERT INTO guard_policy (org_id, doc, updated_at) VALUES (?, ?, ?) ON CONFLICT (org_id) DO UPDATE SET doc = excluded.doc, updated_at = excluded.updated_at`,
			org, string(doc), toMicros(t.now()))
		return err
	})
}

const actionColumns = `id, org_id, actor, cause, flow_id, run_id, step_path, event_uuid, connection_id, connector, action, title, effect,
	target_type, target_id, target_name, state, reason, request, status, error, undo, undo_of, undone_by, attempt, started_at, ended_at, plan_id`

// storedCall is a call back as it is kept.
type storedCall struct {
	Action string        `json:"action"`
	Inputs *value.Object `json:"inputs"`
}

func undoText(c *connector.Call) (any, error) {
	if c == nil {
		return nil, nil
	}
	text, err := json.Marshal(storedCall{c.Action, c.Inputs})
	return string(text), err
}

func scanAction(rows *sql.Rows) (guard.Entry, error) {
	var e guard.Entry
	var flowID, run, path, event, reason, request, failure, undo, undoOf, undoneBy, plan sql.NullString
	var started, ended int64
	err := rows.Scan(&e.ID, &e.Org, &e.Actor, &e.Why.Cause, &flowID, &run, &path, &event, &e.Connection, &e.Connector, &e.Action, &e.Title, &e.Effect,
		&e.TargetType, &e.TargetID, &e.TargetName, &e.State, &reason, &request, &e.Status, &failure, &undo, &undoOf, &undoneBy, &e.Attempt, &started, &ended, &plan)
	if err != nil {
		return e, err
	}
	e.Why.Flow, e.Why.Run, e.Why.Path, e.Why.Event, e.Why.UndoOf, e.Why.Plan = flowID.String, run.String, path.String, event.String, undoOf.String, plan.String
	e.Reason, e.Error, e.UndoneBy, e.StartedAt, e.EndedAt = reason.String, failure.String, undoneBy.String, fromMicros(started), fromMicros(ended)
	if request.Valid {
		if err := json.Unmarshal([]byte(request.String), &e.Request); err != nil {
			return e, fmt.Errorf("request of action %s: %w", e.ID, err)
		}
	}
	if undo.Valid {
		var c storedCall
		if err := json.Unmarshal([]byte(undo.String), &c); err != nil {
			return e, fmt.Errorf("reversal of action %s: %w", e.ID, err)
		}
		e.Undo = &connector.Call{Action: c.Action, Inputs: c.Inputs}
	}
	return e, nil
}

func (tx *Tx) insertAction(ctx context.Context, e guard.Entry) error {
	request, err := json.Marshal(e.Request)
	if err != nil {
		return err
	}
	undo, err := undoText(e.Undo)
	if err != nil {
		return err
	}
	w := e.Why
	n, err := tx.affected(ctx, `INSERT INTO guard_action (`+actionColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET state = excluded.state, reason = excluded.reason, attempt = excluded.attempt, ended_at = excluded.ended_at
		WHERE guard_action.org_id = excluded.org_id`,
		e.ID, e.Org, e.Actor, w.Cause, null(w.Flow), null(w.Run), null(w.Path), null(w.Event), e.Connection, e.Connector, e.Action, e.Title, e.Effect,
		e.TargetType, e.TargetID, e.TargetName, e.State, null(e.Reason), string(request), e.Status, null(e.Error), undo, null(w.UndoOf), nil, e.Attempt, toMicros(e.StartedAt), toMicros(e.EndedAt), null(w.Plan))
	if err == nil && n == 0 {
		return errs.New(errs.Conflict, "the action has the id of another one")
	}
	return err
}

// Begin writes an entry that says an action is under way, unless the flow has
// begun ceiling others since a time.
func (t Actions) Begin(ctx context.Context, e guard.Entry, ceiling int, since time.Time) (bool, error) {
	ok := true
	err := t.db.group.do(ctx, &item{fn: func(ctx context.Context, tx *Tx) error {
		ok = true
		if e.Why.UndoOf != "" {
			barred := []any{e.Org, e.Why.UndoOf, guard.Started, guard.Done, guard.Unknown}
			if e.Again {
				barred = barred[:4]
			}
			n, err := one(ctx, tx, "count", scalar[int], `SELECT count(*) FROM guard_action WHERE org_id = ? AND undo_of = ? AND state IN `+in(len(barred)-2), barred...)
			if err != nil {
				return err
			}
			if n > 0 {
				return errs.New(errs.Conflict, "the action was undone already, or is being undone, or may have been")
			}
		}
		if e.Why.Flow != "" {
			n, err := tx.begun(ctx, e, since)
			if err != nil {
				return err
			}
			if ok = n < ceiling; !ok {
				return nil
			}
		}
		return tx.insertAction(ctx, e)
	}})
	if err != nil { // it may be written still, and ok with it
		return false, err
	}
	return ok, nil
}

// begun counts the changes that a flow has begun since a time, this one apart,
// while nobody else counts.
func (tx *Tx) begun(ctx context.Context, e guard.Entry, since time.Time) (int, error) {
	if err := tx.hold(ctx, "ceiling/"+e.Org+"/"+e.Why.Flow); err != nil {
		return 0, err
	}
	return one(ctx, tx, "count", scalar[int], `SELECT count(*) FROM guard_action WHERE org_id = ? AND flow_id = ? AND started_at >= ? AND state <> 'refused' AND id <> ?`,
		e.Org, e.Why.Flow, toMicros(since), e.ID)
}

// Add writes an entry that has ended.
func (t Actions) Add(ctx context.Context, e guard.Entry) error {
	return t.db.group.do(ctx, &item{fn: func(ctx context.Context, tx *Tx) error { return tx.insertAction(ctx, e) }})
}

// End ends an entry; one that undid another is noted there.
func (t Actions) End(ctx context.Context, org string, end guard.End) error {
	return t.db.group.do(ctx, &item{fn: func(ctx context.Context, tx *Tx) error {
		return tx.endAction(ctx, org, flow.ActionEnd{Ledger: end.ID, State: string(end.State), Status: end.Status, Error: end.Error, Undo: end.Undo}, end.At)
	}})
}

func (tx *Tx) endAction(ctx context.Context, org string, a flow.ActionEnd, at time.Time) error {
	undo, err := undoText(a.Undo)
	if err != nil {
		return err
	}
	// The way back that was known at the beginning stays, but of what did not happen.
	if _, err := tx.exec(ctx, `UPDATE guard_action SET state = ?, status = ?, error = ?, undo = CASE WHEN ? THEN NULL ELSE COALESCE(?, undo) END, ended_at = ? WHERE id = ? AND org_id = ?`,
		a.State, a.Status, null(a.Error), guard.State(a.State) == guard.Failed, undo, toMicros(at), a.Ledger, org); err != nil {
		return err
	}
	if guard.State(a.State) != guard.Done {
		return nil
	}
	_, err = tx.exec(ctx, `UPDATE guard_action SET undone_by = ? WHERE org_id = ? AND id = (SELECT undo_of FROM guard_action WHERE id = ? AND org_id = ?)`, a.Ledger, org, a.Ledger, org)
	return err
}

// Get returns one entry.
func (t Actions) Get(ctx context.Context, org, id string) (guard.Entry, error) {
	return one(ctx, t.db, "action", scanAction, `SELECT `+actionColumns+` FROM guard_action WHERE id = ? AND org_id = ?`, id, org)
}

// ActionFilter says which entries are listed.
type ActionFilter struct {
	Flow, Run    string
	Plan         string
	Target       string   // its id, or its name: a login
	Runs         []string // of any of these runs
	Alone        bool     // of no run: what people did by hand
	States       []guard.State
	Since, Until time.Time // of the time they were begun; zero for no bound
	After        Place     // of the last entry of the page before
	Limit        int
}

// List returns entries, the newest first.
func (t Actions) List(ctx context.Context, org string, f ActionFilter) ([]guard.Entry, error) {
	w := where{}
	w.add(`org_id = ?`, org)
	w.addIf(f.Flow != "", `flow_id = ?`, f.Flow)
	w.addIf(f.Run != "", `run_id = ?`, f.Run)
	w.addIf(f.Plan != "", `plan_id = ?`, f.Plan)
	w.addIf(f.Target != "", `(target_id = ? OR target_name = ?)`, f.Target, f.Target)
	w.addIf(f.Alone, `run_id IS NULL`)
	w.between(`started_at`, f.Since, f.Until)
	w.after(f.After, `started_at`)
	if len(f.Runs) > 0 {
		w.add(`run_id IN `+in(len(f.Runs)), anys(f.Runs)...)
	}
	if len(f.States) > 0 {
		w.add(`state IN `+in(len(f.States)), anys(f.States)...)
	}
	return list(ctx, t.db, scanAction, `SELECT `+actionColumns+` FROM guard_action `+w.text()+` ORDER BY started_at DESC, id DESC LIMIT ?`, append(w.args, f.Limit)...)
}

// CountOfRuns counts the entries of runs, by run.
func (t Actions) CountOfRuns(ctx context.Context, org string, runs []string) (map[string]int, error) {
	if len(runs) == 0 {
		return map[string]int{}, nil
	}
	return counts[string](ctx, t.db, `SELECT run_id, count(*) FROM guard_action WHERE org_id = ? AND run_id IN `+in(len(runs))+` GROUP BY run_id`, append([]any{org}, anys(runs)...)...)
}

// CountStates counts the entries begun since a time, by state.
func (t Actions) CountStates(ctx context.Context, org string, since time.Time) (map[guard.State]int, error) {
	return counts[guard.State](ctx, t.db, `SELECT state, count(*) FROM guard_action WHERE org_id = ? AND started_at >= ? GROUP BY state`, org, toMicros(since))
}

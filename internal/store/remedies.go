package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"sallyport/internal/id"
	"sallyport/internal/notify"
	"sallyport/internal/remedy"
	"sallyport/internal/rule"
)

// Remedies is the remedy_plan and remedy_step tables: changes to an org that are
// planned, made and undone together.
type Remedies struct{ db *DB }

// notifyAsked writes the notices of a plan that waits for approval from now on: for
// each channel one.
func (tx *Tx) notifyAsked(ctx context.Context, p remedy.Plan) error {
	if !p.WaitsForApproval() {
		return nil
	}
	channels, err := tx.telling(ctx, p.Org)
	if err != nil {
		return err
	}
	var rows [][]any
	now := tx.db.Notices.now()
	for _, c := range channels {
		if c.Plan.Approvals {
			rows = append(rows, []any{id.At(now), c.Org, c.ID, p.ID, notify.Asked, "", int(rule.High), notify.Queued, toMicros(now), toMicros(now), ""})
		}
	}
	return tx.addNotices(ctx, p.Org, rows)
}

func scanPlan(rows *sql.Rows) (remedy.Plan, error) {
	var p remedy.Plan
	var doc string
	if err := rows.Scan(&doc); err != nil {
		return p, err
	}
	if err := json.Unmarshal([]byte(doc), &p); err != nil {
		return p, fmt.Errorf("plan of remediation: %w", err)
	}
	return p, nil
}

func scanRemedyStep(rows *sql.Rows) (remedy.Step, error) {
	var s remedy.Step
	var doc string
	if err := rows.Scan(&doc); err != nil {
		return s, err
	}
	if err := json.Unmarshal([]byte(doc), &s); err != nil {
		return s, fmt.Errorf("step of remediation: %w", err)
	}
	return s, nil
}

// Add keeps a plan with its steps.
func (t Remedies) Add(ctx context.Context, p remedy.Plan) error {
	doc, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("plan %s: %w", p.ID, err)
	}
	steps := make([]string, len(p.Steps))
	for i, s := range p.Steps {
		text, err := json.Marshal(s)
		if err != nil {
			return fmt.Errorf("step %d of plan %s: %w", s.Seq, p.ID, err)
		}
		steps[i] = string(text)
	}
	return t.db.Write(ctx, func(tx *Tx) error {
		if _, err := tx.exec(ctx, `INSERT INTO remedy_plan (id, org_id, connection_id, playbook, cause_kind, cause_id, state, targets, doc, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			p.ID, p.Org, p.Connection, p.Playbook, p.Cause.Kind, p.Cause.ID, p.State, p.Targets, string(doc), toMicros(p.CreatedAt)); err != nil {
			return err
		}
		for i, s := range p.Steps {
			if _, err := tx.exec(ctx, `INSERT INTO remedy_step (plan_id, seq, org_id, state, doc) VALUES (?, ?, ?, ?, ?)`, p.ID, s.Seq, p.Org, s.State, steps[i]); err != nil {
				return err
			}
		}
		return tx.addConcerns(ctx, concerns(p.Org, planConcern, p.ID, p.CreatedAt, p.About()))
	})
}

// Get returns a plan with its steps.
func (t Remedies) Get(ctx context.Context, org, id string) (remedy.Plan, error) {
	p, err := one(ctx, t.db, "plan", scanPlan, `SELECT doc FROM remedy_plan WHERE id = ? AND org_id = ?`, id, org)
	if err != nil {
		return p, err
	}
	p.Steps, err = list(ctx, t.db, scanRemedyStep, `SELECT doc FROM remedy_step WHERE plan_id = ? AND org_id = ? ORDER BY seq`, id, org)
	return p, err
}

// RemedyFilter says which plans are listed.
type RemedyFilter struct {
	States []remedy.State
	Cause  remedy.Cause // what they answer; zero for any
	After  Place
	Limit  int
}

// List returns plans without their steps, the newest first.
func (t Remedies) List(ctx context.Context, org string, f RemedyFilter) ([]remedy.Plan, error) {
	w := where{}
	w.add(`org_id = ?`, org)
	if len(f.States) > 0 {
		w.add(`state IN `+in(len(f.States)), anys(f.States)...)
	}
	w.addIf(f.Cause.Kind != "", `cause_kind = ?`, f.Cause.Kind)
	w.addIf(f.Cause.ID != "", `cause_id = ?`, f.Cause.ID)
	w.after(f.After, `created_at`)
	return list(ctx, t.db, scanPlan, `SELECT doc FROM remedy_plan `+w.text()+` ORDER BY created_at DESC, id DESC LIMIT ?+0`, append(w.args, f.Limit)...)
}

// StepStates counts the steps of plans by their state, by plan.
func (t Remedies) StepStates(ctx context.Context, org string, plans []string) (map[string]map[remedy.StepState]int, error) {
	out := map[string]map[remedy.StepState]int{}
	if len(plans) == 0 {
		return out, nil
	}
	type count struct {
		plan  string
		state remedy.StepState
		n     int
	}
	counts, err := list(ctx, t.db, func(rows *sql.Rows) (c count, err error) { return c, rows.Scan(&c.plan, &c.state, &c.n) },
		`SELECT plan_id, state, count(*) FROM remedy_step WHERE org_id = ? AND plan_id IN `+in(len(plans))+` GROUP BY plan_id, state`, append([]any{org}, anys(plans)...)...)
	for _, c := range counts {
		if out[c.plan] == nil {
			out[c.plan] = map[remedy.StepState]int{}
		}
		out[c.plan][c.state] = c.n
	}
	return out, err
}

// Move takes a plan to another state, and queues its work, in one transaction.
// Plans of an organization begin one after another, so that together they stay
// within the hour's limit.
func (t Remedies) Move(ctx context.Context, m remedy.Move) (remedy.Moved, error) {
	doc, err := json.Marshal(m.To)
	if err != nil {
		return "", fmt.Errorf("plan %s: %w", m.To.ID, err)
	}
	p, moved := m.To, remedy.Yes
	err = t.db.Write(ctx, func(tx *Tx) error {
		moved = remedy.Yes
		if m.Most > 0 {
			if err := tx.hold(ctx, "remedy/"+p.Org); err != nil {
				return err
			}
			n, err := one(ctx, tx, "sum", scalar[int], `SELECT COALESCE(SUM(targets), 0) FROM remedy_plan WHERE org_id = ? AND started_at >= ? AND started_at > 0 AND id <> ?`, p.Org, toMicros(m.Since), p.ID)
			if err != nil {
				return err
			}
			if n+p.Targets > m.Most {
				moved = remedy.TooMany
				return nil
			}
		}
		args := append([]any{p.State, string(doc), toMicros(p.StartedAt), toMicros(p.ExpiresAt), p.ID, p.Org}, anys(m.From)...)
		n, err := tx.affected(ctx, `UPDATE remedy_plan SET state = ?, doc = ?, started_at = ?, expires_at = ? WHERE id = ? AND org_id = ? AND state IN `+in(len(m.From)), args...)
		if err != nil {
			return err
		}
		if n == 0 {
			moved = remedy.Elsewhere
			return nil
		}
		if err := tx.notifyAsked(ctx, p); err != nil {
			return fmt.Errorf("tell of plan %s: %w", p.ID, err)
		}
		if err := tx.notifyAnswered(ctx, m); err != nil {
			return fmt.Errorf("tell of the end of waiting of plan %s: %w", p.ID, err)
		}
		if m.Work.IsZero() {
			return nil
		}
		return tx.enqueueRemedy(ctx, p.Org, p.ID, m.Work)
	})
	return moved, err
}

// enqueueRemedies queues the work of every plan that is not at its end. One that
// waits for approval has nothing to do, and says so.
func (tx *Tx) enqueueRemedies(ctx context.Context) error {
	open, err := list(ctx, tx, scanPlan, `SELECT doc FROM remedy_plan WHERE state IN (?, ?, ?)`, remedy.Waiting, remedy.Running, remedy.Undoing)
	if err != nil {
		return err
	}
	for _, p := range open {
		if err := tx.enqueueRemedy(ctx, p.Org, p.ID, p.RunAt); err != nil {
			return err
		}
	}
	return nil
}

// SaveStep writes a step, if it still is in a state.
func (t Remedies) SaveStep(ctx context.Context, org, plan string, from remedy.StepState, s remedy.Step) (bool, error) {
	doc, err := json.Marshal(s)
	if err != nil {
		return false, fmt.Errorf("step %d of plan %s: %w", s.Seq, plan, err)
	}
	saved := false
	err = t.db.Write(ctx, func(tx *Tx) error {
		n, err := tx.affected(ctx, `UPDATE remedy_step SET state = ?, doc = ? WHERE plan_id = ? AND org_id = ? AND seq = ? AND state = ?`, s.State, string(doc), plan, org, s.Seq, from)
		saved = n > 0
		return err
	})
	return saved && err == nil, err
}

// Open returns the plans of a cause that were asked for and have not ended, without
// their steps.
func (t Remedies) Open(ctx context.Context, org string, c remedy.Cause) ([]remedy.Plan, error) {
	return list(ctx, t.db, scanPlan, `SELECT doc FROM remedy_plan WHERE org_id = ? AND cause_kind = ? AND cause_id = ? AND state IN (?, ?, ?) ORDER BY created_at, id`,
		org, c.Kind, c.ID, remedy.Waiting, remedy.Running, remedy.Undoing)
}

// Expired returns plans that waited for approval until a time.
func (t Remedies) Expired(ctx context.Context, until time.Time) ([]remedy.Plan, error) {
	return list(ctx, t.db, scanPlan, `SELECT doc FROM remedy_plan WHERE state = ? AND expires_at > 0 AND expires_at <= ? ORDER BY expires_at LIMIT 100`, remedy.Waiting, toMicros(until))
}

// RemedySchedules is the remedy_schedule table.
type RemedySchedules struct{ db *DB }

func scanSchedule(rows *sql.Rows) (remedy.Schedule, error) {
	var s remedy.Schedule
	var doc string
	if err := rows.Scan(&doc); err != nil {
		return s, err
	}
	if err := json.Unmarshal([]byte(doc), &s); err != nil {
		return s, fmt.Errorf("schedule of remediation: %w", err)
	}
	return s, nil
}

// List returns an organization's schedules, the oldest first.
func (t RemedySchedules) List(ctx context.Context, org string) ([]remedy.Schedule, error) {
	return list(ctx, t.db, scanSchedule, `SELECT doc FROM remedy_schedule WHERE org_id = ? ORDER BY created_at, id`, org)
}

// Get returns one schedule.
func (t RemedySchedules) Get(ctx context.Context, org, id string) (remedy.Schedule, error) {
	return one(ctx, t.db, "schedule", scanSchedule, `SELECT doc FROM remedy_schedule WHERE id = ? AND org_id = ?`, id, org)
}

// Save keeps a schedule, new or changed.
func (t RemedySchedules) Save(ctx context.Context, s remedy.Schedule) error {
	doc, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("schedule %s: %w", s.ID, err)
	}
	return t.db.Write(ctx, func(tx *Tx) error {
		_, err := tx.exec(ctx, `INSERT INTO remedy_schedule (id, org_id, doc, next_at, created_at) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET doc = excluded.doc, next_at = excluded.next_at WHERE remedy_schedule.org_id = excluded.org_id`,
			s.ID, s.Org, string(doc), waits(s), toMicros(s.CreatedAt))
		return err
	})
}

// waits is the time that a schedule waits for, 0 of one that is off.
func waits(s remedy.Schedule) int64 {
	if !s.Enabled {
		return 0
	}
	return toMicros(s.NextAt)
}

// Remove deletes a schedule. The plans that it made stay.
func (t RemedySchedules) Remove(ctx context.Context, org, id string) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		return tx.change(ctx, "schedule", `DELETE FROM remedy_schedule WHERE id = ? AND org_id = ?`, id, org)
	})
}

// Due returns schedules whose time is not after a time, the earliest first.
func (t RemedySchedules) Due(ctx context.Context, until time.Time) ([]remedy.Schedule, error) {
	return list(ctx, t.db, scanSchedule, `SELECT doc FROM remedy_schedule WHERE next_at > 0 AND next_at <= ? ORDER BY next_at, id LIMIT 100`, toMicros(until))
}

// Fire notes what a schedule's turn gave and when it is next, if it still waits
// for a time.
func (t RemedySchedules) Fire(ctx context.Context, s remedy.Schedule, at time.Time) (bool, error) {
	doc, err := json.Marshal(s)
	if err != nil {
		return false, fmt.Errorf("schedule %s: %w", s.ID, err)
	}
	fired := false
	err = t.db.Write(ctx, func(tx *Tx) error {
		n, err := tx.affected(ctx, `UPDATE remedy_schedule SET doc = ?, next_at = ? WHERE id = ? AND org_id = ? AND next_at = ?`, string(doc), waits(s), s.ID, s.Org, toMicros(at))
		fired = n > 0
		return err
	})
	return fired && err == nil, err
}

package remedy

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/quota"
)

const priority = quota.Containment

// Run asks for a draft to be carried out. It runs, or waits for approval or for
// its time, or is stopped by a limit: what became of it is returned.
func (e *Engine) Run(ctx context.Context, org, id string) (Plan, error) {
	p, err := e.Plans.Get(ctx, org, id)
	if err != nil {
		return Plan{}, err
	}
	if p.State != Draft {
		return Plan{}, errs.New(errs.Conflict, "the plan is %s: only a draft can be run", p.State)
	}
	if only, err := e.Guard.OnlyShows(ctx, org); err != nil || only {
		return Plan{}, errors.Join(err, errs.New(errs.Conflict, "the organization is in dry run: nothing is changed"))
	}
	b, err := e.Books.Get(p.Playbook)
	if err != nil {
		return Plan{}, err
	}
	if p.Count(Planned) == 0 {
		return e.end(ctx, p, Stopped, "there is nothing that it could do", Draft)
	}
	policy, err := e.Guard.Ledger.Policy(ctx, org)
	if err != nil {
		return Plan{}, fmt.Errorf("read the policy: %w", err)
	}
	limits := policy.Plans.OrDefault()
	within, err := e.bounds(ctx, org, p.Connection, limits)
	if err != nil {
		return Plan{}, err
	}
	asked := p.Needs
	p.judge(b, within, limits)
	if p.Stop != "" {
		return e.end(ctx, p, Stopped, p.Stop, Draft)
	}
	if p.Needs == "" { // what was shown to want approval goes on to want it
		p.Needs = asked
	}
	if p.Needs == "" {
		return e.start(ctx, p, within.hour, Draft)
	}
	p.State, p.ExpiresAt = Waiting, e.Now().Add(time.Duration(limits.ApproveHours)*time.Hour)
	return e.move(ctx, Move{From: []State{Draft}, To: p})
}

// start has a plan worked at: now, or at its time.
func (e *Engine) start(ctx context.Context, p Plan, hour int, from State) (Plan, error) {
	now := e.Now()
	if p.RunAt.After(now) {
		p.State, p.ExpiresAt = Waiting, time.Time{}
		return e.move(ctx, Move{From: []State{from}, To: p, Work: p.RunAt})
	}
	going := p
	going.State, going.StartedAt, going.ExpiresAt = Running, now, time.Time{}
	moved, err := e.Plans.Move(ctx, Move{From: []State{from}, To: going, Work: now, Most: hour, Since: now.Add(-time.Hour)})
	switch {
	case err != nil:
		return Plan{}, err
	case moved == TooMany:
		p.Stop = fmt.Sprintf("with what other plans changed within an hour, it would be more than %d people or things", hour)
		return e.end(ctx, p, Stopped, p.Stop, from)
	case moved == Elsewhere:
		return Plan{}, errs.New(errs.Conflict, "the plan has moved on meanwhile")
	}
	e.changed(going)
	return going, nil
}

// Decide says yes or no to a plan that waits. Whoever asked for it cannot approve
// it, and may withdraw it. No can be said during a grace, too.
func (e *Engine) Decide(ctx context.Context, org, id string, d Decision) (Plan, error) {
	p, err := e.Plans.Get(ctx, org, id)
	if err != nil {
		return Plan{}, err
	}
	switch {
	case p.State != Waiting || d.Approved && (p.Needs == "" || p.Decision != nil):
		return Plan{}, errs.New(errs.Conflict, "the plan does not wait for approval")
	case d.Approved && d.By == p.Actor:
		return Plan{}, errs.New(errs.Denied, "another member has to decide: the plan was asked for by you")
	case !p.ExpiresAt.IsZero() && !e.Now().Before(p.ExpiresAt):
		if _, err := e.end(ctx, p, Stopped, expired, Waiting); err != nil {
			return Plan{}, err
		}
		return Plan{}, errs.New(errs.Conflict, "%s", expired)
	}
	d.At = e.Now()
	p.Decision = &d
	switch {
	case !d.Approved && d.By == p.Actor:
		return e.end(ctx, p, Stopped, "it was withdrawn", Waiting)
	case !d.Approved:
		return e.end(ctx, p, Stopped, "it was declined", Waiting)
	}
	policy, err := e.Guard.Ledger.Policy(ctx, org)
	if err != nil {
		return Plan{}, fmt.Errorf("read the policy: %w", err)
	}
	within, err := e.bounds(ctx, org, p.Connection, policy.Plans.OrDefault())
	if err != nil {
		return Plan{}, err
	}
	return e.start(ctx, p, within.hour, Waiting)
}

const expired = "nobody approved it in time"

// Expire stops the plans that nobody approved in time.
func (e *Engine) Expire(ctx context.Context) error {
	plans, err := e.Plans.Expired(ctx, e.Now())
	if err != nil {
		return fmt.Errorf("find the plans that nobody approved: %w", err)
	}
	for _, p := range plans {
		if _, err := e.end(ctx, p, Stopped, expired, Waiting); err != nil && errs.KindOf(err) != errs.Conflict {
			return err
		}
	}
	return nil
}

// Stop keeps a plan that runs from beginning another step. A call that is under way
// ends, and what was made stays until the plan is undone.
func (e *Engine) Stop(ctx context.Context, org, id, who string) (Plan, error) {
	p, err := e.Plans.Get(ctx, org, id)
	if err != nil {
		return Plan{}, err
	}
	if p.State != Running {
		return Plan{}, errs.New(errs.Conflict, "the plan is %s: only one that runs can be stopped", p.State)
	}
	return e.end(ctx, p, Stopped, "it was stopped by "+who, Running)
}

// Undo asks for all that a plan did to be undone, the last first.
func (e *Engine) Undo(ctx context.Context, org, id, actor string) (Plan, error) {
	p, err := e.Plans.Get(ctx, org, id)
	if err != nil {
		return Plan{}, err
	}
	if !p.CanUndo() {
		return Plan{}, errs.New(errs.Conflict, "there is nothing of the plan that can be undone")
	}
	if only, err := e.Guard.OnlyShows(ctx, org); err != nil || only {
		return Plan{}, errors.Join(err, errs.New(errs.Conflict, "the organization is in dry run: nothing is changed"))
	}
	p.State, p.UndoneBy, p.Error = Undoing, actor, ""
	return e.move(ctx, Move{From: []State{Done, Failed, Stopped}, To: p, Work: e.Now()})
}

// end ends a plan that is in a state.
func (e *Engine) end(ctx context.Context, p Plan, to State, why string, from State) (Plan, error) {
	p.State, p.Error, p.EndedAt = to, why, e.Now()
	return e.move(ctx, Move{From: []State{from}, To: p})
}

func (e *Engine) move(ctx context.Context, m Move) (Plan, error) {
	moved, err := e.Plans.Move(ctx, m)
	if err != nil {
		return Plan{}, err
	}
	if moved != Yes {
		return Plan{}, errs.New(errs.Conflict, "the plan has moved on meanwhile")
	}
	e.changed(m.To)
	return m.To, nil
}

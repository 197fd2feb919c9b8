package remedy

import (
	"context"
	"fmt"
	"time"

	"sallyport/internal/connector"
	"sallyport/internal/errs"
	"sallyport/internal/guard"
	"sallyport/internal/id"
	"sallyport/internal/value"
)

// mostAttempts bounds how often a step is tried whose refusal may pass, and
// mostLooks how often a change is looked for that Okta makes later.
const (
	mostAttempts = 5
	mostLooks    = 10
	lookEvery    = 2 * time.Second
)

// Work goes on with a plan: with what is to be done of it, or to be undone. It
// returns when that has ended (zero time), or the time at which it wants to be
// called again. What a process that died had done is not done again.
func (e *Engine) Work(ctx context.Context, org, plan string) (time.Time, error) {
	p, err := e.Plans.Get(ctx, org, plan)
	if err != nil {
		if errs.KindOf(err) == errs.NotFound {
			return time.Time{}, nil
		}
		return time.Time{}, err
	}
	switch p.State {
	case Waiting:
		return e.due(ctx, p)
	case Running:
		return e.carryOn(ctx, p)
	case Undoing:
		return e.takeBack(ctx, p)
	default:
		return time.Time{}, nil
	}
}

// due starts a plan whose time has come.
func (e *Engine) due(ctx context.Context, p Plan) (time.Time, error) {
	if p.Needs != "" && p.Decision == nil {
		return time.Time{}, nil
	}
	if now := e.Now(); p.RunAt.After(now) {
		return p.RunAt, nil
	}
	if err := e.reselect(ctx, &p); err != nil {
		return time.Time{}, err
	}
	policy, err := e.Guard.Ledger.Policy(ctx, p.Org)
	if err != nil {
		return time.Time{}, fmt.Errorf("read the policy: %w", err)
	}
	within, err := e.bounds(ctx, p.Org, p.Connection, policy.Plans.OrDefault())
	if err != nil {
		return time.Time{}, err
	}
	if _, err := e.start(ctx, p, within.hour, Waiting); err != nil && errs.KindOf(err) != errs.Conflict {
		return time.Time{}, err
	}
	return time.Time{}, nil // what runs has a job of its own
}

// shift is one working at a plan.
type shift struct {
	*drafter
}

func (e *Engine) carryOn(ctx context.Context, p Plan) (time.Time, error) {
	b, err := e.Books.Get(p.Playbook)
	if err != nil {
		_, err = e.end(ctx, p, Stopped, err.Error(), Running)
		return time.Time{}, err
	}
	t, err := e.tenant(ctx, p.Org, p.Connection)
	if err != nil {
		_, err = e.end(ctx, p, Stopped, err.Error(), Running)
		return time.Time{}, err
	}
	sh := &shift{&drafter{e: e, tenant: t, book: b, plan: &p}}
	sh.watch = newWatch(ctx, &reader{caller: e.Guard.Caller, conn: t.conn}, t.con, e.Admins)
	for i := range p.Steps {
		if err := ctx.Err(); err != nil {
			return time.Time{}, err
		}
		if on, err := e.goesOn(ctx, p, p.Steps[i].State); err != nil || !on {
			return time.Time{}, err
		}
		again, stop, err := sh.advance(ctx, &p.Steps[i])
		if err != nil || !again.IsZero() {
			return again, err
		}
		if stop != "" {
			return time.Time{}, e.ends(ctx, p, ended(p.Steps[i].State), stop)
		}
	}
	state, says := Done, ""
	if n := p.Count(Broken, Refused, Unknown); n > 0 {
		state, says = Failed, fmt.Sprintf("%d of %d steps failed", n, len(p.Steps))
	}
	return time.Time{}, e.ends(ctx, p, state, says)
}

// goesOn reports whether a plan still runs, where a step of it is about to begin:
// somebody may have stopped it.
func (e *Engine) goesOn(ctx context.Context, p Plan, next StepState) (bool, error) {
	if next != Planned {
		return true, nil
	}
	now, err := e.Plans.Get(ctx, p.Org, p.ID)
	if err != nil {
		return false, fmt.Errorf("read whether the plan still runs: %w", err)
	}
	return now.State == Running, nil
}

// ends ends a plan that is worked at, unless somebody has stopped it meanwhile.
func (e *Engine) ends(ctx context.Context, p Plan, to State, why string) error {
	if _, err := e.end(ctx, p, to, why, Running); errs.KindOf(err) != errs.Conflict {
		return err
	}
	return nil
}

// ended is the state of a plan that a step in a state has stopped.
func ended(s StepState) State {
	if s == Unknown || s == Planned {
		return Stopped
	}
	return Failed
}

// advance brings a step to its end. It returns when it wants to be called again,
// or why the plan stops at it.
func (sh *shift) advance(ctx context.Context, st *Step) (again time.Time, stop string, err error) {
	if st.State == Started {
		if err := sh.settle(ctx, st); err != nil {
			return time.Time{}, "", err
		}
	}
	if st.State == Planned {
		if again, stop, err = sh.make(ctx, st); err != nil || stop != "" || !again.IsZero() {
			return again, stop, err
		}
	}
	if st.State == Verifying {
		if again, err = sh.verify(ctx, st); err != nil || !again.IsZero() {
			return again, "", err
		}
	}
	if st.State == Unknown || (st.State == Broken || st.State == Refused) && !sh.plan.GoOn {
		return time.Time{}, fmt.Sprintf("step %d: %s", st.Seq, st.Error), nil
	}
	return time.Time{}, "", nil
}

// settle finds out what became of a step whose worker died.
func (sh *shift) settle(ctx context.Context, st *Step) error {
	e, err := sh.e.Guard.Ledger.Get(ctx, sh.plan.Org, st.Entry)
	switch {
	case errs.KindOf(err) == errs.NotFound: // it was never begun
		st.State = Planned
	case err != nil:
		return fmt.Errorf("read what became of step %d: %w", st.Seq, err)
	case e.State == guard.Done:
		st.State = Made
	case e.State == guard.Failed:
		st.State, st.Error = Broken, e.Error
	default:
		st.State, st.Error = Unknown, "the server stopped while the call was under way: whether it happened is not known"
		if e.State == guard.Started || e.State == guard.Retrying {
			if err := sh.e.Guard.Ledger.End(ctx, sh.plan.Org, guard.End{ID: e.ID, State: guard.Unknown, Error: st.Error, At: sh.e.Now()}); err != nil {
				return fmt.Errorf("end the entry of step %d: %w", st.Seq, err)
			}
		}
	}
	return sh.save(ctx, Started, st)
}

// make carries a step out, if what is there is still what the plan was made for.
func (sh *shift) make(ctx context.Context, st *Step) (again time.Time, stop string, err error) {
	fresh, changed := sh.anew(ctx, st)
	switch {
	case changed != "":
		return time.Time{}, fmt.Sprintf("step %d: %s", st.Seq, changed), nil
	case fresh.State != Planned:
		st.State, st.Error, st.Hurdles, st.EndedAt = fresh.State, fresh.Error, fresh.Hurdles, sh.e.Now()
		return time.Time{}, "", sh.save(ctx, Planned, st)
	}
	now := sh.e.Now()
	if st.Entry == "" {
		st.Entry = id.At(now)
	}
	st.State, st.StartedAt, st.Attempts, st.Error = Started, now, st.Attempts+1, ""
	if err := sh.save(ctx, Planned, st); err != nil {
		return time.Time{}, "", err
	}
	_, _, err = sh.e.Guard.Act(ctx, sh.e.intent(sh.plan, sh.tenant, st))
	if err != nil && connector.AsError(err) == nil && errs.KindOf(err) != errs.Denied && errs.KindOf(err) != errs.Conflict && errs.KindOf(err) != errs.Invalid {
		return time.Time{}, "", err // the ledger says what became of it
	}
	return sh.after(ctx, st, err)
}

// after notes what became of a call.
func (sh *shift) after(ctx context.Context, st *Step, failed error) (again time.Time, stop string, err error) {
	ce := connector.AsError(failed)
	st.EndedAt = sh.e.Now()
	switch {
	case failed == nil && sh.book.Steps[st.Part].verify != nil:
		st.State = Verifying
	case failed == nil:
		st.State = Made
	case ce == nil && errs.KindOf(failed) == errs.Denied:
		st.State, st.Error, st.Entry = Refused, errs.Message(failed), ""
	case ce == nil:
		st.State, st.Error, st.Entry = Broken, errs.Message(failed), ""
	case ce.Sent:
		st.State, st.Error = Unknown, "whether it happened is not known: "+ce.Error()
	case ce.Transient && st.Attempts < mostAttempts:
		st.State, st.Error = Planned, ce.Error()
		again = st.EndedAt.Add(time.Duration(1<<st.Attempts) * time.Second / 2)
		if ce.RetryAt.After(again) {
			again = ce.RetryAt
		}
	default:
		st.State, st.Error = Broken, ce.Error()
	}
	return again, "", sh.save(ctx, Started, st)
}

// anew writes a step as things stand now. It says what keeps the plan from going
// on where that is not what the plan shows.
func (sh *shift) anew(ctx context.Context, st *Step) (Step, string) {
	sh.watch.reader = &reader{caller: sh.e.Guard.Caller, conn: sh.tenant.conn}
	sh.watch.supers, sh.watch.counts = nil, nil
	s, err := sh.book.begin(sh.plan.Objects[st.Object])
	if err == nil {
		err = sh.book.look(ctx, sh.watch.reader, s)
	}
	if err != nil {
		return Step{}, err.Error()
	}
	if s.item, err = value.Of(st.Item); err != nil {
		return Step{}, err.Error()
	}
	if st.Part >= len(sh.book.Steps) || sh.book.Steps[st.Part].Action != st.Action {
		return Step{}, "the playbook has changed since the plan was made: plan again"
	}
	fresh := sh.step(ctx, st.Part, s)
	if fresh.State == Planned && string(value.Store(fresh.Inputs)) != string(value.Store(st.Inputs)) {
		return Step{}, "what is there has changed since the plan was made: plan again"
	}
	return fresh, ""
}

// verify looks whether Okta shows what a step has changed.
func (sh *shift) verify(ctx context.Context, st *Step) (time.Time, error) {
	v := sh.book.Steps[st.Part].verify
	s, err := sh.book.begin(sh.plan.Objects[st.Object])
	if err != nil {
		return time.Time{}, err
	}
	if s.item, err = value.Of(st.Item); err != nil {
		return time.Time{}, err
	}
	r := &reader{caller: sh.e.Guard.Caller, conn: sh.tenant.conn}
	body, err := r.read(ctx, s.path(v.path), false)
	shows := false
	if err == nil || missing(err) {
		shows, err = v.when.True(map[string]any{"body": body, "object": s.object, "item": s.item})
	}
	st.Looks++
	switch {
	case err == nil && shows:
		st.State, st.EndedAt = Made, sh.e.Now()
	case st.Looks >= mostLooks:
		st.State, st.Error = Unknown, "the call was accepted, but Okta does not show the change"
		if err != nil {
			st.Error = "the call was accepted, but whether Okta made the change cannot be read: " + err.Error()
		}
	default:
		every := sh.e.LookEvery
		if every == 0 {
			every = lookEvery
		}
		return sh.e.Now().Add(every), sh.save(ctx, Verifying, st)
	}
	return time.Time{}, sh.save(ctx, Verifying, st)
}

// save writes a step, whatever becomes of the worker's context.
func (sh *shift) save(ctx context.Context, from StepState, st *Step) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	ok, err := sh.e.Plans.SaveStep(ctx, sh.plan.Org, sh.plan.ID, from, *st)
	if err != nil {
		return fmt.Errorf("keep step %d: %w", st.Seq, err)
	}
	if !ok {
		return errs.New(errs.Conflict, "step %d is worked at by another", st.Seq)
	}
	sh.e.changed(*sh.plan)
	return nil
}

// takeBack undoes what a plan did, the last first. What cannot be undone keeps
// nothing else from being.
func (e *Engine) takeBack(ctx context.Context, p Plan) (time.Time, error) {
	sh := &shift{&drafter{e: e, plan: &p}}
	failed, left := 0, 0
	for i := len(p.Steps) - 1; i >= 0; i-- {
		st := &p.Steps[i]
		if err := ctx.Err(); err != nil {
			return time.Time{}, err
		}
		if !st.undoable() {
			if st.State == Made || st.State == Verifying || st.State == Unknown {
				left++
			}
			continue
		}
		from := st.State
		if err := e.reverse(ctx, &p, st); err != nil {
			if ctx.Err() != nil {
				return time.Time{}, ctx.Err()
			}
			failed++
			st.Error = "not undone: " + errs.Message(err)
		}
		if err := sh.save(ctx, from, st); err != nil {
			return time.Time{}, err
		}
	}
	state, says := Undone, ""
	switch {
	case failed > 0:
		state, says = Failed, fmt.Sprintf("%d of %d changes were not undone", failed, failed+p.Count(Reversed))
	case left > 0:
		says = fmt.Sprintf("%d changes have no way back", left)
	}
	_, err := e.end(ctx, p, state, says, Undoing)
	return time.Time{}, err
}

func (e *Engine) reverse(ctx context.Context, p *Plan, st *Step) error {
	made, err := e.Guard.Ledger.Get(ctx, p.Org, st.Entry)
	if err != nil {
		return err
	}
	if made.UndoneBy != "" { // by hand, or by a worker that died
		st.State, st.UndoEntry, st.Error = Reversed, made.UndoneBy, ""
		return nil
	}
	back, err := e.Guard.Undo(ctx, e.Conns, p.Org, p.UndoneBy, st.Entry)
	if err != nil {
		return err
	}
	st.State, st.UndoEntry, st.Error = Reversed, back.ID, ""
	return nil
}

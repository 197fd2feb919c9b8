package remedy

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"sallyport/internal/connector"
	"sallyport/internal/errs"
	"sallyport/internal/guard"
	"sallyport/internal/id"
	"sallyport/internal/value"
)

// Engine makes plans and carries them out. People, Admins, Selector, Teller and Changed
// may be nil.
type Engine struct {
	Books    *Shelf
	Guard    *guard.Guard
	Conns    guard.Connections
	Plans    Plans
	People   People
	Admins   Admins
	Times    Timetable // nil: plans of schedules are not selected anew
	Selector Selector
	Teller   Teller
	Now      func() time.Time
	Log      *slog.Logger
	// Changed is called with a plan that has moved on.
	Changed func(Plan)
	// LookEvery is how long Okta is given to show a change before it is looked for
	// again; 0 is two seconds.
	LookEvery time.Duration
}

// Order is what a plan is made of.
type Order struct {
	Org        string
	Connection string
	Playbook   string
	Title      string // empty takes the playbook's
	Cause      Cause
	Card       string // of the run that it answers: the card's path
	Actor      string // account:ID or flow:ID
	Objects    []Object
	GoOn       bool      // a failed step does not stop it
	RunAt      time.Time // not before
	Approval   string    // why it wants approval whatever the policy says
}

// MaxObjects bounds the objects of a plan: each costs calls to Okta.
const MaxObjects = 500

// Draft makes a plan and keeps it: it reads what is there, and changes nothing.
func (e *Engine) Draft(ctx context.Context, o Order) (Plan, error) {
	p, err := e.plan(ctx, o)
	if err != nil {
		return Plan{}, err
	}
	if err := e.Plans.Add(ctx, p); err != nil {
		return Plan{}, fmt.Errorf("keep the plan: %w", err)
	}
	e.changed(p)
	return p, nil
}

func (e *Engine) plan(ctx context.Context, o Order) (Plan, error) {
	b, err := e.Books.Get(o.Playbook)
	if err != nil {
		return Plan{}, err
	}
	if len(o.Objects) == 0 || len(o.Objects) > MaxObjects {
		return Plan{}, errs.New(errs.Invalid, "a plan is for 1 to %d objects, not %d", MaxObjects, len(o.Objects))
	}
	t, err := e.tenant(ctx, o.Org, o.Connection)
	if err != nil {
		return Plan{}, err
	}
	now := e.Now()
	p := Plan{
		ID: id.At(now), Org: o.Org, Connection: o.Connection, Playbook: b.ID, Title: o.Title, Cause: o.Cause, Card: o.Card, Actor: o.Actor,
		State: Draft, Objects: slices.Clone(o.Objects), GoOn: o.GoOn, CreatedAt: now, RunAt: o.RunAt,
	}
	if p.Title == "" {
		p.Title = b.Title
	}
	r := &reader{caller: e.Guard.Caller, conn: t.conn}
	d := &drafter{e: e, tenant: t, book: b, plan: &p, watch: newWatch(ctx, r, t.con, e.Admins)}
	for i := range p.Objects {
		if err := d.object(ctx, i); err != nil {
			return Plan{}, err
		}
	}
	if err := ctx.Err(); err != nil {
		return Plan{}, err
	}
	policy, err := e.Guard.Ledger.Policy(ctx, o.Org)
	if err != nil {
		return Plan{}, fmt.Errorf("read the policy: %w", err)
	}
	limits := policy.Plans.OrDefault()
	within, err := e.bounds(ctx, o.Org, o.Connection, limits)
	if err != nil {
		return Plan{}, err
	}
	p.judge(b, within, limits)
	if p.Needs == "" {
		p.Needs = o.Approval
	}
	return p, nil
}

// tenant is the org that a plan is for, as it is reached.
type tenant struct {
	conn connector.Connection
	con  *connector.Connector
}

func (e *Engine) tenant(ctx context.Context, org, connection string) (tenant, error) {
	conn, err := e.Conns.Connection(ctx, org, connection)
	if err != nil {
		return tenant{}, err
	}
	if conn.Connector != System {
		return tenant{}, errs.New(errs.Invalid, "the connection %s is not one to Okta", conn.Name)
	}
	con, ok := e.Conns.Connector(conn.Connector)
	if !ok {
		return tenant{}, errs.New(errs.NotFound, "there is no connector %q", conn.Connector)
	}
	return tenant{conn, con}, nil
}

// drafter writes the steps of a plan.
type drafter struct {
	e      *Engine
	tenant tenant
	book   *Playbook
	plan   *Plan
	watch  *watch
}

// object writes the steps for one object.
func (d *drafter) object(ctx context.Context, i int) error {
	s, err := d.book.begin(d.plan.Objects[i])
	if err != nil {
		return err
	}
	from := len(d.plan.Steps)
	if unread := d.book.look(ctx, d.watch.reader, s); unread != nil {
		d.leave(i, unread.Error())
		return nil
	}
	d.plan.Objects[i].Name = s.name
	for n := range d.book.Steps {
		items := []any{nil}
		if each := d.book.Steps[n].each; each != nil {
			v, err := each.Eval(s.vars())
			if err != nil {
				return fmt.Errorf("%s: %w", d.book.Title, err)
			}
			items, _ = v.([]any)
		}
		for _, item := range items {
			s.item = item
			st := d.step(ctx, n, s)
			st.Seq, st.Object, st.Item = len(d.plan.Steps)+1, i, item
			if len(d.plan.Steps) == from {
				st.Before = s.read
			}
			d.plan.note(st)
		}
	}
	return d.count(s, from)
}

// leave writes that nothing is done to an object, as it cannot be read.
func (d *drafter) leave(i int, why string) {
	d.plan.Steps = append(d.plan.Steps, Step{
		Seq: len(d.plan.Steps) + 1, Object: i, Action: d.book.Steps[0].Action, Title: d.book.Title, Effect: connector.Change, State: Barred,
		Says: fmt.Sprintf("nothing is done to %s", d.plan.Objects[i].ID), Hurdles: []Hurdle{{Unreadable, why, true}},
	})
}

// note adds a step, and what scopes it lacks.
func (p *Plan) note(st Step) {
	p.Steps = append(p.Steps, st)
	for _, h := range st.Hurdles {
		if h.Kind == ScopeLacks && !slices.Contains(p.Missing, h.Says) {
			p.Missing = append(p.Missing, h.Says)
		}
	}
}

// count adds what the steps of an object change to the plan's targets.
func (d *drafter) count(s *scene, from int) error {
	if !slices.ContainsFunc(d.plan.Steps[from:], func(st Step) bool { return st.State == Planned }) {
		return nil
	}
	n := 1.0
	if d.book.people != nil {
		v, err := d.book.people.Eval(s.vars())
		if err != nil {
			return fmt.Errorf("%s: count the people: %w", d.book.Title, err)
		}
		if f, ok := value.Float(v); ok {
			n = max(1, f)
		}
	}
	d.plan.Targets += int(n)
	return nil
}

// step writes one step as things stand.
func (d *drafter) step(ctx context.Context, n int, s *scene) Step {
	p := &d.book.Steps[n]
	a := d.tenant.con.Actions[p.Action]
	st := Step{Part: n, Action: a.ID, Title: a.Title, Effect: a.Effect, Scopes: a.Scopes, State: Planned}
	unfit := func(err error) Step {
		st.State, st.Hurdles = Barred, append(st.Hurdles, Hurdle{Unfit, err.Error(), true})
		return st
	}
	if err := p.bind(s); err != nil {
		return unfit(err)
	}
	st.Says = s.text(p.says)
	why, err := p.skip(s)
	if err != nil {
		return unfit(err)
	}
	if why != "" {
		st.State, st.Error = Skipped, why
		return st
	}
	st.Inputs, _ = p.with.Eval(s.lookup).(*value.Object)
	st.Effect = a.EffectOf(st.Inputs)
	if a.Undo != nil {
		st.Undo = a.Undo.Action
		if back := d.tenant.con.Actions[a.Undo.Action]; back != nil {
			st.Undo = back.Title
		}
	}
	if targets := a.Entities(st.Inputs); len(targets) > 0 {
		st.TargetType, st.TargetID = targets[0].Type, targets[0].ID
	}
	in := d.e.intent(d.plan, d.tenant, &st)
	if st.Request, err = d.e.Guard.Caller.Preview(d.tenant.conn, in.Call); err != nil {
		return unfit(err)
	}
	st.Hurdles = append(st.Hurdles, d.watch.hurdles(ctx, a, st.Inputs, p, s)...)
	why, err = d.e.Guard.Protects(ctx, in)
	if err != nil {
		why = fmt.Sprintf("whether it is protected cannot be seen: %v", err)
	}
	if why != "" {
		st.Hurdles = append(st.Hurdles, Hurdle{Protected, why, true})
	}
	if slices.ContainsFunc(st.Hurdles, func(h Hurdle) bool { return h.Bars }) {
		st.State = Barred
	}
	return st
}

// intent is the effect that a step wants.
func (e *Engine) intent(p *Plan, t tenant, st *Step) connector.Intent {
	return connector.Intent{
		Org: p.Org, Actor: p.Actor, Why: connector.Why{Cause: "remedy", Plan: p.ID}, Connection: t.conn, Connector: t.con, Action: t.con.Actions[st.Action],
		Call:   connector.Call{Action: st.Action, Inputs: st.Inputs, Key: fmt.Sprintf("remedy/%s/%d", p.ID, st.Seq), Priority: priority},
		Effect: st.Effect, Attempt: max(1, st.Attempts), Resume: st.Entry,
	}
}

func (e *Engine) changed(p Plan) {
	if e.Changed != nil {
		e.Changed(p)
	}
}

package remedy

import (
	"context"
	"fmt"
	"slices"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/expr"
	"sallyport/internal/flow"
	"sallyport/internal/value"
)

// Selection says which objects a schedule is about: one of the two.
type Selection struct {
	People string `json:"people,omitempty"` // a condition (CEL) over user, as the inventory has it
	Check  string `json:"check,omitempty"`  // a posture check, whose findings' objects are taken
	For    string `json:"-"`                // kind of object that the playbook is for
}

// Grace is the time between a plan and its running, and who is told.
type Grace struct {
	Hours      int    `json:"hours"`                // 0 is none
	Connection string `json:"connection,omitempty"` // of mail, by which people are told; empty tells nobody
	Subject    string `json:"subject,omitempty"`
	Text       string `json:"text,omitempty"`
}

// Schedule makes plans by the clock.
type Schedule struct {
	ID         string        `json:"id"`
	Org        string        `json:"org"`
	Title      string        `json:"title"`
	Playbook   string        `json:"playbook"`
	Connection string        `json:"connection"`
	Select     Selection     `json:"select"`
	With       *value.Object `json:"with,omitempty"` // further inputs of the playbook, the same for each
	Cron       string        `json:"cron"`           // minute hour day month weekday
	Zone       string        `json:"zone,omitempty"` // as Europe/Berlin; empty is UTC
	Grace      Grace         `json:"grace"`
	Approval   bool          `json:"approval"`         // its plans always want approval
	Ceiling    int           `json:"ceiling"`          // the most objects of one turn; more are a mistake, and nothing is done
	AtOnce     bool          `json:"atOnce,omitempty"` // a judgement that opens findings of its check gives it a turn, too
	Enabled    bool          `json:"enabled"`
	Actor      string        `json:"actor"` // who made it, and asks for its plans
	CreatedAt  time.Time     `json:"createdAt"`
	NextAt     time.Time     `json:"nextAt,omitzero"`
	LastAt     time.Time     `json:"lastAt,omitzero"`
	LastPlan   string        `json:"lastPlan,omitempty"`
	LastSays   string        `json:"lastSays,omitempty"` // what the last turn came to
}

// Check says what is wrong with a schedule, and when it is next.
func (e *Engine) Check(s Schedule) (next time.Time, err error) {
	b, err := e.Books.Get(s.Playbook)
	if err != nil {
		return time.Time{}, errs.New(errs.Invalid, "playbook: %v", errs.Message(err))
	}
	if (s.Select.People == "") == (s.Select.Check == "") {
		return time.Time{}, errs.New(errs.Invalid, "select: a condition over people or a posture check is wanted")
	}
	if s.Select.People != "" {
		if b.For != forPeople {
			return time.Time{}, errs.New(errs.Invalid, "select.people: the playbook %s is for objects of the kind %s, not for people", b.ID, b.For)
		}
		if _, err := expr.CompileCondition(s.Select.People, "user", "now"); err != nil {
			return time.Time{}, errs.New(errs.Invalid, "select.people: %v", err)
		}
	}
	if s.AtOnce && s.Select.Check == "" {
		return time.Time{}, errs.New(errs.Invalid, "atOnce: only what a check finds can be answered at once")
	}
	if s.Ceiling < 1 || s.Ceiling > MaxObjects {
		return time.Time{}, errs.New(errs.Invalid, "ceiling: a number from 1 to %d is wanted, not %d", MaxObjects, s.Ceiling)
	}
	if s.Grace.Hours < 0 || s.Grace.Hours > 24*90 {
		return time.Time{}, errs.New(errs.Invalid, "grace.hours: from 0 to %d, not %d", 24*90, s.Grace.Hours)
	}
	if next, err = (flow.Schedule{Cron: s.Cron, Zone: s.Zone}).Next(e.Now()); err != nil {
		return time.Time{}, errs.New(errs.Invalid, "cron: %v", err)
	}
	return next, nil
}

// forPeople is the kind of object of playbooks that are for people.
const forPeople = "user"

// Clock makes the plans of schedules, and stops those that nobody approved.
// Several may work on one timetable: each time is fired once.
type Clock struct {
	Engine *Engine
	Times  Timetable
}

// clockEvery is how often the timetable is looked at.
const clockEvery = 5 * time.Second

// Run fires times until ctx ends.
func (c *Clock) Run(ctx context.Context) {
	tick := time.NewTicker(clockEvery)
	defer tick.Stop()
	for {
		if err := c.Look(ctx); err != nil && ctx.Err() == nil {
			c.Engine.Log.WarnContext(ctx, "scheduled remediation not planned", "err", err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// Look makes the plans whose time has come.
func (c *Clock) Look(ctx context.Context) error {
	if err := c.Engine.Expire(ctx); err != nil {
		return err
	}
	due, err := c.Times.Due(ctx, c.Engine.Now())
	if err != nil {
		return fmt.Errorf("read what is due: %w", err)
	}
	for _, s := range due {
		if err := c.fire(ctx, s); err != nil {
			return fmt.Errorf("plan the schedule %s: %w", s.ID, err)
		}
	}
	return nil
}

func (c *Clock) fire(ctx context.Context, s Schedule) error {
	at, now := s.NextAt, c.Engine.Now()
	next, err := (flow.Schedule{Cron: s.Cron, Zone: s.Zone}).Next(now)
	if err != nil {
		next = time.Time{}
	}
	s.NextAt, s.LastAt, s.LastPlan, s.LastSays = next, now, "", ""
	if ok, err := c.Times.Fire(ctx, s, at); err != nil || !ok { // another did it
		return err
	}
	p, err := c.turn(ctx, s, now)
	if err != nil {
		s.LastSays = errs.Message(err)
	} else if s.LastPlan = p.ID; p.ID == "" {
		s.LastSays = "nothing was selected"
	}
	_, err = c.Times.Fire(ctx, s, s.NextAt)
	return err
}

// turn makes the plan of a schedule's turn and asks for it.
func (c *Clock) turn(ctx context.Context, s Schedule, now time.Time) (Plan, error) {
	e := c.Engine
	if e.Selector == nil {
		return Plan{}, ErrNoInventory
	}
	objects, err := e.selects(ctx, s)
	if err == nil {
		objects, err = e.unplanned(ctx, s, objects)
	}
	if err != nil || len(objects) == 0 {
		return Plan{}, err
	}
	if len(objects) > s.Ceiling {
		return Plan{}, errs.New(errs.Conflict, "%d objects were selected, more than the ceiling of %d: nothing was done", len(objects), s.Ceiling)
	}
	for i := range objects {
		objects[i].With = s.With
	}
	o := Order{
		Org: s.Org, Connection: s.Connection, Playbook: s.Playbook, Title: s.Title, Cause: Cause{"schedule", s.ID}, Actor: s.Actor, Objects: objects, GoOn: true,
	}
	if s.Approval {
		o.Approval = "its schedule says so"
	}
	if s.Grace.Hours > 0 {
		o.RunAt = now.Add(time.Duration(s.Grace.Hours) * time.Hour)
	}
	p, err := e.Draft(ctx, o)
	if err != nil {
		return Plan{}, err
	}
	asked, err := e.Run(ctx, p.Org, p.ID)
	if err != nil {
		return p, err
	}
	if asked.State == Waiting && s.Grace.Connection != "" && e.Teller != nil {
		asked.Steps = p.Steps
		if err := e.Teller.Tell(ctx, asked, s.Grace); err != nil {
			e.Log.WarnContext(ctx, "people not told of a plan", "plan", p.ID, "err", err)
		}
	}
	return asked, nil
}

// unplanned leaves out what plans of a schedule are for that have not ended: people
// who approve are not asked twice.
func (e *Engine) unplanned(ctx context.Context, s Schedule, objects []Object) ([]Object, error) {
	open, err := e.Plans.Open(ctx, s.Org, Cause{"schedule", s.ID})
	if err != nil {
		return nil, fmt.Errorf("read the plans that have not ended: %w", err)
	}
	planned := map[string]bool{}
	for _, p := range open {
		for _, o := range p.Objects {
			planned[o.ID] = true
		}
	}
	return slices.DeleteFunc(objects, func(o Object) bool { return planned[o.ID] }), nil
}

// selects finds what a schedule is about now.
func (e *Engine) selects(ctx context.Context, s Schedule) ([]Object, error) {
	b, err := e.Books.Get(s.Playbook)
	if err != nil {
		return nil, err
	}
	of := s.Select
	of.For = b.For
	return e.Selector.Select(ctx, s.Org, s.Connection, of)
}

// reselect leaves out of a plan whose grace is over those whom its schedule does
// not select any more: who has come back meanwhile.
func (e *Engine) reselect(ctx context.Context, p *Plan) error {
	if p.Cause.Kind != "schedule" || p.RunAt.IsZero() || e.Selector == nil {
		return nil
	}
	s, err := e.scheduleOf(ctx, p)
	if err != nil || s == nil {
		return err
	}
	objects, err := e.selects(ctx, *s)
	if err != nil {
		return fmt.Errorf("select again after the grace: %w", err)
	}
	for i := range p.Steps {
		st := &p.Steps[i]
		same := func(o Object) bool { return o.ID == p.Objects[st.Object].ID }
		if st.State != Planned || slices.ContainsFunc(objects, same) {
			continue
		}
		st.State, st.Error = Skipped, "it is not selected any more"
		if _, err := e.Plans.SaveStep(ctx, p.Org, p.ID, Planned, *st); err != nil {
			return fmt.Errorf("keep step %d: %w", st.Seq, err)
		}
	}
	return nil
}

// scheduleOf returns the schedule that made a plan; nil where it is no more.
func (e *Engine) scheduleOf(ctx context.Context, p *Plan) (*Schedule, error) {
	if e.Times == nil {
		return nil, nil
	}
	s, err := e.Times.Get(ctx, p.Org, p.Cause.ID)
	if errs.KindOf(err) == errs.NotFound {
		return nil, nil
	}
	return &s, err
}

package flow

import (
	"context"
	"slices"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/value"
)

// PlanUse is the name by which a card plans a remediation in the org of a connection:
// okta.plan_remediation. It is no action of a connector, as the plan is made here.
const PlanUse = "plan_remediation"

// Planner makes plans of remediation.
type Planner interface {
	// Plan makes a plan, and returns what a card gives of it. Of one card of a run it
	// makes one, however often it is asked.
	Plan(ctx context.Context, o PlanOrder) (*value.Object, error)
}

// PlanOrder is what a card wants a plan of.
type PlanOrder struct {
	Org, Flow, Run string
	Card           string // its path in the run
	Connection     string
	Playbook       string
	Title          string // empty takes the playbook's
	Objects        []PlanObject
	Start          bool          // it is asked for: it runs, or waits for approval, as the policy of plans says
	Approval       bool          // it wants approval whatever the policy says
	Grace          time.Duration // it runs no sooner
}

// PlanObject is what a playbook is applied to.
type PlanObject struct {
	ID   string
	With *value.Object // the playbook's further inputs
}

// planInputs are the inputs of the card.
func planInputs() []port {
	return []port{
		{"playbook", true, value.Text},
		{"objects", true, ""},
		{"with", false, value.Obj},
		{"title", false, value.Text},
		{"run", false, value.Boolean},
		{"approval", false, value.Boolean},
		{"grace_hours", false, value.Number},
	}
}

// planOutputs are what it gives.
func planOutputs() []string {
	return []string{"plan_id", "title", "state", "steps", "barred", "targets", "needs", "stop", "missing"}
}

// plan checks a card that plans a remediation.
func (k *checker) plan(c *Card) {
	i := slices.IndexFunc(k.d.Connections, func(s Slot) bool { return s.Name == c.Slot })
	if i >= 0 && slices.ContainsFunc(k.d.Connections[i].Connectors, func(id string) bool { return id != "okta" }) {
		k.r.bad(c.At, join(c.path, "use"), "a remediation is planned in an Okta org; the connection %q may be to something else", c.Slot)
	}
	k.inputs(c, c.Slot+"."+PlanUse, planInputs(), false)
}

// plan makes a plan of remediation. Nothing of the org changes by it alone: whether
// it runs, waits or is stopped is for the policy of plans to say, as of any other.
func (x *execution) plan(ctx context.Context, f *frame, c *Card, path string) (outcome, error) {
	if s, ok := x.known[path]; ok && s.State.Settled() {
		return x.recall(s)
	}
	in, err := f.inputs(c.Inputs)
	if err != nil {
		return failed(nil, err), nil //nolint:nilerr // the card failed, and not the runner
	}
	o := PlanOrder{
		Org: x.run.Org, Flow: f.prog.Flow.ID, Run: x.run.ID, Card: path, Connection: f.conns[c.Slot].ID, Playbook: in.Text("playbook"), Title: in.Text("title"),
		Start: in.At("run") == true, Approval: in.At("approval") == true,
	}
	if hours, is := value.Float(in.At("grace_hours")); is {
		o.Grace = time.Duration(hours * float64(time.Hour))
	}
	if o.Objects, err = planObjects(in.At("objects"), in.At("with")); err == nil && x.r.Planner == nil {
		err = errs.New(errs.Invalid, "remediation cannot be planned here")
	}
	if err != nil {
		return x.tableFailed(ctx, f, c, path, in, err)
	}
	dry, err := x.dry(ctx)
	if err != nil {
		return outcome{}, err
	}
	if dry {
		return outcome{state: StepDryRun, input: in, reason: shownOnly, bare: shownOnly, output: value.Map("plan_id", nil)}, nil
	}
	out := outcome{state: StepDone, input: in}
	x.away(func() { out.output, err = x.r.Planner.Plan(ctx, o) })
	if err != nil {
		return x.tableFailed(ctx, f, c, path, in, err)
	}
	return out, x.journal(ctx, f, c, path, &out, nil)
}

// planObjects reads what a plan is for: an id, an object with one, or a list of
// such; with holds for all that do not have their own.
func planObjects(v, with any) ([]PlanObject, error) {
	all, is := v.([]any)
	if !is {
		all = []any{v}
	}
	given, _ := with.(*value.Object)
	out := make([]PlanObject, 0, len(all))
	for _, x := range all {
		o := PlanObject{With: given}
		switch x := x.(type) {
		case string:
			o.ID = x
		case *value.Object:
			o.ID = x.Text("id")
			if own, is := x.At("with").(*value.Object); is {
				o.With = own
			}
		}
		if o.ID == "" {
			return nil, errs.New(errs.Invalid, "objects: ids as Okta gives them, or objects with such an id, are wanted")
		}
		out = append(out, o)
	}
	return out, nil
}

package api

import (
	"context"
	"net/http"
	"slices"

	"sallyport/internal/errs"
	"sallyport/internal/flow"
	"sallyport/internal/id"
	"sallyport/internal/portal"
	"sallyport/internal/posture"
	"sallyport/internal/store"
	"sallyport/internal/value"
)

var _ = add("POST /api/v1/flows/{id}/run", portal.FlowsRun, doc{
	Summary: "Run a flow now", Status: http.StatusCreated,
	Help: "A flow that events start wants a stored event, one that alerts start an alert, one that findings start a finding, one that rows start a row; any other wants the inputs of its trigger. The flow may be switched off, but everything must be chosen that it needs.",
}, runFlow)

type runFlowIn struct {
	ID      string        `path:"id"`
	Event   string        `json:"event,omitempty" doc:"uuid of a stored event"`
	Alert   string        `json:"alert,omitempty" doc:"id of an alert, for a flow that alerts start"`
	Finding string        `json:"finding,omitempty" doc:"id of a finding, for a flow that findings start"`
	Tenant  string        `json:"tenant,omitempty" doc:"id of the Okta org that the finding is of"`
	Row     string        `json:"row,omitempty" doc:"id of a row, for a flow that rows start: as if it had just been made"`
	Inputs  *value.Object `json:"inputs,omitempty" doc:"by name"`
	DryRun  bool          `json:"dryRun,omitempty" doc:"show what would be done, and do nothing"`
}

func runFlow(ctx context.Context, d Deps, c portal.Caller, in runFlowIn) (Run, error) {
	return startRun(ctx, d, c, in.ID, func(r *flow.Run, t flow.Trigger) (err error) {
		r.DryRun = in.DryRun
		if t.Kind == flow.OnEvent {
			r.Event = in.Event
			if in.Inputs.Len() > 0 {
				return badField("inputs", "the flow starts by an event; it takes no inputs")
			}
			return nil
		}
		if in.Event != "" {
			return badField("event", "the flow does not start by an event")
		}
		if t.Kind == flow.OnAlert {
			if in.Inputs.Len() > 0 {
				return badField("inputs", "the flow starts by an alert; it takes no inputs")
			}
			return byAlert(ctx, d, r, in.Alert)
		}
		if in.Alert != "" {
			return badField("alert", "the flow does not start by an alert")
		}
		if t.Kind == flow.OnFinding {
			return byFinding(ctx, d, r, in)
		}
		if in.Finding != "" || in.Tenant != "" {
			return badField("finding", "the flow does not start by a finding")
		}
		if t.Kind == flow.OnRow {
			return byRow(ctx, d, r, t, in)
		}
		if in.Row != "" {
			return badField("row", "the flow does not start by a row")
		}
		args, err := arguments(t.Inputs, in.Inputs)
		switch t.Kind {
		case flow.OnAPI: // as if a request had come that gives these inputs
			args = value.Map("input", args, "request", value.Map("method", "POST", "headers", value.NewObject(0), "query", "", "body", "", "ip", nil))
		case flow.OnDelegated:
			if !in.DryRun {
				return errs.New(errs.Conflict, "a delegated flow is run for real by those whom it was delegated to")
			}
		default:
		}
		r.Input, r.About = value.Store(args), flow.AboutInput(args)
		return err
	})
}

// byAlert gives a run an alert, as it is now.
func byAlert(ctx context.Context, d Deps, r *flow.Run, id string) error {
	a, err := d.DB.Alerts.Get(ctx, r.Org, id)
	if err != nil {
		return &field{"alert", err}
	}
	r.Cause, r.Alert, r.Event, r.Input, r.About = flow.OnAlert, a.ID, a.Event, value.Store(flow.AlertInput(a)), []string{a.Entity.Key().ID}
	return nil
}

// byFinding gives a run a finding, as it is now.
func byFinding(ctx context.Context, d Deps, r *flow.Run, in runFlowIn) error {
	if in.Inputs.Len() > 0 {
		return badField("inputs", "the flow starts by a finding; it takes no inputs")
	}
	t, err := d.DB.Inventory.Tenant(ctx, r.Org, in.Tenant)
	if err != nil {
		return &field{"tenant", err}
	}
	f, err := d.DB.Postures.Finding(ctx, r.Org, t.ID, in.Finding)
	if err != nil {
		return &field{"finding", err}
	}
	found := flow.Found{Tenant: t, Turned: posture.Turned{Turn: posture.TurnOpened, Finding: f, Check: posture.Check{ID: f.Check, Title: f.Check, Severity: f.Severity}}}
	if f.State == posture.Closed {
		found.Turn = posture.TurnClosed
	}
	if i := slices.IndexFunc(d.Checks, func(c *posture.Check) bool { return c.ID == f.Check }); i >= 0 {
		found.Check = *d.Checks[i]
	}
	r.Cause, r.Input = flow.OnFinding, value.Store(flow.FindingInput(found))
	return nil
}

// byRow gives a run a row of the table that its flow watches.
func byRow(ctx context.Context, d Deps, r *flow.Run, t flow.Trigger, in runFlowIn) error {
	if in.Inputs.Len() > 0 {
		return badField("inputs", "the flow starts by a row; it takes no inputs")
	}
	f, err := d.DB.Flows.Get(ctx, r.Org, r.Flow)
	if err != nil {
		return err
	}
	tab, err := d.DB.Tables.Get(ctx, r.Org, f.Bindings.Tables[t.Table])
	if err != nil {
		return err
	}
	row, err := d.DB.Tables.Row(ctx, tab, in.Row)
	if err != nil {
		return &field{"row", err}
	}
	r.Input, r.Context = value.Store(store.RowInput(row, nil)), value.Store(value.Map("change", string(flow.RowCreated)))
	return nil
}

// arguments returns the values that a trigger is given, each as its port takes
// it, the defaults filled in.
func arguments(ports []flow.Port, given *value.Object) (*value.Object, error) {
	for name := range given.All() {
		if !slices.ContainsFunc(ports, func(p flow.Port) bool { return p.Name == name }) {
			return nil, badField("inputs."+name, "the flow has no input %q", name)
		}
	}
	out := value.NewObject(len(ports))
	for _, p := range ports {
		v, err := fitPort(p, given.At(p.Name))
		if err != nil {
			return nil, &field{"inputs." + p.Name, err}
		}
		if v == nil {
			v = p.Default
		}
		if p.Required && value.Empty(v) {
			return nil, badField("inputs."+p.Name, "a value is wanted")
		}
		out.Set(p.Name, v)
	}
	return out, nil
}

// againRun starts the flow of a run with what the run was started with.
func againRun(ctx context.Context, d Deps, c portal.Caller, in idIn) (Run, error) {
	before, err := d.DB.Runs.Get(ctx, c.Org.ID, in.ID)
	if err != nil {
		return Run{}, err
	}
	if !repeatable(before) {
		return Run{}, errs.New(errs.Conflict, "the run did not keep its data, so its input is gone; run the flow instead")
	}
	return startRun(ctx, d, c, before.Flow, func(r *flow.Run, t flow.Trigger) error {
		event := startedBy(before)
		if (t.Kind == flow.OnEvent) != (event != "") {
			return errs.New(errs.Conflict, "the flow starts in another way now")
		}
		if t.Kind == flow.OnDelegated {
			return errs.New(errs.Conflict, "a delegated flow is run by those whom it was delegated to")
		}
		if (t.Kind == flow.OnAlert) != (before.Cause == flow.OnAlert) || (t.Kind == flow.OnFinding) != (before.Cause == flow.OnFinding) {
			return errs.New(errs.Conflict, "the flow starts in another way now")
		}
		if r.RetryOf, r.DryRun = before.ID, before.DryRun; t.Kind == flow.OnAlert {
			return byAlert(ctx, d, r, before.Alert)
		}
		if r.Alert = before.Alert; t.Kind == flow.OnFinding {
			r.Cause = flow.OnFinding
		}
		r.RetryOf, r.DryRun, r.Event, r.Input, r.Context = before.ID, before.DryRun, event, before.Input, before.Context
		return nil
	})
}

// startRun queues a run of a flow's published version, once fill has said what it
// is started with.
func startRun(ctx context.Context, d Deps, c portal.Caller, flowID string, fill func(*flow.Run, flow.Trigger) error) (Run, error) {
	f, err := d.DB.Flows.Get(ctx, c.Org.ID, flowID)
	if err != nil {
		return Run{}, err
	}
	def, problems, err := currentOf(ctx, d, f)
	if err != nil {
		return Run{}, err
	}
	if def == nil {
		return Run{}, problemsError(problems)
	}
	if err := mayRun(ctx, d, f, def); err != nil {
		return Run{}, err
	}
	now := d.Now()
	r := flow.Run{
		ID: id.At(now), Org: c.Org.ID, Flow: f.ID, Version: f.Version, State: flow.Queued, Cause: flow.OnDemand, CausedBy: c.Account.ID,
		SaveData: f.SaveData, Priority: def.Priority, CreatedAt: now,
	}
	if err := fill(&r, def.Trigger); err != nil {
		return Run{}, err
	}
	if def.Trigger.Kind == flow.OnEvent {
		r.Cause = flow.OnEvent
		e, err := d.DB.Events.Find(ctx, c.Org.ID, r.Event)
		if err != nil {
			return Run{}, &field{"event", err}
		}
		r.About = flow.AboutEvent(e.Event)
	}
	if r.Input != nil && !r.SaveData {
		if r.Input, err = d.Keys.Seal(r.Input, inputContext(r)); err != nil {
			return Run{}, err
		}
	}
	if err := d.DB.Runs.Add(ctx, r); err != nil {
		return Run{}, err
	}
	return changedRun(ctx, d, c, r)
}

// inputContext is the place that the sealed input of a run is bound to, as the
// runner expects it.
func inputContext(r flow.Run) []byte { return []byte("flow_run/" + r.Org + "/" + r.ID + "/input") }

package api

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"sallyport/internal/alert"
	"sallyport/internal/errs"
	"sallyport/internal/flow"
	"sallyport/internal/portal"
	"sallyport/internal/rule"
	"sallyport/internal/value"
)

var (
	_ = add("GET /api/v1/alerts/{id}/responses", portal.AlertsRead, doc{
		Summary: "The flows that can be run for an alert", Help: "Those that start by alerts or by its newest event, and those that a person runs and that take whom it is about.",
	}, listResponses)
	_ = add("POST /api/v1/alerts/{id}/respond", portal.ResponsesRun, doc{
		Summary: "Run a flow for an alert", Help: "Inputs that name whom the alert is about are filled in where they are not given. The guard holds for the run as for any other.", Status: http.StatusCreated,
	}, respond)
)

// Response is a flow that can be run for an alert.
type Response struct {
	Flow        Ref              `json:"flow"`
	Description string           `json:"description"`
	Kind        flow.TriggerKind `json:"kind"`
	Enabled     bool             `json:"enabled"`
	Inputs      []Port           `json:"inputs" doc:"what it wants to be given"`
	Given       *value.Object    `json:"given" doc:"what of it follows from the alert"`
	Ready       bool             `json:"ready" doc:"nothing else is wanted"`
}

func listResponses(ctx context.Context, d Deps, c portal.Caller, in idIn) ([]Response, error) {
	a, err := d.DB.Alerts.Get(ctx, c.Org.ID, in.ID)
	if err != nil {
		return nil, err
	}
	out := []Response{}
	flows, err := d.DB.Flows.List(ctx, c.Org.ID)
	if err != nil {
		return nil, err
	}
	fits, err := newFitter(ctx, d, c, a)
	if err != nil {
		return nil, err
	}
	for _, f := range flows {
		if f.Version == 0 {
			continue
		}
		def, _, err := publishedOf(ctx, d, f, f.Version)
		if err != nil {
			return nil, err
		}
		if def == nil {
			continue
		}
		if r, ok := fits.response(f, def.Trigger); ok {
			out = append(out, r)
		}
	}
	slices.SortStableFunc(out, func(a, b Response) int { return rank(a) - rank(b) })
	return out, nil
}

// rank puts first what needs nothing more.
func rank(r Response) int {
	if r.Ready && r.Enabled {
		return 0
	}
	return 1
}

// fitter knows which flows fit an alert.
type fitter struct {
	alert     alert.Alert
	eventType string
	delegated map[string]bool
}

func newFitter(ctx context.Context, d Deps, c portal.Caller, a alert.Alert) (fitter, error) {
	f := fitter{alert: a}
	e, err := d.DB.Events.Get(ctx, c.Org.ID, a.Event)
	if err != nil && errs.KindOf(err) != errs.NotFound {
		return f, err
	}
	f.eventType = e.Type
	f.delegated, err = d.DB.Delegates.Flows(ctx, c.Org.ID, c.Account.ID, c.StandsFor())
	return f, err
}

func (x fitter) response(f flow.Flow, t flow.Trigger) (Response, bool) {
	out := Response{Flow: Ref{f.ID, f.Title}, Description: f.Description, Kind: t.Kind, Enabled: f.Enabled, Inputs: showPorts(t.Inputs), Given: value.NewObject(0), Ready: true}
	switch t.Kind {
	case flow.OnAlert:
		return out, true
	case flow.OnEvent:
		return out, slices.Contains(t.Events, x.eventType)
	case flow.OnDelegated:
		out.Given = given(t.Inputs, x.alert.Entity)
		out.Ready = complete(t.Inputs, out.Given)
		return out, x.delegated[f.ID] && f.Enabled && x.alert.Entity.Kind == rule.KindUser
	case flow.OnDemand:
		out.Given = given(t.Inputs, x.alert.Entity)
		out.Ready = complete(t.Inputs, out.Given)
		return out, out.Given.Len() > 0
	default:
		return out, false
	}
}

// given fills the inputs in that name, by what they are called, whom an alert is
// about.
func given(ports []flow.Port, e alert.Entity) *value.Object {
	out := value.NewObject(len(ports))
	for _, p := range ports {
		if v := namedBy(p.Name, e); v != "" {
			out.Set(p.Name, v)
		}
	}
	return out
}

// namedBy returns what of an entity an input means; empty for nothing.
func namedBy(input string, e alert.Entity) string {
	name := strings.NewReplacer("_", "", " ", "", "-", "", "okta", "").Replace(strings.ToLower(input))
	switch name {
	case "login", "username", "email", "useremail", "userlogin":
		if e.Kind == rule.KindUser {
			return e.Login
		}
	case "id", e.Kind, e.Kind + "id", "entity", "entityid":
		return e.Key().ID
	case "ipaddress", "address":
		if e.Kind == rule.KindIP {
			return e.ID
		}
	case e.Kind + "name", "displayname":
		return e.Name
	}
	return ""
}

// complete reports whether every input that is wanted has a value.
func complete(ports []flow.Port, given *value.Object) bool {
	return !slices.ContainsFunc(ports, func(p flow.Port) bool { return p.Required && p.Default == nil && value.Empty(given.At(p.Name)) })
}

type respondIn struct {
	ID     string        `path:"id"`
	Flow   string        `json:"flow" doc:"id"`
	Inputs *value.Object `json:"inputs,omitempty" doc:"by name"`
	DryRun bool          `json:"dryRun,omitempty" doc:"show what would be done, and do nothing"`
}

func respond(ctx context.Context, d Deps, c portal.Caller, in respondIn) (Run, error) {
	if !c.Can(portal.AlertsRead) {
		return Run{}, errs.New(errs.Denied, "the permission %s is wanted", portal.AlertsRead)
	}
	a, err := d.DB.Alerts.Get(ctx, c.Org.ID, in.ID)
	if err != nil {
		return Run{}, err
	}
	f, err := d.DB.Flows.Get(ctx, c.Org.ID, in.Flow)
	if err != nil {
		return Run{}, &field{"flow", err}
	}
	fits, err := newFitter(ctx, d, c, a)
	if err != nil {
		return Run{}, err
	}
	run, err := startRun(ctx, d, c, f.ID, func(r *flow.Run, t flow.Trigger) error {
		shown, ok := fits.response(f, t)
		if !ok {
			return errs.New(errs.Conflict, "the flow does not fit the alert: it takes nothing that the alert is about")
		}
		r.DryRun, r.Alert = in.DryRun, a.ID
		if t.Kind == flow.OnAlert || t.Kind == flow.OnEvent {
			if in.Inputs.Len() > 0 {
				return badField("inputs", "the flow takes no inputs")
			}
		}
		switch t.Kind {
		case flow.OnAlert:
			return byAlert(ctx, d, r, a.ID)
		case flow.OnEvent:
			r.Event = a.Event
			return nil
		case flow.OnDelegated:
			r.Cause, r.Context = flow.OnDelegated, value.Store(value.Map("user", value.OrNull(a.Entity.ID)))
		default:
		}
		inputs := shown.Given
		for name, v := range in.Inputs.All() {
			inputs.Set(name, v)
		}
		args, err := arguments(t.Inputs, inputs)
		r.Input = value.Store(args)
		return err
	})
	if err == nil {
		d.Live.Publish(c.Org.ID, AlertChanged(a))
	}
	return run, err
}

package api

import (
	"context"
	"slices"

	"sallyport/internal/connector"
	"sallyport/internal/flow"
	"sallyport/internal/function"
	"sallyport/internal/portal"
	"sallyport/internal/remedy"
	"sallyport/internal/value"
)

var _ = add("GET /api/v1/catalogue", portal.FlowsRead, doc{Summary: "What flows can be made of: functions, and the actions of all connectors"}, getCatalogue)

// Catalogue is what flows can be made of.
type Catalogue struct {
	Functions  []Function           `json:"functions"`
	Connectors []CatalogueConnector `json:"connectors"`
}

// Function looks at nothing but its inputs.
type Function struct {
	ID         string      `json:"id" doc:"as a card uses it: text.compose"`
	Title      string      `json:"title"`
	Help       string      `json:"help"`
	Extensible bool        `json:"extensible" doc:"it takes inputs of any further name"`
	Inputs     []FormField `json:"inputs"`
	Outputs    []FormField `json:"outputs"`
	Serves     []string    `json:"serves" doc:"cards of Okta Workflows that it runs, as their exports name them: string:trim"`
}

// CatalogueConnector is a connector as far as flows use it.
type CatalogueConnector struct {
	ID          string            `json:"id"`
	Title       string            `json:"title"`
	Description string            `json:"description,omitempty"`
	Category    string            `json:"category,omitempty"`
	Docs        string            `json:"docs,omitempty" doc:"address of the maker's documentation"`
	Settings    []FormField       `json:"settings" doc:"of its connections, as far as flows may refer to them"`
	Actions     []CatalogueAction `json:"actions"`
}

// CatalogueAction is one thing that a connector can do.
type CatalogueAction struct {
	ID          string           `json:"id"`
	Title       string           `json:"title"`
	Description string           `json:"description,omitempty"`
	Effect      connector.Effect `json:"effect"`
	Inputs      []FormField      `json:"inputs"`
	Outputs     []FormField      `json:"outputs"`
	Serves      []string         `json:"serves" doc:"cards of Okta Workflows that it runs, as their exports name them: okta:readUser"`
}

func getCatalogue(_ context.Context, d Deps, c portal.Caller, _ none) (Catalogue, error) {
	return Catalogue{Functions: each(d.Catalogue.Functions(), showFunction), Connectors: each(d.Shelf.For(c.Org.ID).All(), catalogued)}, nil
}

func showFunction(f function.Function) Function {
	ports := func(ps []function.Port) []FormField {
		return each(ps, func(p function.Port) FormField {
			return FormField{Name: p.Name, Title: p.Title, Type: p.Type, Required: p.Required}
		})
	}
	out := Function{f.ID, f.Title, f.Help, f.Extensible, ports(f.In), ports(f.Out), []string{}}
	if f.Okta != "" {
		out.Serves = append(out.Serves, f.Okta)
	}
	return out
}

func catalogued(c *connector.Connector) CatalogueConnector {
	out := CatalogueConnector{ID: c.ID, Title: c.Title, Description: c.Description, Category: c.Category, Docs: c.Docs, Settings: each(c.Settings, showField)}
	for _, name := range c.ActionIDs() {
		a := c.Actions[name]
		out.Actions = append(out.Actions, CatalogueAction{a.ID, a.Title, a.Description, a.Effect, each(a.Inputs, showField), each(a.Outputs, showField), served(a)})
	}
	if c.ID == remedy.System {
		out.Actions = append(out.Actions, plansRemedies())
	}
	return out
}

// plansRemedies is the card that plans a remediation, as if it were an action: flows
// use it like one.
func plansRemedies() CatalogueAction {
	return CatalogueAction{
		ID: flow.PlanUse, Title: "Plan remediation", Effect: connector.Change, Serves: []string{},
		Description: "A plan of remediation from a playbook, as one made by hand: shown first, held to limits, approved where the policy of plans wants it.",
		Inputs: []FormField{
			{Name: "playbook", Title: "Playbook", Help: "Its ID, as remove_from_group.", Type: value.Text, Required: true},
			{Name: "objects", Title: "Objects", Help: "An ID as Okta gives it, or a list of such; of a finding {{ finding.object.id }}.", Type: value.Any, Required: true},
			{Name: "with", Title: "Further inputs", Help: "Of the playbook, the same for each object.", Type: value.Obj},
			{Name: "title", Title: "Title", Type: value.Text},
			{Name: "run", Title: "Ask for it", Help: "It runs, or waits for approval; otherwise it stays a draft.", Type: value.Boolean},
			{Name: "approval", Title: "Always wants approval", Type: value.Boolean},
			{Name: "grace_hours", Title: "Grace in hours", Type: value.Number},
		},
		Outputs: []FormField{
			{Name: "plan_id", Title: "Plan ID", Type: value.Text},
			{Name: "title", Title: "Title", Type: value.Text},
			{Name: "state", Title: "State", Type: value.Text},
			{Name: "steps", Title: "Steps", Type: value.Number},
			{Name: "barred", Title: "Steps that are barred", Type: value.Number},
			{Name: "targets", Title: "People and things changed", Type: value.Number},
			{Name: "needs", Title: "Why it wants approval", Type: value.Text},
			{Name: "stop", Title: "Why it is stopped", Type: value.Text},
			{Name: "missing", Title: "Scopes that are missing", Type: value.List},
		},
	}
}

// served names the cards of Okta Workflows that an action runs, each once.
func served(a *connector.Action) []string {
	names := each(a.Cards, func(c connector.Card) string { return c.Channel + ":" + c.Method })
	slices.Sort(names)
	return slices.Compact(names)
}

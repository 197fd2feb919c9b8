package api

import (
	"context"
	"slices"

	"sallyport/internal/connector"
	"sallyport/internal/function"
	"sallyport/internal/portal"
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
	return out
}

// served names the cards of Okta Workflows that an action runs, each once.
func served(a *connector.Action) []string {
	names := each(a.Cards, func(c connector.Card) string { return c.Channel + ":" + c.Method })
	slices.Sort(names)
	return slices.Compact(names)
}

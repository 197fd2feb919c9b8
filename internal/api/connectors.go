package api

import (
	"context"

	"sallyport/internal/connector"
	"sallyport/internal/errs"
	"sallyport/internal/portal"
	"sallyport/internal/value"
)

var (
	_ = add("GET /api/v1/connectors", portal.ConnectionsRead, doc{Summary: "Connectors: what can be connected"}, listConnectors)
	_ = add("GET /api/v1/connectors/{id}", portal.ConnectionsRead, doc{Summary: "A connector with its actions"}, getConnector)
)

// Connector is a kind of system outside.
type Connector struct {
	ID          string      `json:"id"`
	Title       string      `json:"title"`
	Description string      `json:"description"`
	Category    string      `json:"category,omitempty"`
	Docs        string      `json:"docs,omitempty" doc:"address of the maker's documentation"`
	Auth        []AuthWay   `json:"auth" doc:"ways to sign in; the first is the default"`
	Settings    []FormField `json:"settings"`
	Secrets     []FormField `json:"secrets"`
	Actions     int         `json:"actions" doc:"how many it has"`
	Own         bool        `json:"own" doc:"the organization has made it itself"`
}

// AuthWay is a way to sign in to a connector. Its settings and secrets join
// those of the connector.
type AuthWay struct {
	Kind     connector.AuthKind `json:"kind"`
	Title    string             `json:"title"`
	Help     string             `json:"help,omitempty"`
	Scopes   []string           `json:"scopes" doc:"asked for by default"`
	Settings []FormField        `json:"settings"`
	Secrets  []FormField        `json:"secrets"`
	Redirect string             `json:"redirect,omitempty" doc:"of oauth2_authorization_code: the address that the browser comes back to, to be registered with the client"`
}

// FormField is a named value that somebody fills in, or that goes in or out of
// an action.
type FormField struct {
	Name     string     `json:"name"`
	Title    string     `json:"title"`
	Help     string     `json:"help,omitempty"`
	Type     value.Kind `json:"type"`
	Required bool       `json:"required"`
	Default  any        `json:"default,omitempty"`
	Choices  []any      `json:"choices,omitempty"`
	Long     bool       `json:"long" doc:"several lines"`
}

func showField(p connector.Port) FormField {
	return FormField{p.Name, p.Title, p.Help, p.Type, p.Required, p.Default, p.Enum, p.Long}
}

func showConnector(d Deps, c *connector.Connector) Connector {
	return Connector{
		ID: c.ID, Title: c.Title, Description: c.Description, Category: c.Category, Docs: c.Docs, Settings: each(c.Settings, showField), Secrets: each(c.Secrets, showField),
		Actions: len(c.Actions), Own: c.IsOwn(), Auth: each(c.Auth, func(a connector.Auth) AuthWay {
			way := AuthWay{Kind: a.Kind, Title: a.Title, Help: a.Help, Scopes: a.Scopes, Settings: each(a.Settings, showField), Secrets: each(a.Secrets, showField)}
			if a.Kind == connector.AuthorizationCode {
				way.Redirect = callback(d)
			}
			return way
		}),
	}
}

func listConnectors(_ context.Context, d Deps, c portal.Caller, _ none) ([]Connector, error) {
	return each(d.Shelf.For(c.Org.ID).All(), func(c *connector.Connector) Connector { return showConnector(d, c) }), nil
}

// ConnectorDetail is a connector with its actions.
type ConnectorDetail struct {
	Connector

	ActionList []ConnectorAction `json:"actionList"`
}

// ConnectorAction is one thing that a connector can do.
type ConnectorAction struct {
	ID          string           `json:"id"`
	Title       string           `json:"title"`
	Description string           `json:"description,omitempty"`
	Effect      connector.Effect `json:"effect"`
	Repeat      connector.Repeat `json:"repeat" doc:"what a second, equal call does"`
	Undo        string           `json:"undo,omitempty" doc:"the action that reverses it"`
	Scopes      []string         `json:"scopes" doc:"OAuth scopes that it wants"`
	Inputs      []FormField      `json:"inputs"`
	Outputs     []FormField      `json:"outputs"`
}

func getConnector(_ context.Context, d Deps, caller portal.Caller, in idIn) (ConnectorDetail, error) {
	c, ok := d.Shelf.Of(caller.Org.ID, in.ID)
	if !ok {
		return ConnectorDetail{}, errs.New(errs.NotFound, "there is no such connector")
	}
	out := ConnectorDetail{Connector: showConnector(d, c)}
	for _, name := range c.ActionIDs() {
		a := c.Actions[name]
		shown := ConnectorAction{
			ID: a.ID, Title: a.Title, Description: a.Description, Effect: a.Effect, Repeat: a.Repeat, Scopes: a.Scopes,
			Inputs: each(a.Inputs, showField), Outputs: each(a.Outputs, showField),
		}
		if a.Undo != nil {
			shown.Undo = a.Undo.Action
		}
		out.ActionList = append(out.ActionList, shown)
	}
	return out, nil
}

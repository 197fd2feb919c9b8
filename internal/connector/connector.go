// Package connector is the contract with the systems outside, and the engine
// that calls them. A connector is a file: its settings, how to sign in, its
// actions with their inputs, requests, errors and outputs. This package reads
// such files, checks them, and carries actions out. It decides nothing about
// whether an action may be carried out: that is the guard's, which stands
// before it and reads the effect, targets and undo that an action declares.
package connector

import (
	"maps"
	"slices"

	"sallyport/internal/expr"
	"sallyport/internal/value"
)

// Effect says what an action does to the world outside; the guard goes by it.
type Effect string

// The effects, from harmless to grave.
const (
	Read        Effect = "read"        // changes nothing
	Notify      Effect = "notify"      // tells people something
	Change      Effect = "change"      // changes a tenant, and can be undone or repaired
	Destructive Effect = "destructive" // loses something that no call brings back
)

// Repeat says what a second, equal call does, for the moments when nobody
// knows whether the first one arrived.
type Repeat string

// The ways to repeat.
const (
	Safe  Repeat = "safe"  // repeating is harmless
	Keyed Repeat = "key"   // the API takes an idempotency key
	Never Repeat = "never" // it happens again; after a crash the outcome is unknown
)

// AuthKind is a way to sign in.
type AuthKind string

// The kinds of auth that a connector may offer.
const (
	None              AuthKind = "none"
	APIKey            AuthKind = "api_key"                   // a header with an optional prefix
	Bearer            AuthKind = "bearer"                    // RFC 6750
	Basic             AuthKind = "basic"                     // RFC 7617
	ClientCredentials AuthKind = "oauth2_client_credentials" //nolint:gosec // the name of a grant (RFC 6749 section 4.4), no credential
	PrivateKeyJWT     AuthKind = "private_key_jwt"           // RFC 7523 section 2.2
	AuthorizationCode AuthKind = "oauth2_authorization_code" // RFC 6749 section 4.1, with RFC 7636
	JWTBearer         AuthKind = "jwt_bearer"                // RFC 7523 section 2.1
	APIKeyQuery       AuthKind = "api_key_query"             //nolint:gosec // the name of a way: a parameter of the query
	AWSSignature      AuthKind = "aws_sigv4"                 // Amazon's Signature Version 4
	HMAC              AuthKind = "hmac"                      // RFC 2104, over what the file says
)

// Connector is one kind of system outside, as its file describes it.
type Connector struct {
	ID          string `json:"id"`
	Title       string `json:"title"`
	Description string `json:"description,omitempty"`
	Category    string `json:"category,omitempty"` // identity, messaging, generic ...
	Docs        string `json:"docs,omitempty"`     // the maker's own documentation, an URL
	Origin      string `json:"origin"`             // the file it was read from

	Auth     []Auth             `json:"auth"`     // at least one; the first is the default
	Settings []Port             `json:"settings"` // what a connection needs to know, apart from auth
	Secrets  []Port             `json:"secrets"`  // what it needs to know and nobody may see
	Actions  map[string]*Action `json:"actions"`
	Events   []EventCard        `json:"okta_workflows_events,omitempty"`

	profile *profile
}

// Auth is one way to sign in to a connector. Its settings and secrets join
// those of the connector when it is chosen.
type Auth struct {
	Kind     AuthKind `json:"kind"`
	Title    string   `json:"title"`
	Help     string   `json:"help,omitempty"`
	Scopes   []string `json:"scopes,omitempty"` // asked for by default
	Settings []Port   `json:"settings"`
	Secrets  []Port   `json:"secrets"`

	plan authPlan
}

// Action is one thing that a connector can do.
type Action struct {
	ID          string `json:"id"`
	Title       string `json:"title"`
	Description string `json:"description,omitempty"`
	Effect      Effect `json:"effect"`
	Repeat      Repeat `json:"repeat"`
	Inputs      []Port `json:"inputs"`
	Outputs     []Port `json:"outputs"`
	// Scopes are the OAuth scopes that the call needs.
	Scopes []string `json:"scopes,omitempty"`
	// Stream is the list output whose items a flow goes over page by page, or "".
	// See [Call.OnePage].
	Stream string `json:"stream,omitempty"`
	// Cards are the cards of Okta Workflows that this action stands for.
	Cards []Card `json:"okta_workflows,omitempty"`

	// Targets are the things that the action touches. See [Action.Entities].
	Targets []Target `json:"targets,omitempty"`
	// Undo is the action that reverses this one, or nil. See [Action.Reverse].
	Undo *Undo `json:"undo,omitempty"`

	do *plan
}

// Target is something outside that an action touches: what the guard protects.
type Target struct {
	Type string         `json:"type"` // user, group, app, event_hook ...
	ID   value.Template `json:"-"`    // over inputs, and variables that are made of them
}

// Entity is a target of one call.
type Entity struct {
	Type string `json:"type"`
	ID   string `json:"id"`
}

// Undo is the way back from an action.
type Undo struct {
	Action string         `json:"action"`
	Inputs value.Template `json:"-"` // over inputs and outputs of the call to be reversed
}

// Port is a named value that goes in or out: an input or output of an action,
// a setting, a secret.
type Port struct {
	Name     string     `json:"name"`
	Title    string     `json:"title"`
	Help     string     `json:"help,omitempty"`
	Type     value.Kind `json:"type"`
	Required bool       `json:"required,omitempty"`
	Default  any        `json:"default,omitempty"`
	Enum     []any      `json:"enum,omitempty"`
	Secret   bool       `json:"secret,omitempty"`  // masked in previews, and not to be saved
	Long     bool       `json:"long,omitempty"`    // several lines
	Learned  bool       `json:"learned,omitempty"` // a setting that [Engine.Test] finds out

	dropEmpty string        // another input: where it is true, empty fields of this object are left out
	normalize *expr.Program // brings a setting into one form, over value
	checks    []check       // of a setting, over value
}

// ActionIDs returns the names of the actions in order.
func (c *Connector) ActionIDs() []string { return slices.Sorted(maps.Keys(c.Actions)) }

// AuthOf returns the way to sign in of a kind; the empty kind is the default.
func (c *Connector) AuthOf(kind AuthKind) (*Auth, bool) {
	for i := range c.Auth {
		if kind == "" || c.Auth[i].Kind == kind {
			return &c.Auth[i], true
		}
	}
	return nil, false
}

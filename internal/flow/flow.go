// Package flow is what Sallyport does when something happens: flows of cards,
// their triggers, the runner that carries them out, and the history of their
// runs.
//
// A flow is a trigger, cards in order, and references between them. Cards run
// one after another. A card is a function (pure: run again when a run is
// resumed), an effect (a connector's action, a table write: its result is
// journaled and never repeated once it is known), or control (if, each, call,
// return …), whose bodies are cards again.
//
// The runner journals through a [Store]; what an effect may do is decided by a
// [Gate], and done by a [Caller]. All three are passed in.
package flow

import (
	"time"

	"sallyport/internal/value"
)

// Flow is a flow as it is kept: what it is made of is in its versions.
type Flow struct {
	ID          string
	Org         string
	Folder      string
	Slug        string // its name in its folder, by which other flows call it
	Title       string
	Description string
	Enabled     bool
	Version     int    // the published one; 0 when there is none yet
	Draft       string // YAML that is not published; empty for none
	DraftAt     time.Time
	Bindings    Bindings
	SaveData    bool // "save all data that passes through the flow"
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// Bindings are what a flow is installed with: for each slot of its definition
// the thing of this organization that fills it.
type Bindings struct {
	Connections map[string]string `json:"connections,omitempty"` // slot → connection id
	Tables      map[string]string `json:"tables,omitempty"`      // slot → table id
	Options     *value.Object     `json:"options,omitempty"`     // option → value
	Secrets     []byte            `json:"secrets,omitempty"`     // sealed: secret option → value
	Sealed      []string          `json:"sealed,omitempty"`      // the secret options that have a value
}

// Folder holds the flows and tables that belong together.
type Folder struct {
	ID        string    `json:"id"`
	Org       string    `json:"-"`
	Name      string    `json:"name"`
	Template  string    `json:"template,omitempty"` // that it was installed from
	CreatedAt time.Time `json:"createdAt"`
}

// Version is one published definition.
type Version struct {
	Flow      string
	Number    int
	Body      string // YAML
	Author    string // account id, or "template"
	Note      string
	CreatedAt time.Time
}

// Package migration translates exports of Okta Workflows into flows of our own,
// and flows of our own into such exports. It reads and writes text; it runs and
// stores nothing.
package migration

import (
	"sallyport/internal/connector"
	"sallyport/internal/flopack"
	"sallyport/internal/function"
	"sallyport/internal/value"
)

// Catalogue is what the cards of Okta Workflows are translated to.
type Catalogue struct {
	Functions  []function.Function
	Connectors *connector.Shelf // nil for none
}

// Result is what an export was translated to. Nothing of it is stored yet.
type Result struct {
	Flows       []*Flow
	Tables      []Table
	Folders     []string
	Connections []Connection
	Warnings    []flopack.Problem
}

// Flow is one flow, in our language.
type Flow struct {
	Export string // its id in the export
	Slug   string
	Title  string
	Folder string
	YAML   string
	Slots  []Slot
	Tables map[string]string // slots, and the ids in the export of the tables that belong there
	// Missing are cards that cannot run yet.
	Missing []Missing
	// Values are what the author of the export put in and others replace.
	Values []Value
	// Secrets are options that stand where the export had a secret in clear. The
	// secret itself is nowhere in the result.
	Secrets []Secret
	// Cards leads from each card back to the export.
	Cards []Card
}

// Slot is a connection slot of a flow, and the connection that the export has there.
type Slot struct {
	Name      string
	Connector string
	Export    string // the connection's id in the export; "" where a card had none
}

// Connection is a connection of the export, to be mapped to one of our own.
type Connection struct {
	Export    string // id
	Name      string
	Connector string // ours where we have one for the channel, or the channel
}

// Table is a table of the export, without rows.
type Table struct {
	Export      string // id
	Title       string
	Description string
	Folder      string
	Columns     []Column
}

// Column is one column of a table.
type Column struct {
	Name    string
	Type    value.Kind
	Default any
}

// Missing is a card that cannot run yet, and what it needs.
type Missing struct {
	Card    string // path in our flow: cards[2].then[0]
	Title   string
	Address string // okta:readUser
	Needs   string
}

// Value is a literal that names something of the author's own.
type Value struct {
	Card  string // path in our flow
	Title string
	Key   string // of the card of the export: group/key
	Kind  ValueKind
	Text  string
}

// ValueKind says what a literal looks like.
type ValueKind string

// The kinds.
const (
	ValueID      ValueKind = "id"
	ValueURL     ValueKind = "url"
	ValueAddress ValueKind = "address" // of mail
	ValueOption  ValueKind = "option"  // chosen on a card of a connector, and used by it
	ValueUnused  ValueKind = "unused"  // chosen on a card of a connector, and without a place in our action
)

// Secret is an option to be filled in, where the export had a secret.
type Secret struct {
	Option string
	Card   string
	Key    string
}

// Card leads from a card of a flow to the one it was.
type Card struct {
	Path    string // in our flow: cards[2].then[0]; "trigger" for the trigger
	ID      string // the card's id in our flow, where it has one
	UUID    string
	Address string // string:trim, okta:readUser
	Graph   string // path in the export of the graph that the card is in
}

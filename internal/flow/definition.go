package flow

import (
	"time"

	"sallyport/internal/expr"
	"sallyport/internal/value"
)

// Definition is a flow's content: what its YAML says, checked and compiled.
type Definition struct {
	Slug        string
	Title       string
	Description string
	SaveData    bool // the setting that a new flow of this definition starts with
	Connections []Slot
	Tables      []TableSlot
	Options     []Port // chosen where the flow is installed
	Trigger     Trigger
	Cards       []*Card
	Timeout     time.Duration // of a run, from start to end; waits count
	Priority    int           // 1 containment … 4 bulk
	Source      string        // the YAML
}

// Slot is a connection that a flow wants: any connection of one of the
// connectors, which all have the actions that the flow uses.
type Slot struct {
	Name       string   `json:"name"`
	Title      string   `json:"title"`
	Connectors []string `json:"connectors"`
	At         Position `json:"-"`
}

// TableSlot is a table that a flow wants. With columns, installing the flow
// makes it.
type TableSlot struct {
	Name    string `json:"name"`
	Title   string `json:"title"`
	Columns []Port `json:"columns"`
}

// Port is a named value with a type: an option, a trigger's input, a column.
type Port struct {
	Name     string     `json:"name"`
	Title    string     `json:"title"`
	Help     string     `json:"help,omitempty"`
	Type     value.Kind `json:"type"`
	Required bool       `json:"required,omitempty"`
	Default  any        `json:"default,omitempty"`
	Choices  []string   `json:"choices,omitempty"`
}

// TriggerKind says what starts a flow.
type TriggerKind string

// The kinds.
const (
	OnEvent  TriggerKind = "event"     // a log event of one of some types
	OnDemand TriggerKind = "on_demand" // a person, with inputs
	OnCall   TriggerKind = "call"      // another flow, with inputs: a helper flow
)

// Trigger is what starts a flow.
type Trigger struct {
	Kind   TriggerKind
	Events []string      // Okta event types
	Where  *expr.Program // over event; nil for every one
	Inputs []Port
	At     Position
}

// CardKind says what a card does.
type CardKind string

// The kinds.
const (
	CardFunction CardKind = "function" // a pure function: text.compose
	CardAction   CardKind = "action"   // a connector's action: okta.clear_user_sessions
	CardTable    CardKind = "table"    // a table's rows: table.create_row
	CardIf       CardKind = "if"
	CardEach     CardKind = "each"
	CardCall     CardKind = "call"   // a helper flow
	CardReturn   CardKind = "return" // ends the flow with a result
	CardStop     CardKind = "stop"   // ends the flow, with a reason, as no failure
	CardFail     CardKind = "fail"   // ends the flow as a failure
)

// Card is one step of a flow.
type Card struct {
	ID    string
	Title string
	Note  string
	Kind  CardKind
	At    Position

	Use    string  // function id; action name for CardAction; operation for CardTable
	Slot   string  // connection slot of an action, table slot of a table card
	Inputs []Input // in the order written

	If     *expr.Program // CardIf, CardStop and CardFail: whether
	Then   []*Card
	Else   []*Card
	Join   []JoinOutput // values that an If gives, by the side that ran
	Each   *Each
	Flow   string // slug of the called flow
	Reason value.Template

	OnError   OnError
	OnRefused OnError
	Retry     Retry
	Timeout   time.Duration

	path string // in the definition, for messages
	cond entry  // the condition's place, until it is compiled
}

// Input is a card's input and where its value comes from.
type Input struct {
	Name  string
	Value value.Template
	At    Position
}

// JoinOutput is a value that an If gives: of one side or the other.
type JoinOutput struct {
	Name string
	Then value.Template
	Else value.Template
}

// Each runs its body for every item of a list, one after another.
type Each struct {
	List         value.Template
	As           string // the name of the item in the body
	Body         []*Card
	IgnoreErrors bool
	Collect      value.Template // evaluated after each body; the results are the card's output
	Collects     bool
}

// OnError says how a run goes on after a card that failed or was refused.
type OnError string

// The ways.
const (
	Stop     OnError = "stop"     // the run fails with the card's error
	Continue OnError = "continue" // the run goes on; the card's outputs are null
)

// Retry says how often a card whose failure may pass is tried again.
type Retry struct {
	For time.Duration // from the first failure on; 0 never
	set bool
}

// Position is a place in the YAML, from 1.
type Position struct {
	Line   int `json:"line"`
	Column int `json:"column"`
}

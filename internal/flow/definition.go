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
	Loose       bool // values are taken as Okta Workflows takes them: nothing is refused for its kind
	Connections []Slot
	Tables      []TableSlot
	Options     []Port // chosen where the flow is installed
	Trigger     Trigger
	Cards       []*Card
	Result      []Input       // what the flow gives when no return ended it
	Timeout     time.Duration // of a run, from start to end; waits count
	Priority    int           // 1 containment … 4 bulk
	Concurrency int           // runs at the same time; 0 for any number
	Source      string        // the YAML

	eventCard bool // some card refers to trigger
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
	Secret   bool       `json:"secret,omitempty"`  // of an option: a text that is kept sealed
	Address  string     `json:"address,omitempty"` // of an option: while nothing is chosen, the address of this flow of the folder
	Default  any        `json:"default,omitempty"`
	Choices  []string   `json:"choices,omitempty"`
	From     PortFrom   `json:"from,omitempty"` // of an api trigger's input
	Key      string     `json:"key,omitempty"`  // its name there, where that is another
}

// PortFrom is the part of an HTTP request that an input is taken from.
type PortFrom string

// The parts.
const (
	FromBody   PortFrom = "body" // a field of its JSON or form
	FromQuery  PortFrom = "query"
	FromHeader PortFrom = "header"
)

// TriggerKind says what starts a flow.
type TriggerKind string

// The kinds.
const (
	OnEvent     TriggerKind = "event"     // a log event of one of some types
	OnDemand    TriggerKind = "on_demand" // a person, with inputs
	OnCall      TriggerKind = "call"      // another flow, with inputs: a helper flow
	OnSchedule  TriggerKind = "schedule"  // the clock
	OnAPI       TriggerKind = "api"       // an HTTP request
	OnDelegated TriggerKind = "delegated" // a person who may, for a user, with inputs
	OnRow       TriggerKind = "row"       // a change of a table's row
	OnAlert     TriggerKind = "alert"     // an alert that was opened, or raised to a higher severity
	OnFinding   TriggerKind = "finding"   // a finding of posture that a judgement opened or closed
)

// Trigger is what starts a flow.
type Trigger struct {
	Kind     TriggerKind
	Events   []string      // Okta event types
	Where    *expr.Program // over event; or alert, entity and event; or finding, check and tenant; nil for every one
	Inputs   []Port
	Schedule Schedule
	Access   Access   // of an api trigger
	AtOnce   bool     // of an api trigger: the request does not wait for the run
	Table    string   // slot of a row trigger
	Rows     []RowHas // what a row trigger looks for
	Alert    AlertTrigger
	Finding  FindingTrigger
	At       Position
}

// Schedule is when a flow starts by the clock.
type Schedule struct {
	Cron   string // five fields, or six with the seconds first
	Zone   string // IANA name; "" for UTC
	Missed Missed
	Starts time.Time // zero for at once
	Ends   time.Time // zero for never
}

// Missed says what becomes of the times that passed while the program was not there.
type Missed string

// The ways.
const (
	MissedSkip Missed = "skip" // nothing
	MissedOnce Missed = "once" // one run for all of them
)

// Access says who may call the endpoint of an api trigger.
type Access string

// The ways.
const (
	AccessPublic Access = "public" // whoever knows the address
	AccessToken  Access = "token"  // whoever has the client token
	AccessOAuth  Access = "oauth"  // whoever has an API token of the organization that may run flows
)

// RowHas is what happened to a row.
type RowHas string

// The changes.
const (
	RowCreated RowHas = "created"
	RowUpdated RowHas = "updated"
	RowDeleted RowHas = "deleted"
)

// CardKind says what a card does.
type CardKind string

// The kinds.
const (
	CardFunction CardKind = "function" // a pure function: text.compose
	CardAction   CardKind = "action"   // a connector's action: okta.clear_user_sessions
	CardTable    CardKind = "table"    // a table's rows: table.create_row
	CardRemedy   CardKind = "remedy"   // a plan of remediation: okta.plan_remediation
	CardIf       CardKind = "if"
	CardBranch   CardKind = "branch" // the first of several cases that holds
	CardTry      CardKind = "try"    // cards, and others for when one of them fails
	CardEach     CardKind = "each"
	CardMap      CardKind = "map"
	CardFilter   CardKind = "filter"
	CardReduce   CardKind = "reduce"
	CardRepeat   CardKind = "repeat"
	CardCall     CardKind = "call" // a helper flow
	CardWait     CardKind = "wait"
	CardReturn   CardKind = "return"  // ends the block or flow with a result
	CardRespond  CardKind = "respond" // ends the flow with an HTTP answer
	CardAnswer   CardKind = "answer"  // answers an HTTP request, and goes on
	CardStop     CardKind = "stop"    // ends the block or flow, with a reason, as no failure
	CardFail     CardKind = "fail"    // fails
	CardComment  CardKind = "comment" // is for people
)

// CardKinds lists the kinds.
func CardKinds() []CardKind {
	return []CardKind{
		CardFunction, CardAction, CardTable, CardRemedy, CardIf, CardBranch, CardTry, CardEach, CardMap, CardFilter, CardReduce, CardRepeat, CardCall, CardWait,
		CardReturn, CardRespond, CardAnswer, CardStop, CardFail, CardComment,
	}
}

// Card is one step of a flow.
type Card struct {
	ID    string
	Title string
	Note  string
	Kind  CardKind
	At    Position

	Use    string  // function id; action name for CardAction; operation for CardTable
	Slot   string  // connection slot of an action or a plan, table slot of a table card
	Inputs []Input // in the order written

	If      *Condition   // CardIf, CardReturn, CardStop and CardFail: whether
	Then    []*Card      // CardIf; the body of CardTry
	Else    []*Card      // CardIf, CardBranch
	Cases   []Case       // CardBranch
	Catch   []*Card      // CardTry
	Join    []JoinOutput // values that an If gives, by the side that ran
	Loop    *Loop        // CardEach … CardRepeat, and an action that streams
	Flow    string       // slug of the called flow
	Async   bool         // the called flow is a run of its own
	Reason  value.Template
	Status  value.Template // CardFail: the error's status code
	Details []Input        // CardFail: more fields of the error
	Reply   *Reply         // CardRespond, CardAnswer
	Wait    *Wait

	KeepEmpty bool // CardTable, update_row: what is empty leaves a column as it is
	OnError   OnError
	OnRefused OnError
	Retry     Retry
	Timeout   time.Duration

	path string // in the definition, for messages
	page bool   // the action is to get one page of its list, for a stream
}

// bodies returns the lists of cards within a card.
func (c *Card) bodies() [][]*Card {
	out := [][]*Card{c.Then, c.Else, c.Catch}
	for _, k := range c.Cases {
		out = append(out, k.Do)
	}
	if c.Loop != nil {
		out = append(out, c.Loop.Body)
	}
	return out
}

// Walk calls visit for every card of a list and of the bodies in it, in the order
// in which they are written.
func Walk(cards []*Card, visit func(*Card)) {
	for _, c := range cards {
		visit(c)
		for _, body := range c.bodies() {
			Walk(body, visit)
		}
	}
}

// Input is a card's input and where its value comes from.
type Input struct {
	Name  string
	Value value.Template
	At    Position
}

// Condition is CEL, or a comparison as of boolean.compare.
type Condition struct {
	CEL    *expr.Program // nil for a comparison
	A, B   value.Template
	Is     string // the operator
	Unless bool   // it holds where that does not

	at   Position
	path string
	text entry // the CEL, until it is compiled
}

// Case is one of the cases of a branch.
type Case struct {
	If    *Condition
	Title string
	Do    []*Card
}

// JoinOutput is a value that an If gives: of one side or the other.
type JoinOutput struct {
	Name string
	Then value.Template
	Else value.Template
}

// Loop runs its body again and again.
type Loop struct {
	Over         value.Template // the list, or how often
	As           string         // the name of the item in the body
	Body         []*Card
	IgnoreErrors bool
	Concurrency  int // rounds at the same time, at most
	Gives        Gives
	Memo         value.Template // CardReduce: what it begins with
	Limit        value.Template // of a stream: records at most
	Pages        bool           // of a stream: a round is of a page of records, and not of one
}

// Gives says what a round of a map gives, and what the memo of a reduce is.
type Gives string

// The ways.
const (
	GivesField  Gives = "field"  // the one value that the body returns
	GivesObject Gives = "object" // all of them
)

// Reply is an HTTP answer.
type Reply struct {
	Status, Headers, Body value.Template
}

// Wait is for how long, or until when, a card waits.
type Wait struct {
	For   value.Template
	Unit  value.Template
	Until value.Template
	Dated bool // Until counts
}

// OnError says how a run goes on after a card that failed or was refused.
type OnError struct {
	Way    ErrorWay
	Flow   string  // of HandOver: the flow that is told
	Return []Input // of GiveBack: what the flow gives
}

// ErrorWay is one of the ways.
type ErrorWay string

// The ways.
const (
	Stop     ErrorWay = "stop"     // the run fails with the card's error
	Continue ErrorWay = "continue" // the run goes on; the card's outputs are null
	HandOver ErrorWay = "call"     // another flow runs with the error, then the run fails
	GiveBack ErrorWay = "return"   // the flow ends with a result
)

// Retry says how often a card whose failure may pass is tried again.
type Retry struct {
	For      time.Duration // from the first failure on; 0 never
	Times    int           // at most, where it is a number of times
	Least    time.Duration // between two tries, drawn between least and most; 0 for growing pauses
	Most     time.Duration
	OnlyRate bool // only what a rate limit refused
	Safe     bool // a second, equal call is harmless: the flow's author says so, where the action cannot know
	set      bool
}

// Position is a place in the YAML, from 1.
type Position struct {
	Line   int `json:"line"`
	Column int `json:"column"`
}

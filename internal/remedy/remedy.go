// Package remedy answers what was found in an org: a plan of changes that is
// shown before it is made, held to limits, approved where it is grave, carried
// out step by step through the guard, and undone as one.
//
// What a plan does is said by a playbook, which is a file. The engine reads what
// is there now, writes down what would be called and what that changes, and
// says of each step what stands in its way.
package remedy

import (
	"time"

	"sallyport/internal/connector"
	"sallyport/internal/value"
)

// State is where a plan stands.
type State string

// The states. A plan that was made is a draft; one that was asked for waits for
// approval or for its time, or runs.
const (
	Draft   State = "draft"
	Waiting State = "waiting"
	Running State = "running"
	Undoing State = "undoing"
	Done    State = "done"
	Stopped State = "stopped" // by a limit, a refused approval, what changed meanwhile, or a step in doubt
	Failed  State = "failed"  // a step did, or a part of undoing
	Undone  State = "undone"
)

// States lists the states of plans.
func States() []State {
	return []State{Draft, Waiting, Running, Undoing, Done, Stopped, Failed, Undone}
}

// StepState is where a step stands.
type StepState string

// The states of steps.
const (
	Planned   StepState = "planned"
	Barred    StepState = "barred"    // a hurdle keeps it from being made
	Skipped   StepState = "skipped"   // there is nothing to do
	Started   StepState = "started"   // its call is under way
	Verifying StepState = "verifying" // made; Okta does not show it yet
	Made      StepState = "done"
	Refused   StepState = "refused" // by the guard
	Broken    StepState = "failed"
	Unknown   StepState = "unknown" // nobody knows whether it happened
	Reversed  StepState = "undone"
)

// StepStates lists the states of steps.
func StepStates() []StepState {
	return []StepState{Planned, Barred, Skipped, Started, Verifying, Made, Refused, Broken, Unknown, Reversed}
}

// Cause is what a plan answers.
type Cause struct {
	Kind string `json:"kind"` // of [Causes]
	ID   string `json:"id"`
}

// Causes lists the kinds of what a plan answers.
func Causes() []string {
	return []string{"finding", "alert", "identity", "path", "schedule", "run", "hand"}
}

// Object is what a playbook is applied to.
type Object struct {
	ID   string        `json:"id"`             // as Okta gives it
	Name string        `json:"name,omitempty"` // what people call it; read from Okta where the playbook says how
	With *value.Object `json:"with,omitempty"` // the playbook's further inputs: the group to leave
}

// Hurdle is what stands in the way of a step, or is to be known before it.
type Hurdle struct {
	Kind Barrier `json:"kind"`
	Says string  `json:"says"`
	Bars bool    `json:"bars"` // the step is not made
}

// Barrier is a kind of hurdle.
type Barrier string

// The barriers.
const (
	Protected   Barrier = "protected"    // the guard's policy protects the target
	Ourselves   Barrier = "ourselves"    // what this server itself works by
	LastAdmins  Barrier = "last_admins"  // one of the last two super admins
	AdminTarget Barrier = "admin"        // Okta lets a super admin alone change it
	TakesRole   Barrier = "takes_role"   // who leaves a group loses an admin role; it wants approval
	ScopeLacks  Barrier = "scope"        // the connection lacks a scope
	Unreadable  Barrier = "unreadable"   // what is there now cannot be read
	OwnNetwork  Barrier = "own_network"  // addresses that must not be blocked
	Unfit       Barrier = "unfit"        // the call cannot be made so
	OnlyShown   Barrier = "organization" // the organization is in dry run
)

// Barriers lists the kinds of hurdles.
func Barriers() []Barrier {
	return []Barrier{Protected, Ourselves, LastAdmins, AdminTarget, TakesRole, ScopeLacks, Unreadable, OwnNetwork, Unfit, OnlyShown}
}

// Step is one call of a plan.
type Step struct {
	Seq        int               `json:"seq"` // from 1
	Object     int               `json:"object"`
	Part       int               `json:"part"` // which of the playbook's steps it is
	Item       any               `json:"item,omitempty"`
	Action     string            `json:"action"`
	Title      string            `json:"title"`
	Inputs     *value.Object     `json:"inputs,omitempty"`
	TargetType string            `json:"targetType,omitempty"`
	TargetID   string            `json:"targetId,omitempty"`
	Says       string            `json:"says"` // what it changes, for people
	Effect     connector.Effect  `json:"effect"`
	Scopes     []string          `json:"scopes,omitempty"` // that the call needs
	Undo       string            `json:"undo,omitempty"`   // title of the way back; empty where there is none
	Request    connector.Request `json:"request"`
	Before     *value.Object     `json:"before,omitempty"` // what was read before it, by the playbook's names
	Hurdles    []Hurdle          `json:"hurdles,omitempty"`

	State     StepState `json:"state"`
	Entry     string    `json:"entry,omitempty"`     // of the ledger
	UndoEntry string    `json:"undoEntry,omitempty"` // of the ledger, of what undid it
	Error     string    `json:"error,omitempty"`     // or why it was skipped
	Attempts  int       `json:"attempts,omitempty"`
	Looks     int       `json:"looks,omitempty"` // how often it was looked for whether it shows
	StartedAt time.Time `json:"startedAt,omitzero"`
	EndedAt   time.Time `json:"endedAt,omitzero"`
}

// Decision is what somebody said to a plan that waited for approval.
type Decision struct {
	By       string    `json:"by"` // an actor, as account:ID
	Approved bool      `json:"approved"`
	Note     string    `json:"note,omitempty"`
	At       time.Time `json:"at"`
}

// Plan is changes to be made together.
type Plan struct {
	ID         string    `json:"id"`
	Org        string    `json:"org"`
	Connection string    `json:"connection"`
	Playbook   string    `json:"playbook"`
	Title      string    `json:"title"`
	Cause      Cause     `json:"cause"`
	Card       string    `json:"card,omitempty"` // of the run that it answers: the card's path
	Actor      string    `json:"actor"`          // who asked for it: account:ID or flow:ID
	State      State     `json:"state"`
	Objects    []Object  `json:"objects"`
	GoOn       bool      `json:"goOn,omitempty"` // a failed step does not stop it
	Targets    int       `json:"targets"`        // how many people and things it changes
	Missing    []string  `json:"missing,omitempty"`
	Stop       string    `json:"stop,omitempty"`  // why it would be stopped before its first step
	Needs      string    `json:"needs,omitempty"` // why it wants approval; empty where it does not
	Decision   *Decision `json:"decision,omitempty"`
	Error      string    `json:"error,omitempty"`
	CreatedAt  time.Time `json:"createdAt"`
	RunAt      time.Time `json:"runAt,omitzero"`     // not before: the end of the grace
	ExpiresAt  time.Time `json:"expiresAt,omitzero"` // of one that waits for approval
	StartedAt  time.Time `json:"startedAt,omitzero"`
	EndedAt    time.Time `json:"endedAt,omitzero"`
	UndoneBy   string    `json:"undoneBy,omitempty"` // actor
	Steps      []Step    `json:"-"`
}

// Count counts the steps that are in one of some states.
func (p *Plan) Count(states ...StepState) int {
	n := 0
	for i := range p.Steps {
		for _, s := range states {
			if p.Steps[i].State == s {
				n++
			}
		}
	}
	return n
}

// WaitsForApproval reports whether somebody has to say yes or no.
func (p *Plan) WaitsForApproval() bool {
	return p.State == Waiting && p.Needs != "" && p.Decision == nil
}

// About returns the ids of what the plan is for and of what it changes.
func (p *Plan) About() []string {
	var out []string
	for _, o := range p.Objects {
		out = append(out, o.ID)
	}
	for i := range p.Steps {
		out = append(out, p.Steps[i].TargetID)
	}
	return out
}

// CanUndo reports whether there is something of the plan to be undone.
func (p *Plan) CanUndo() bool {
	if p.State != Done && p.State != Failed && p.State != Stopped {
		return false
	}
	for i := range p.Steps {
		if p.Steps[i].undoable() {
			return true
		}
	}
	return false
}

func (s *Step) undoable() bool {
	return s.Entry != "" && s.Undo != "" && (s.State == Made || s.State == Verifying || s.State == Unknown)
}

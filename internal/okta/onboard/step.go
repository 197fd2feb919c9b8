package onboard

import (
	"fmt"

	"sallyport/internal/errs"
)

// Phase is a part of a run.
type Phase string

// The phases, in the order in which a run has them for each app. PhaseWait is none
// of its own: the step before goes on after it.
const (
	PhaseLook   Phase = "look"   // at the org and the token
	PhaseKey    Phase = "key"    // a pair is made
	PhaseApp    Phase = "app"    // it is made
	PhaseScopes Phase = "scopes" // they are granted
	PhaseRoles  Phase = "roles"  // they are given
	PhaseToken  Phase = "token"  // the app is given one
	PhaseSee    Phase = "see"    // it is looked what the app sees
	PhaseKeep   Phase = "keep"   // the connection is kept
	PhaseUndo   Phase = "undo"   // what was made is taken back
	PhaseWait   Phase = "wait"   // for a rate limit
)

// Phases lists the phases.
func Phases() []Phase {
	return []Phase{PhaseLook, PhaseKey, PhaseApp, PhaseScopes, PhaseRoles, PhaseToken, PhaseSee, PhaseKeep, PhaseUndo, PhaseWait}
}

// Step is what is about to be done, or in PhaseUndo also what was.
type Step struct {
	Phase Phase
	Text  string // for people: "grant okta.users.read (1 of 43)"
}

// LeftError is a run that failed, and of which not all could be taken back.
type LeftError struct {
	Why     error    // it failed
	Left    []string // in the org
	Journal string   // the file that says so, too
	Err     error    // why it is left
}

// Error says why it failed and what is left.
func (e *LeftError) Error() string {
	return fmt.Sprintf("%v\nnot all of it could be taken back; %s says what is left: %v", e.Why, e.Journal, e.Err)
}

// Unwrap returns both errors.
func (e *LeftError) Unwrap() []error { return []error{e.Why, e.Err} }

// EarlierError says that there is a journal: a run is under way in the org, or one
// ended before it could take back what it made.
type EarlierError struct{ Journal string }

// Error says so, and what to do.
func (e *EarlierError) Error() string {
	return e.Journal + " is there: another run is under way, or one ended before it could take back what it made. Then sallyport okta setup --cleanup does"
}

// Unwrap makes it a conflict.
func (e *EarlierError) Unwrap() error { return errs.New(errs.Conflict, "%s", e.Error()) }

package portal

import (
	"context"
	"fmt"
	"time"

	"sallyport/internal/errs"
)

// Step is somebody who has given a part of what is asked of them: a password
// without its second factor, a passkey that was asked for. It opens nothing.
type Step struct {
	Kind    StepKind
	Account string // empty where anybody may answer
	Org     string // to be entered
	Session string // that it belongs to; empty at sign-in
	Sealed  []byte // what must be known again when the answer comes
	Tries   int
	EndsAt  time.Time
}

// StepKind is what a step leads to.
type StepKind string

// The kinds.
const (
	stepSignIn  StepKind = "signin"      // a session, once the second factor is given
	stepEnrol   StepKind = "enrol"       // a session, once a second factor is set up
	stepAnybody StepKind = "anybody"     // a session of whoever's passkey answers
	stepTOTP    StepKind = "totp"        // an authenticator app
	stepKey     StepKind = "passkey_new" // a passkey
	stepProof   StepKind = "proof"       // a session that is fresh again
)

// Steps keeps steps, by the hash of their token.
type Steps interface {
	// Add keeps a step, and forgets those that ended.
	Add(ctx context.Context, hash string, s Step) error
	// Try returns a step that has not ended, and counts an attempt at it. After most
	// of them it is gone.
	Try(ctx context.Context, hash string, most int) (Step, error)
	// Set replaces what is sealed in a step.
	Set(ctx context.Context, hash string, sealed []byte) error
	// End takes a step away; of two who do, for one it is not found.
	End(ctx context.Context, hash string) error
}

const (
	stepFor = 5 * time.Minute
	// mostTries is how many wrong answers a step takes.
	mostTries = 5
)

// steps begins and ends steps.
type steps struct{ o *Options }

// begin keeps a step with a state, and returns its token.
func (x steps) begin(ctx context.Context, s Step, state []byte) (string, Step, error) {
	token := newToken()
	s.EndsAt = x.o.Now().Add(stepFor)
	var err error
	if s.Sealed, err = x.seal(token, state); err != nil {
		return "", s, err
	}
	if err := x.o.Steps.Add(ctx, hashOf(token), s); err != nil {
		return "", s, fmt.Errorf("keep a step: %w", err)
	}
	return token, s, nil
}

func (x steps) seal(token string, state []byte) ([]byte, error) {
	if state == nil {
		return nil, nil
	}
	return x.o.Keys.Seal(state, stepContext(token))
}

func stepContext(token string) []byte { return []byte("step\x00" + hashOf(token)) }

// set gives a step a state.
func (x steps) set(ctx context.Context, token string, state []byte) error {
	sealed, err := x.seal(token, state)
	if err != nil {
		return err
	}
	return x.o.Steps.Set(ctx, hashOf(token), sealed)
}

// try returns a step of one of some kinds, and its state.
func (x steps) try(ctx context.Context, token string, kinds ...StepKind) (Step, []byte, error) {
	s, err := x.o.Steps.Try(ctx, hashOf(token), mostTries)
	if errs.KindOf(err) == errs.NotFound {
		return s, nil, over()
	}
	if err != nil {
		return s, nil, fmt.Errorf("find a step: %w", err)
	}
	fits := false
	for _, k := range kinds {
		fits = fits || k == s.Kind
	}
	if !fits {
		return s, nil, over()
	}
	if s.Sealed == nil {
		return s, nil, nil
	}
	state, err := x.o.Keys.Unseal(s.Sealed, stepContext(token))
	return s, state, err
}

// end takes a step away: of two who answer it at once, one goes on.
func (x steps) end(ctx context.Context, token string) error {
	err := x.o.Steps.End(ctx, hashOf(token))
	if errs.KindOf(err) == errs.NotFound {
		return over()
	}
	return err
}

// over is the error of a step that there is not.
func over() error {
	return &AuthError{"this took too long, or too many attempts: begin again"}
}

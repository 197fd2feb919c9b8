package portal

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"sallyport/internal/errs"
)

// StepUpError says that something wants its caller to prove anew who they are.
type StepUpError struct {
	Within time.Duration // how old the proof may be
}

func (e *StepUpError) Error() string {
	return fmt.Sprintf("prove again that it is you: for this, your last proof may be no older than %d minutes", int(e.Within.Minutes()))
}

// Provings notes when sessions were proved to be their owners'.
type Provings interface {
	// Prove notes a proof; second is the second factor that was part of it, if any.
	Prove(ctx context.Context, s Session, by, second ProofMethod, at time.Time) error
	// ProveArrived takes what arrived from an identity provider as a proof of who has
	// a session. If the organization knows somebody else by that name, or nobody, that
	// is [ErrOtherPerson]; what arrived and was used before is not found.
	ProveArrived(ctx context.Context, p Proving) error
}

// Proofs are how somebody who is signed in proves again who they are, before what
// matters.
type Proofs struct {
	p     *Portal
	v     *verifier
	steps steps
}

// Fresh refuses a caller whose last proof is too old, with a [StepUpError]. A
// program cannot prove who is at it, and has no other way to do such a thing.
func (x *Proofs) Fresh(c Caller) error {
	if c.Session.ID == "" {
		return errs.New(errs.Denied, "this is done by somebody who has just proved who they are, not by an API token")
	}
	if !x.p.o.Now().Before(x.Until(c)) {
		return &StepUpError{x.p.o.Fresh}
	}
	return nil
}

// Until returns when the caller's last proof is too old for what wants a fresh one.
func (x *Proofs) Until(c Caller) time.Time { return c.Session.ProvedAt.Add(x.p.o.Fresh) }

// Methods returns how the caller can prove themselves: by a password, and if they
// have second factors by one of them along with it; by a passkey alone. One whom an
// identity provider looks after does so there.
func (x *Proofs) Methods(ctx context.Context, c Caller) ([]ProofMethod, error) {
	if c.Session.Method != ByPassword && c.Session.Method != ByPasskey && c.Session.Method != ByLink {
		return []ProofMethod{ProofSAML}, nil
	}
	second, err := x.v.methods(ctx, c.Account.ID)
	return append([]ProofMethod{ProofPassword}, second...), err
}

// Ask returns what the caller's browser is asked to prove them by a passkey, and
// the token of the step.
func (x *Proofs) Ask(ctx context.Context, c Caller) (token string, ask []byte, err error) {
	if c.Session.ID == "" {
		return "", nil, errs.New(errs.Denied, "an API token has no passkey")
	}
	ask, state, err := x.v.ask(ctx, c.Account)
	if err != nil {
		return "", nil, err
	}
	token, _, err = x.steps.begin(ctx, Step{Kind: stepProof, Account: c.Account.ID, Session: c.Session.ID}, state)
	return token, ask, err
}

// Proof is what somebody proves themselves with.
type Proof struct {
	Password string
	Answer   Answer
	Token    string // of the step, with a passkey
}

// Give takes a proof, and returns until when it is fresh. A password wants a second
// factor beside it where there is one.
func (x *Proofs) Give(ctx context.Context, c Caller, proof Proof, from From) (time.Time, error) {
	methods, err := x.Methods(ctx, c)
	if err != nil {
		return time.Time{}, err
	}
	if c.Session.ID == "" || !slices.Contains(methods, ProofPassword) {
		return time.Time{}, errs.New(errs.Denied, "a password proves nothing here: the session was opened by another proof")
	}
	key := EmailKey(c.Account.Email)
	if err := x.p.attempts.take(ctx, key, from); err != nil {
		return time.Time{}, err
	}
	by, second, err := x.check(ctx, c, proof, len(methods) > 1)
	if err != nil {
		return time.Time{}, err
	}
	x.p.attempts.succeeded(key, from)
	now := x.p.o.Now()
	if err := x.p.o.Provings.Prove(ctx, c.Session, by, second, now); err != nil {
		return time.Time{}, fmt.Errorf("note the proof: %w", err)
	}
	return now.Add(x.p.o.Fresh), nil
}

// check checks a proof: a passkey alone, or a password with what is wanted beside.
func (x *Proofs) check(ctx context.Context, c Caller, proof Proof, more bool) (by, second ProofMethod, err error) {
	if len(proof.Answer.Passkey) > 0 {
		second, err = x.checkPasskey(ctx, c, proof)
		return ProofPasskey, second, err
	}
	a, err := x.p.o.Accounts.ByEmail(ctx, EmailKey(c.Account.Email))
	if err != nil {
		return "", "", fmt.Errorf("find account: %w", err)
	}
	ok, _, err := x.p.o.Hasher.Verify(ctx, a.PasswordHash, proof.Password)
	if err != nil {
		return "", "", fmt.Errorf("verify password: %w", err)
	}
	if !ok {
		return "", "", &FieldError{"password", errs.New(errs.Invalid, "the password is not right")}
	}
	if !more {
		return ProofPassword, "", nil
	}
	if proof.Answer.Code == "" {
		return "", "", &FieldError{"code", errs.New(errs.Invalid, "a code of the authenticator app, or a recovery code, is wanted as well")}
	}
	second, err = x.v.check(ctx, c.Account, proof.Answer, nil)
	if errors.Is(err, errNoProof) {
		err = &FieldError{"code", errs.New(errs.Invalid, "the code is not right, or was used already")}
	}
	return ProofPassword, second, err
}

func (x *Proofs) checkPasskey(ctx context.Context, c Caller, proof Proof) (ProofMethod, error) {
	wrong := &FieldError{"credential", errs.New(errs.Invalid, "the passkey is not right, or this took too long: try again")}
	s, state, err := x.steps.try(ctx, proof.Token, stepProof)
	if _, gone := errors.AsType[*AuthError](err); gone || err == nil && s.Session != c.Session.ID {
		return "", wrong
	}
	if err != nil {
		return "", err
	}
	second, err := x.v.check(ctx, c.Account, Answer{Passkey: proof.Answer.Passkey}, state)
	if errors.Is(err, errNoProof) {
		return "", wrong
	}
	if err != nil {
		return "", err
	}
	if x.steps.end(ctx, proof.Token) != nil {
		return "", wrong
	}
	return second, nil
}

package portal

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/id"
	"sallyport/internal/passkey"
	"sallyport/internal/totp"
)

// SecondFactorError says that a password was right, and that it does not do alone.
type SecondFactorError struct {
	Token   string        // of the step that leads on
	Methods []ProofMethod // of which one is wanted; none where one is to be set up first
	EndsAt  time.Time     // of the step
}

func (e *SecondFactorError) Error() string {
	if len(e.Methods) == 0 {
		return "the organization wants a second factor: set up an authenticator app"
	}
	return "a second factor is wanted"
}

// SecondStep is what comes after a password, or in its place.
type SecondStep struct {
	p     *Portal
	v     *verifier
	steps steps
}

// after opens the session of somebody whose password was right, or asks for their
// second factor.
func (x *SecondStep) after(ctx context.Context, a Account, m Membership, from From, old string) (string, Caller, error) {
	methods, err := x.v.methods(ctx, a.ID)
	if err != nil {
		return "", Caller{}, err
	}
	policy, err := x.p.o.Policies.Get(ctx, m.Org)
	if err != nil {
		return "", Caller{}, fmt.Errorf("read how people sign in: %w", err)
	}
	kind := stepSignIn
	switch {
	case len(methods) == 0 && !policy.SecondFactor:
		x.p.attempts.succeeded(EmailKey(a.Email), from)
		return x.p.open(ctx, m, opening{By: ByPassword}, from, old)
	case len(methods) == 0:
		kind = stepEnrol
	}
	token, s, err := x.steps.begin(ctx, Step{Kind: kind, Account: a.ID, Org: m.Org}, nil)
	if err != nil {
		return "", Caller{}, err
	}
	return "", Caller{}, &SecondFactorError{Token: token, Methods: methods, EndsAt: s.EndsAt}
}

// Wanted reports whether a password does not do alone: the account has a second
// factor, or the organization wants one.
func (x *SecondStep) Wanted(ctx context.Context, account, org string) (bool, error) {
	methods, err := x.v.methods(ctx, account)
	if err != nil || len(methods) > 0 {
		return true, err
	}
	policy, err := x.p.o.Policies.Get(ctx, org)
	return policy.SecondFactor, err
}

// Passkeys returns why passkeys do not work with this server; nil where they do.
func (x *SecondStep) Passkeys() error {
	_, err := x.v.party()
	return err
}

// AskPasskey returns what a browser is asked to answer a step by a passkey.
func (x *SecondStep) AskPasskey(ctx context.Context, token string, from From) ([]byte, error) {
	if err := x.p.attempts.of(from); err != nil {
		return nil, err
	}
	s, _, err := x.steps.try(ctx, token, stepSignIn)
	if err != nil {
		return nil, err
	}
	a, err := x.account(ctx, s.Account)
	if err != nil {
		return nil, err
	}
	ask, state, err := x.v.ask(ctx, a)
	if err != nil {
		return nil, err
	}
	x.p.attempts.giveBack(from)
	return ask, x.steps.set(ctx, token, state)
}

// ask returns what a browser is asked to prove that it has one of an account's
// passkeys.
func (v *verifier) ask(ctx context.Context, a Account) (ask, state []byte, err error) {
	party, err := v.party()
	if err != nil {
		return nil, nil, err
	}
	fs, err := v.o.Factors.List(ctx, a.ID)
	if err != nil {
		return nil, nil, fmt.Errorf("list factors: %w", err)
	}
	who, err := v.person(a, fs)
	if err != nil {
		return nil, nil, err
	}
	if len(who.Keys) == 0 {
		return nil, nil, errs.New(errs.Conflict, "there is no passkey to ask for")
	}
	return party.Ask(&who)
}

// account returns an account that may sign in.
func (x *SecondStep) account(ctx context.Context, id string) (Account, error) {
	a, err := x.p.o.Factors.Account(ctx, id)
	if errs.KindOf(err) == errs.NotFound {
		return a, over()
	}
	return a, err
}

// AskApp gives somebody who has to set up an authenticator app the secret of one.
func (x *SecondStep) AskApp(ctx context.Context, token string, from From) (NewApp, error) {
	if err := x.p.attempts.of(from); err != nil {
		return NewApp{}, err
	}
	s, _, err := x.steps.try(ctx, token, stepEnrol)
	if err != nil {
		return NewApp{}, err
	}
	a, err := x.account(ctx, s.Account)
	if err != nil {
		return NewApp{}, err
	}
	x.p.attempts.giveBack(from)
	secret := totp.NewSecret()
	if err := x.steps.set(ctx, token, secret); err != nil {
		return NewApp{}, err
	}
	return newApp(token, a, secret)
}

// Opened is a session that was opened.
type Opened struct {
	Token  string
	Caller Caller
	Codes  []string // recovery codes, where the first factor was set up on the way
}

// Give answers a step, and opens the session. Who set up their first factor gets
// recovery codes with it.
func (x *SecondStep) Give(ctx context.Context, token string, ans Answer, from From, old string) (Opened, error) {
	if err := x.p.attempts.of(from); err != nil {
		return Opened{}, err
	}
	s, state, err := x.steps.try(ctx, token, stepSignIn, stepEnrol)
	if err != nil {
		return Opened{}, err
	}
	a, err := x.account(ctx, s.Account)
	if err != nil {
		return Opened{}, err
	}
	if err := x.p.attempts.take(ctx, EmailKey(a.Email), from); err != nil {
		return Opened{}, err
	}
	by := ProofTOTP
	var f Factor
	if s.Kind == stepEnrol {
		f, err = x.v.newTOTP(a, "Authenticator app", state, ans.Code)
	} else {
		by, err = x.v.check(ctx, a, ans, state)
	}
	if err != nil {
		return Opened{}, x.refused(ctx, a, from, err)
	}
	if err := x.steps.end(ctx, token); err != nil {
		return Opened{}, err
	}
	var out Opened
	if s.Kind == stepEnrol {
		var hashes []string
		out.Codes, hashes = newCodes(a.ID)
		if err := x.p.o.Factors.Add(ctx, f, hashes); err != nil {
			return Opened{}, fmt.Errorf("add a factor: %w", err)
		}
	}
	x.p.attempts.succeeded(EmailKey(a.Email), from)
	out.Token, out.Caller, err = x.p.open(ctx, Membership{Org: s.Org, Account: a.ID}, opening{By: ByPassword, Second: by}, from, old)
	return out, err
}

// refused tells of an answer that was wrong, as of a password.
func (x *SecondStep) refused(ctx context.Context, a Account, from From, err error) error {
	if !errors.Is(err, errNoProof) {
		return err
	}
	x.p.o.Log.InfoContext(ctx, "second factor refused", "account", a.ID, "err", err)
	if err := x.p.o.Sessions.Refused(ctx, a.ID, from); err != nil {
		return fmt.Errorf("tell of the refusal: %w", err)
	}
	return &AuthError{"the code or the passkey is not right, or was used already"}
}

// AskAnybody returns what a browser is asked to sign in whoever has a passkey at
// hand, and the token of the step.
func (x *SecondStep) AskAnybody(ctx context.Context, from From) (token string, ask []byte, err error) {
	if err := x.p.attempts.of(from); err != nil {
		return "", nil, err
	}
	party, err := x.v.party()
	if err != nil {
		return "", nil, err
	}
	ask, state, err := party.Ask(nil)
	if err != nil {
		return "", nil, err
	}
	token, _, err = x.steps.begin(ctx, Step{Kind: stepAnybody}, state)
	return token, ask, err
}

// GivePasskey signs in by a passkey alone. The person at it was asked for a PIN, a
// finger or a face, so that it is two factors in one.
func (x *SecondStep) GivePasskey(ctx context.Context, token, org string, answer []byte, from From, old string) (string, Caller, error) {
	if err := x.p.attempts.of(from); err != nil {
		return "", Caller{}, err
	}
	party, err := x.v.party()
	if err != nil {
		return "", Caller{}, err
	}
	_, state, err := x.steps.try(ctx, token, stepAnybody)
	if err != nil {
		return "", Caller{}, err
	}
	var a Account
	var fs []Factor
	_, k, err := party.Found(state, answer, func(id string) (who passkey.Person, err error) {
		if a, err = x.p.o.Factors.Account(ctx, id); err == nil {
			fs, err = x.p.o.Factors.List(ctx, id)
		}
		if err == nil {
			who, err = x.v.person(a, fs)
		}
		return who, err
	})
	if kind := errs.KindOf(err); kind == errs.NotFound || kind == errs.Invalid {
		return "", Caller{}, x.refused(ctx, a, from, errors.Join(errNoProof, err))
	}
	if err == nil {
		err = x.v.used(ctx, fs, k)
	}
	if err != nil {
		return "", Caller{}, x.refused(ctx, a, from, err)
	}
	if err := x.steps.end(ctx, token); err != nil {
		return "", Caller{}, err
	}
	m, err := x.p.membership(ctx, a.ID, org)
	if err != nil {
		return "", Caller{}, err
	}
	x.p.attempts.succeeded(EmailKey(a.Email), from)
	return x.p.open(ctx, m, opening{By: ByPasskey, Second: ProofPasskey}, from, old)
}

// newTOTP returns the factor of an authenticator app whose first code is right.
func (v *verifier) newTOTP(a Account, name string, secret []byte, code string) (Factor, error) {
	if secret == nil {
		return Factor{}, over()
	}
	if err := v.codes.take(a.ID); err != nil {
		return Factor{}, err
	}
	now := v.o.Now()
	step, ok := totp.Verify(secret, code, now, 0)
	if !ok {
		return Factor{}, errNoProof
	}
	v.codes.giveBack(a.ID)
	f := Factor{ID: id.At(now), Account: a.ID, Kind: TOTP, Name: name, Used: step, CreatedAt: now, SeenAt: now}
	var err error
	if f.Sealed, err = v.o.Keys.Seal(secret, f.Context()); err != nil {
		return f, fmt.Errorf("seal the secret of an authenticator app: %w", err)
	}
	return f, nil
}

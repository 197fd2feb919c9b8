package portal

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"sallyport/internal/errs"
	"sallyport/internal/id"
	"sallyport/internal/totp"
)

// Enrolment is how people look after their second factors. What changes them wants
// a fresh proof, see [Proofs.Fresh].
type Enrolment struct {
	o     *Options
	v     *verifier
	steps steps
}

// NewApp is an authenticator app that is to be set up.
type NewApp struct {
	Token  string // of the step
	Secret string // in base32, to be typed
	URI    string // what stands in the QR code
	QR     string // an SVG document
}

// issuer is the name by which apps list what they have of this server.
const issuer = "Sallyport"

func newApp(token string, a Account, secret []byte) (NewApp, error) {
	out := NewApp{Token: token, Secret: totp.Text(secret), URI: totp.URI(issuer, a.Email, secret)}
	var err error
	out.QR, err = totp.SVG(out.URI)
	return out, err
}

// mostFactors bounds how many second factors somebody has.
const mostFactors = 20

// List returns the caller's factors, and how many recovery codes are left; none to
// who came in by an identity provider's word.
func (x *Enrolment) List(ctx context.Context, c Caller) ([]Factor, int, error) {
	if c.Session.Method == BySAML {
		return nil, 0, nil
	}
	fs, err := x.o.Factors.List(ctx, c.Account.ID)
	if err != nil {
		return nil, 0, fmt.Errorf("list factors: %w", err)
	}
	left, err := x.o.Codes.Left(ctx, c.Account.ID)
	return fs, left, err
}

// may refuses second factors to who has no use for them: they are for sign-ins with
// a password of this server's.
func (x *Enrolment) may(ctx context.Context, c Caller) ([]Factor, error) {
	if c.Session.ID == "" {
		return nil, errs.New(errs.Denied, "second factors are set up by who is signed in, not by an API token")
	}
	if err := mayHavePassword(ctx, x.o, c.Account.ID); err != nil {
		return nil, err
	}
	if err := ownProof(c); err != nil {
		return nil, err
	}
	fs, err := x.o.Factors.List(ctx, c.Account.ID)
	if err == nil && len(fs) >= mostFactors {
		err = errs.New(errs.Conflict, "there are %d second factors already: remove one first", len(fs))
	}
	return fs, err
}

// BeginApp returns the secret of an authenticator app that the caller sets up.
func (x *Enrolment) BeginApp(ctx context.Context, c Caller) (NewApp, error) {
	if _, err := x.may(ctx, c); err != nil {
		return NewApp{}, err
	}
	secret := totp.NewSecret()
	token, _, err := x.steps.begin(ctx, Step{Kind: stepTOTP, Account: c.Account.ID, Session: c.Session.ID}, secret)
	if err != nil {
		return NewApp{}, err
	}
	return newApp(token, c.Account, secret)
}

// EndApp keeps an authenticator app whose first code is right. With the first
// factor come recovery codes, which are shown once.
func (x *Enrolment) EndApp(ctx context.Context, c Caller, token, name, code string) (Factor, []string, error) {
	return x.end(ctx, c, token, stepTOTP, func(state []byte) (Factor, error) {
		f, err := x.v.newTOTP(c.Account, name, state, code)
		if errors.Is(err, errNoProof) {
			err = &FieldError{"code", errs.New(errs.Invalid, "the code is not right: look whether the clock of this device goes right, and take the code that is shown now")}
		}
		return f, err
	})
}

// BeginPasskey returns what the caller's browser is asked to make a passkey, and
// the token of the step.
func (x *Enrolment) BeginPasskey(ctx context.Context, c Caller) (token string, ask []byte, err error) {
	fs, err := x.may(ctx, c)
	if err != nil {
		return "", nil, err
	}
	party, err := x.v.party()
	if err != nil {
		return "", nil, err
	}
	who, err := x.v.person(c.Account, fs)
	if err != nil {
		return "", nil, err
	}
	ask, state, err := party.Enrol(who)
	if err != nil {
		return "", nil, err
	}
	token, _, err = x.steps.begin(ctx, Step{Kind: stepKey, Account: c.Account.ID, Session: c.Session.ID}, state)
	return token, ask, err
}

// EndPasskey keeps a passkey that the caller's browser has made. With the first
// factor come recovery codes, which are shown once.
func (x *Enrolment) EndPasskey(ctx context.Context, c Caller, token, name string, answer []byte) (Factor, []string, error) {
	return x.end(ctx, c, token, stepKey, func(state []byte) (Factor, error) {
		party, err := x.v.party()
		if err != nil {
			return Factor{}, err
		}
		who, err := x.v.person(c.Account, nil)
		if err != nil {
			return Factor{}, err
		}
		k, err := party.Enrolled(who, state, answer)
		if errs.KindOf(err) == errs.Invalid {
			err = &FieldError{"credential", err}
		}
		if err != nil {
			return Factor{}, err
		}
		now := x.o.Now()
		f := Factor{ID: id.At(now), Account: c.Account.ID, Kind: Passkey, Name: name, Credential: k.ID, CreatedAt: now}
		if f.Sealed, err = x.o.Keys.Seal(k.Data, f.Context()); err != nil {
			return f, fmt.Errorf("seal a passkey: %w", err)
		}
		return f, nil
	})
}

// end ends a step of the caller's session with the factor that it makes.
func (x *Enrolment) end(ctx context.Context, c Caller, token string, kind StepKind, factor func(state []byte) (Factor, error)) (Factor, []string, error) {
	before, err := x.may(ctx, c)
	if err != nil {
		return Factor{}, nil, err
	}
	s, state, err := x.steps.try(ctx, token, kind)
	if _, gone := errors.AsType[*AuthError](err); gone || err == nil && s.Session != c.Session.ID {
		return Factor{}, nil, errs.New(errs.Conflict, "this took too long, or too many attempts: begin again")
	}
	if err != nil {
		return Factor{}, nil, err
	}
	f, err := factor(state)
	if err != nil {
		return Factor{}, nil, err
	}
	if f.Name = strings.TrimSpace(f.Name); f.Name == "" || len(f.Name) > 100 {
		return Factor{}, nil, &FieldError{"name", errs.New(errs.Invalid, "a name of at most 100 bytes is wanted")}
	}
	if err := x.steps.end(ctx, token); err != nil {
		return Factor{}, nil, err
	}
	var codes, hashes []string
	if len(before) == 0 {
		codes, hashes = newCodes(c.Account.ID)
	}
	if err := x.o.Factors.Add(ctx, f, hashes); err != nil {
		return Factor{}, nil, fmt.Errorf("add a factor: %w", err)
	}
	return f, codes, nil
}

// Remove takes away one of the caller's factors.
func (x *Enrolment) Remove(ctx context.Context, c Caller, factor string) error {
	if err := ownProof(c); err != nil {
		return err
	}
	return x.o.Factors.Remove(ctx, c.Account.ID, factor)
}

// NewCodes returns recovery codes in the place of those before. They are shown once.
func (x *Enrolment) NewCodes(ctx context.Context, c Caller) ([]string, error) {
	fs, err := x.may(ctx, c)
	if err != nil && len(fs) == 0 {
		return nil, err
	}
	if len(fs) == 0 {
		return nil, errs.New(errs.Conflict, "recovery codes stand in for a second factor: set one up first")
	}
	codes, hashes := newCodes(c.Account.ID)
	if err := x.o.Codes.Set(ctx, c.Account.ID, hashes); err != nil {
		return nil, fmt.Errorf("keep recovery codes: %w", err)
	}
	return codes, nil
}

// Reset takes away all of a member's factors, who has lost them. Nobody does that
// to somebody who may do more than they may.
func (x *Enrolment) Reset(ctx context.Context, c Caller, member string) error {
	return x.o.Factors.Clear(ctx, c.Org.ID, member, func(rs []Role) error {
		for _, r := range rs {
			if err := c.mayGrant(r); err != nil {
				return errs.New(errs.Denied, "the member may do what you may not: %v", errs.Message(err))
			}
		}
		return nil
	})
}

// Reseal seals what is kept of a factor with the key of now.
func (f Factor) Reseal(keys Keys) ([]byte, error) {
	plain, err := keys.Unseal(f.Sealed, f.Context())
	if err != nil {
		return nil, err
	}
	return keys.Seal(plain, f.Context())
}

package portal

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/passkey"
	"sallyport/internal/totp"
)

// FactorKind is what somebody proves themselves with beside a password.
type FactorKind string

// The kinds.
const (
	TOTP    FactorKind = "totp"    // codes of an authenticator app
	Passkey FactorKind = "passkey" // a passkey or a security key
)

// FactorKinds lists the kinds.
func FactorKinds() []FactorKind { return []FactorKind{TOTP, Passkey} }

// Factor is one of somebody's second factors.
type Factor struct {
	ID         string
	Account    string
	Kind       FactorKind
	Name       string // what the person calls it
	Credential string // of a passkey: its id
	Sealed     []byte // of an app: the secret; of a passkey: what it is known by
	Used       int64  // of an app: the step of the last code that was taken
	CreatedAt  time.Time
	SeenAt     time.Time // when it proved somebody last; zero for never
}

// Context binds what is sealed to its factor.
func (f Factor) Context() []byte { return []byte("factor\x00" + f.ID) }

// Factors keeps second factors.
type Factors interface {
	// List returns an account's factors, the oldest first.
	List(ctx context.Context, account string) ([]Factor, error)
	// Add keeps a factor, and with it the hashes of recovery codes in the place of
	// those before; nil leaves them. A passkey that somebody has is a conflict.
	Add(ctx context.Context, f Factor, codes []string) error
	// Use notes that a factor proved somebody: with a code of a later step than
	// before, or else it is a conflict.
	Use(ctx context.Context, f Factor, at time.Time) error
	// Remove deletes a factor; with the last one the recovery codes go. The last one
	// is a conflict where an organization of the account wants one.
	Remove(ctx context.Context, account, factor string) error
	// Clear deletes all of a member's factors and recovery codes, and ends their
	// sessions in the organization; check is asked about the roles that they have. A
	// member of another organization as well is a conflict.
	Clear(ctx context.Context, org, account string, check func([]Role) error) error
	// Account returns the account of an id that may sign in.
	Account(ctx context.Context, id string) (Account, error)
}

// Codes keeps the hashes of recovery codes.
type Codes interface {
	// Left counts those of an account that were not used.
	Left(ctx context.Context, account string) (int, error)
	// Set replaces an account's codes.
	Set(ctx context.Context, account string, hashes []string) error
	// Use uses one up; one that there is not, or that was used, is not found.
	Use(ctx context.Context, account, hash string, at time.Time) error
}

// ProofMethod is how somebody proves who they are.
type ProofMethod string

// The methods.
const (
	ProofPassword ProofMethod = "password"
	ProofTOTP     ProofMethod = "totp"     // a code of an authenticator app
	ProofRecovery ProofMethod = "recovery" // a recovery code
	ProofPasskey  ProofMethod = "passkey"
	ProofSAML     ProofMethod = "saml" // at the organization's identity provider
)

// ProofMethods lists the methods.
func ProofMethods() []ProofMethod {
	return []ProofMethod{ProofPassword, ProofTOTP, ProofRecovery, ProofPasskey, ProofSAML}
}

// Answer is what somebody gives as a second factor: one of them.
type Answer struct {
	Code    string // of an authenticator app, or a recovery code
	Passkey []byte // what the browser answers, as JSON
}

// errNoProof says that an answer proves nobody.
var errNoProof = errors.New("the answer is not right")

// verifier checks second factors.
type verifier struct {
	o     *Options
	codes *limiter // attempts at the codes of an account, from anywhere
}

// check returns by what an answer proves an account. One that does not is
// errNoProof. State is what a passkey was asked.
func (v *verifier) check(ctx context.Context, a Account, ans Answer, state []byte) (ProofMethod, error) {
	fs, err := v.o.Factors.List(ctx, a.ID)
	if err != nil {
		return "", fmt.Errorf("list factors: %w", err)
	}
	code := strings.Join(strings.Fields(ans.Code), "")
	switch {
	case len(ans.Passkey) > 0:
		return ProofPasskey, v.byPasskey(ctx, a, fs, ans.Passkey, state)
	case len(code) == totpDigits && strings.Trim(code, "0123456789") == "":
		return ProofTOTP, v.byTOTP(ctx, a, fs, code)
	case code != "":
		return ProofRecovery, v.byRecovery(ctx, a, code)
	}
	return "", errNoProof
}

const totpDigits = 6

// byTOTP checks a code. There are few enough of them that attempts are counted for
// the account, wherever they come from: who makes them knows the password.
func (v *verifier) byTOTP(ctx context.Context, a Account, fs []Factor, code string) error {
	if err := v.codes.take(a.ID); err != nil {
		return err
	}
	for _, f := range fs {
		if f.Kind != TOTP {
			continue
		}
		secret, err := v.o.Keys.Unseal(f.Sealed, f.Context())
		if err != nil {
			return fmt.Errorf("open the secret of an authenticator app: %w", err)
		}
		step, ok := totp.Verify(secret, code, v.o.Now(), f.Used)
		if !ok {
			continue
		}
		f.Used = step
		if err := v.o.Factors.Use(ctx, f, v.o.Now()); errs.KindOf(err) == errs.Conflict {
			return errNoProof // the same code, somewhere else at the same moment
		} else if err != nil {
			return fmt.Errorf("note the code: %w", err)
		}
		v.codes.giveBack(a.ID)
		return nil
	}
	return errNoProof
}

func (v *verifier) byRecovery(ctx context.Context, a Account, code string) error {
	err := v.o.Codes.Use(ctx, a.ID, hashOfCode(a.ID, code), v.o.Now())
	if errs.KindOf(err) == errs.NotFound {
		return errNoProof
	}
	return err
}

func (v *verifier) byPasskey(ctx context.Context, a Account, fs []Factor, answer, state []byte) error {
	party, err := v.party()
	if err != nil || state == nil {
		return errors.Join(err, errNoProof)
	}
	who, err := v.person(a, fs)
	if err != nil {
		return err
	}
	k, err := party.Answered(who, state, answer)
	if errs.KindOf(err) == errs.Invalid {
		return errors.Join(errNoProof, err)
	}
	if err != nil {
		return err
	}
	return v.used(ctx, fs, k)
}

// used notes that a passkey proved somebody, and refuses one that was copied.
func (v *verifier) used(ctx context.Context, fs []Factor, k passkey.Key) error {
	i := slices.IndexFunc(fs, func(f Factor) bool { return f.Credential == k.ID })
	if i < 0 || k.Cloned {
		return errNoProof
	}
	f := fs[i]
	var err error
	if f.Sealed, err = v.o.Keys.Seal(k.Data, f.Context()); err != nil {
		return fmt.Errorf("seal a passkey: %w", err)
	}
	if err := v.o.Factors.Use(ctx, f, v.o.Now()); err != nil {
		return fmt.Errorf("note the passkey: %w", err)
	}
	return nil
}

// person is an account as passkeys know it.
func (v *verifier) person(a Account, fs []Factor) (passkey.Person, error) {
	out := passkey.Person{ID: a.ID, Name: a.Email, Full: a.Name}
	for _, f := range fs {
		if f.Kind != Passkey {
			continue
		}
		data, err := v.o.Keys.Unseal(f.Sealed, f.Context())
		if err != nil {
			return out, fmt.Errorf("open a passkey: %w", err)
		}
		out.Keys = append(out.Keys, data)
	}
	return out, nil
}

// party returns the server as passkeys know it, or why they do not.
func (v *verifier) party() (*passkey.Party, error) {
	if v.o.Passkeys == nil {
		_, err := passkey.New("", "")
		return nil, err
	}
	return v.o.Passkeys, nil
}

// methods returns how an account can prove itself beside a password.
func (v *verifier) methods(ctx context.Context, account string) ([]ProofMethod, error) {
	fs, err := v.o.Factors.List(ctx, account)
	if err != nil {
		return nil, fmt.Errorf("list factors: %w", err)
	}
	left, err := v.o.Codes.Left(ctx, account)
	if err != nil {
		return nil, fmt.Errorf("count recovery codes: %w", err)
	}
	var out []ProofMethod
	has := func(k FactorKind) bool { return slices.ContainsFunc(fs, func(f Factor) bool { return f.Kind == k }) }
	if has(TOTP) {
		out = append(out, ProofTOTP)
	}
	if has(Passkey) && v.o.Passkeys != nil {
		out = append(out, ProofPasskey)
	}
	if len(fs) > 0 && left > 0 {
		out = append(out, ProofRecovery)
	}
	if len(fs) > 0 && len(out) == 0 { // passkeys alone, and the server has another name now: it still asks
		out = append(out, ProofPasskey)
	}
	return out, nil
}

// howManyCodes is how many recovery codes somebody gets.
const howManyCodes = 10

// newCodes returns recovery codes of 80 random bits, and what is kept of them.
// They are random, so that a plain hash keeps them as safe as a slow one would.
func newCodes(account string) (codes, hashes []string) {
	for range howManyCodes {
		var b [10]byte
		_, _ = rand.Read(b[:])
		text := strings.ToLower(base32.StdEncoding.EncodeToString(b[:]))
		code := text[:4] + "-" + text[4:8] + "-" + text[8:12] + "-" + text[12:]
		codes, hashes = append(codes, code), append(hashes, hashOfCode(account, code))
	}
	return codes, hashes
}

// hashOfCode is what is kept of a recovery code, however it was typed.
func hashOfCode(account, code string) string {
	plain := strings.Map(func(r rune) rune {
		if r == '-' || r == ' ' {
			return -1
		}
		return r
	}, strings.ToLower(code))
	return hashOf("recovery\x00" + account + "\x00" + plain)
}

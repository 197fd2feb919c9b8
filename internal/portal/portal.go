// Package portal is who may come in: organizations, the people in them and
// their roles, sessions, API tokens, and the links that sign in the first
// administrator.
//
// A person is one account, whatever the number of organizations; what they may
// do in one is what the roles allow together that their membership has there. Who
// a request comes from is decided again for each request, so that a role taken
// away is gone at once.
package portal

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"log/slog"
	"time"

	"sallyport/internal/letter"
	"sallyport/internal/passkey"
)

// Organization is a customer: everything belongs to one.
type Organization struct {
	ID        string
	Slug      string // its name in addresses
	Name      string
	CreatedAt time.Time
}

// Account is a person. People are not of an organization; their memberships are.
type Account struct {
	ID           string
	Email        string // as it was typed
	Name         string
	PasswordHash string `json:"-"` // in the PHC form; empty for one who has none
	CreatedAt    time.Time
	DisabledAt   time.Time // zero for one who may sign in
}

// Membership is an account's place in an organization.
type Membership struct {
	Org       string
	Account   string
	Roles     []string // ids; to join with, by the hand of whoever adds them
	State     State    // "" is [Active]
	Origin    Origin   // "" is [OriginLocal]
	Name      string   // what the organization's identity provider calls the person; "" is the account's
	UserName  string   // and by which address it knows them; "" is the account's
	Managed   bool     // the organization's identity provider signs them in, and no password
	CreatedAt time.Time
}

// Member is a person as their organization sees them: by the name and address
// that its identity provider has for them, if it has.
type Member struct {
	Account

	Roles    []Grant
	State    State
	Origin   Origin
	JoinedAt time.Time
	SeenAt   time.Time // the last request in a session; zero for never, or not lately
}

// MemberQuery says which members are wanted; what is empty does not narrow.
type MemberQuery struct {
	Who    []string // accounts by id, or by e-mail address; nil for everybody. See [Among]
	Search string   // a part of the name or the address, in any case
	Roles  []string // ids of which they have one; nil for any, or none
	After  string   // the account of whom the page before ended with
	Limit  int      // at most so many; 0 for all
}

// Among asks for some people by id or address: of an empty list for nobody, and not
// for everybody.
func Among(who []string) MemberQuery { return MemberQuery{Who: append([]string{}, who...)} }

// Organizations keeps organizations.
type Organizations interface {
	Add(ctx context.Context, o Organization) error
	// AddTold is Add for somebody who does it, whom the audit log names.
	AddTold(ctx context.Context, o Organization) error
	Get(ctx context.Context, id string) (Organization, error)
	BySlug(ctx context.Context, slug string) (Organization, error)
	// List returns all, by their slugs.
	List(ctx context.Context) ([]Organization, error)
}

// Accounts keeps people and their memberships.
type Accounts interface {
	// ByEmail returns the account of an address in the form of [EmailKey].
	ByEmail(ctx context.Context, key string) (Account, error)
	// Memberships returns where an account is an active member, the oldest first,
	// without the roles.
	Memberships(ctx context.Context, account string) ([]Membership, error)
	// Members returns people of an organization by name.
	Members(ctx context.Context, org string, q MemberQuery) ([]Member, error)
	// Join makes the membership, and the account where it is new. One that is a
	// member already is a conflict.
	Join(ctx context.Context, a Account, m Membership) error
	// SetPassword replaces a password's hash and ends the account's sessions but
	// the one to keep.
	SetPassword(ctx context.Context, account, hash, keep string) error
	// SetMember changes a member; see [People.Set].
	SetMember(ctx context.Context, org, account string, c MemberChange, at time.Time) error
	// RemoveMember ends a membership; see [People.Remove].
	RemoveMember(ctx context.Context, org, account string) error
}

// Options are what a [Portal] is made of.
type Options struct {
	Organizations Organizations
	Accounts      Accounts
	Roles         Roles
	Sessions      Sessions
	Tokens        Tokens
	Links         Links
	Factors       Factors
	Codes         Codes
	Steps         Steps
	Provings      Provings
	Policies      Policies
	Devices       Devices
	Resets        Resets
	Invitations   Invitations
	Keys          Keys
	Confirmations Confirmations
	Asker         *Asker
	Hasher        *Hasher
	Managing      Managing         // nil is that of nobody
	Breached      Breached         // passwords that others have found out; nil knows none but the common ones
	Passkeys      *passkey.Party   // nil: there are none on this server
	Letters       *letter.Office   // nil: the server sends no mail
	Fresh         time.Duration    // how old a proof may be before what matters; 0 is [DefaultFresh]
	Limits        Limits           // the zero value is [DefaultLimits]
	Absolute      time.Duration    // a session's longest life; 0 is 12 hours
	Idle          time.Duration    // its end without a request; 0 is one hour
	Now           func() time.Time // nil is [time.Now]
	Log           *slog.Logger     // nil keeps none
}

// Portal signs people in and says who a request comes from.
type Portal struct {
	People    *People
	Second    *SecondStep // what comes after a password, or in its place
	Enrolment *Enrolment  // second factors
	Proofs    *Proofs     // before what matters
	Recovery  *Recovery   // of forgotten passwords
	Inviting  *Inviting
	Rules     *Rules // how an organization's people sign in

	o        Options
	attempts *attempts
}

// The ends of sessions where nothing else is said.
const (
	DefaultAbsolute = 12 * time.Hour
	DefaultIdle     = time.Hour
)

// DefaultFresh is how old a proof may be before what matters.
const DefaultFresh = 10 * time.Minute

// New returns a portal.
func New(o Options) *Portal {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Absolute == 0 {
		o.Absolute = DefaultAbsolute
	}
	if o.Idle == 0 {
		o.Idle = DefaultIdle
	}
	if o.Limits == (Limits{}) {
		o.Limits = DefaultLimits()
	}
	if o.Fresh == 0 {
		o.Fresh = DefaultFresh
	}
	if o.Managing == nil {
		o.Managing = nobodyManaged{}
	}
	p := &Portal{o: o, attempts: newAttempts(o.Limits, o.Now)}
	v, st := &verifier{o: &p.o, codes: newLimiter(o.Limits.Codes, o.Now)}, steps{&p.o}
	p.People = &People{o: &p.o}
	p.Second = &SecondStep{p, v, st}
	p.Enrolment = &Enrolment{&p.o, v, st}
	p.Proofs = &Proofs{p, v, st}
	p.Recovery, p.Inviting, p.Rules = &Recovery{p}, &Inviting{p}, &Rules{&p.o}
	return p
}

// Asker returns who writes to people that are to confirm an address.
func (p *Portal) Asker() *Asker { return p.o.Asker }

// AuthError says that nobody is signed in, and why.
type AuthError struct{ Message string }

func (e *AuthError) Error() string { return e.Message }

// FieldError is an error about one of the values that were given.
type FieldError struct {
	Field string // in the words of the API: email, name, password, current
	Err   error
}

func (e *FieldError) Error() string { return e.Err.Error() }

func (e *FieldError) Unwrap() error { return e.Err }

// FieldName returns which value it was.
func (e *FieldError) FieldName() string { return e.Field }

// nobody is the error of a request without a session or token that holds.
func nobody() error { return &AuthError{"sign in first: there is no session, or it has ended"} }

// newToken returns 256 random bits as text that needs no escaping anywhere.
func newToken() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // crypto/rand never fails: it ends the program instead
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// hashOf returns what is stored of a token. Tokens are random, so that a plain
// hash keeps them as safe as a slow one would.
func hashOf(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// Sweep forgets sessions and links that have ended. It is called now and then;
// nothing but the size of the tables depends on it. API tokens that have ended
// stay listed until somebody takes them away.
func (p *Portal) Sweep(ctx context.Context) error {
	now := p.o.Now()
	if err := p.o.Sessions.Sweep(ctx, now, now.Add(-p.o.Idle)); err != nil {
		return fmt.Errorf("sweep sessions: %w", err)
	}
	if err := p.o.Links.Sweep(ctx, now); err != nil {
		return fmt.Errorf("sweep sign-in links: %w", err)
	}
	if err := p.o.Resets.Sweep(ctx, now); err != nil {
		return fmt.Errorf("sweep links that set passwords: %w", err)
	}
	if err := p.o.Devices.Sweep(ctx, now.Add(-deviceFor)); err != nil {
		return fmt.Errorf("sweep devices: %w", err)
	}
	return nil
}

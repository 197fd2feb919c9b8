package portal

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/id"
)

// Session is one browser's stay, from sign-in to its end.
type Session struct {
	ID        string
	Account   string
	Org       string
	Method    Method
	CreatedAt time.Time
	SeenAt    time.Time
	EndsAt    time.Time // the absolute end
	Agent     string    // the browser's User-Agent
	Addr      string
	ProvedAt  time.Time   // when it was last proved to be its owner's
	Second    ProofMethod // the second factor that was part of a proof; empty for none
	Policy    Policy      // its organization's, as it is now
	Until     time.Time   // when the identity provider's word ends; zero where it does not
}

// Method says how somebody proved who they are.
type Method string

// The methods.
const (
	ByPassword Method = "password"
	ByPasskey  Method = "passkey"
	ByLink     Method = "link"
	BySAML     Method = "saml" // the organization's identity provider said so
)

// Methods lists the methods.
func Methods() []Method { return []Method{ByPassword, ByPasskey, ByLink, BySAML} }

// Sessions keeps sessions, by the hash of their token.
type Sessions interface {
	Add(ctx context.Context, hash string, s Session) error
	// Find returns whose a session is, with the account, organization and roles as
	// they are now. One of a disabled account, of no member, or of one who may not
	// enter the organization by the proof that the session has, is not found.
	Find(ctx context.Context, hash string) (Caller, error)
	// Touch notes a request.
	Touch(ctx context.Context, session string, at time.Time) error
	// List returns an account's sessions, the newest first.
	List(ctx context.Context, account string) ([]Session, error)
	// End ends one session of an account.
	End(ctx context.Context, account, session string) error
	// Refused tells of a sign-in that was refused, in the audit logs of the
	// account's organizations; in the server's own where there is no such account,
	// so that it takes as long.
	Refused(ctx context.Context, account string, from From) error
	// Sweep deletes the sessions that ended before now, or saw nobody since.
	Sweep(ctx context.Context, now, since time.Time) error
}

// From is where a request comes from.
type From struct {
	Addr  string // the client's network address
	Agent string // its User-Agent
}

// Credentials are what somebody signs in with.
type Credentials struct {
	Email    string
	Password string
	Org      string // slug of the organization; empty is the first one joined
}

// touchEvery is how stale the time of a session's last request may be.
const touchEvery = time.Minute

// wrong is the answer to any credentials that do not fit: it does not say which
// part was wrong, nor whether there is such an account.
func wrong() error { return &AuthError{"the e-mail address or the password is not right"} }

// SignIn checks a password and opens a session; old, the token of the session
// that the browser had, ends. It returns the session's token. Where the password
// does not do alone the error is a [SecondFactorError].
func (p *Portal) SignIn(ctx context.Context, c Credentials, from From, old string) (string, Caller, error) {
	key := EmailKey(c.Email)
	if err := p.attempts.take(ctx, key, from); err != nil {
		return "", Caller{}, err
	}
	a, err := p.o.Accounts.ByEmail(ctx, key)
	if err != nil && errs.KindOf(err) != errs.NotFound {
		return "", Caller{}, fmt.Errorf("find account: %w", err)
	}
	tried := a.ID
	if !a.DisabledAt.IsZero() {
		a = Account{}
	}
	ok, outdated, err := p.o.Hasher.Verify(ctx, a.PasswordHash, c.Password)
	if err != nil {
		return "", Caller{}, fmt.Errorf("verify password: %w", err)
	}
	if !ok {
		if err := p.o.Sessions.Refused(ctx, tried, from); err != nil {
			return "", Caller{}, fmt.Errorf("tell of the refusal: %w", err)
		}
		return "", Caller{}, wrong()
	}
	m, err := p.membership(ctx, a.ID, c.Org)
	if err != nil {
		return "", Caller{}, err
	}
	if outdated {
		p.rehash(ctx, a, c.Password)
	}
	return p.Second.after(ctx, a, m, from, old)
}

// rehash renews a hash of another cost, now that the password is known. It may
// fail: the old one still holds.
func (p *Portal) rehash(ctx context.Context, a Account, password string) {
	hash, err := p.o.Hasher.Hash(ctx, password)
	if err == nil {
		err = p.o.Accounts.SetPassword(ctx, a.ID, hash, KeepSessions)
	}
	if err != nil {
		p.o.Log.WarnContext(ctx, "password not hashed anew", "err", err, "account", a.ID)
	}
}

// KeepSessions ends no session, where a password is the same as before.
const KeepSessions = "*"

// membership chooses the organization that somebody enters.
func (p *Portal) membership(ctx context.Context, account, slug string) (Membership, error) {
	ms, err := p.o.Accounts.Memberships(ctx, account)
	if err != nil {
		return Membership{}, fmt.Errorf("list memberships: %w", err)
	}
	managed := false
	for _, m := range ms {
		if managed = managed || m.Managed; m.Managed {
			continue
		}
		if slug == "" {
			return m, nil
		}
		o, err := p.o.Organizations.Get(ctx, m.Org)
		if err != nil {
			return Membership{}, fmt.Errorf("read organization: %w", err)
		}
		if o.Slug == slug {
			return m, nil
		}
	}
	if managed {
		return Membership{}, &AuthError{"your organization signs in through its identity provider: choose Sign in with Okta"}
	}
	return Membership{}, wrong()
}

// opening is by what a session is opened.
type opening struct {
	By     Method
	Second ProofMethod // the second factor that was part of it, if any
}

// open starts a session, with a token that nobody has seen before.
func (p *Portal) open(ctx context.Context, m Membership, by opening, from From, old string) (string, Caller, error) {
	now := p.o.Now()
	token := newToken()
	s := Session{
		ID: id.At(now), Account: m.Account, Org: m.Org, Method: by.By, CreatedAt: now, SeenAt: now, EndsAt: now.Add(p.o.Absolute),
		Agent: shorten(from.Agent, 300), Addr: from.Addr, ProvedAt: now, Second: by.Second,
	}
	if err := p.o.Sessions.Add(ctx, hashOf(token), s); err != nil {
		return "", Caller{}, fmt.Errorf("open session: %w", err)
	}
	if old != "" {
		p.replace(ctx, old)
	}
	c, err := p.o.Sessions.Find(ctx, hashOf(token))
	if errs.KindOf(err) == errs.NotFound { // disabled, or a member no more: it does not hold
		return "", Caller{}, errors.Join(nobody(), p.o.Sessions.End(ctx, s.Account, s.ID))
	}
	if err != nil {
		return "", Caller{}, fmt.Errorf("read the new session: %w", err)
	}
	p.o.told(ctx, c)
	return token, c, nil
}

// replace ends the session that a browser had before. It ends by itself as well:
// that it could not be ended is no reason to keep somebody out.
func (p *Portal) replace(ctx context.Context, token string) {
	before, err := p.o.Sessions.Find(ctx, hashOf(token))
	if err == nil {
		err = p.o.Sessions.End(ctx, before.Account.ID, before.Session.ID)
	}
	if err != nil && errs.KindOf(err) != errs.NotFound {
		p.o.Log.WarnContext(ctx, "session that was replaced not ended", "err", err)
	}
}

func shorten(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return s[:n]
}

// Enter returns who a session's token belongs to, and notes the request.
func (p *Portal) Enter(ctx context.Context, token string) (Caller, error) {
	c, err := p.Look(ctx, token)
	if err != nil {
		return c, err
	}
	if now := p.o.Now(); now.Sub(c.Session.SeenAt) >= touchEvery {
		if err := p.o.Sessions.Touch(ctx, c.Session.ID, now); err != nil {
			return Caller{}, fmt.Errorf("touch session: %w", err)
		}
		c.Session.SeenAt = now
	}
	return c, nil
}

// Look is Enter for what is no request of a person: it does not keep an idle
// session open.
func (p *Portal) Look(ctx context.Context, token string) (Caller, error) {
	c, err := p.o.Sessions.Find(ctx, hashOf(token))
	if errs.KindOf(err) == errs.NotFound {
		return Caller{}, nobody()
	}
	if err != nil {
		return Caller{}, fmt.Errorf("find session: %w", err)
	}
	if p.o.ended(c.Session, p.o.Now()) {
		return Caller{}, nobody()
	}
	return c, nil
}

// Sessions returns the sessions of an account that have not ended.
func (p *Portal) Sessions(ctx context.Context, account string) ([]Session, error) {
	all, err := p.o.Sessions.List(ctx, account)
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	out := []Session{}
	for _, s := range all {
		if !p.o.ended(s, p.o.Now()) {
			out = append(out, s)
		}
	}
	return out, nil
}

// EndSession ends one of an account's sessions.
func (p *Portal) EndSession(ctx context.Context, account, session string) error {
	return p.o.Sessions.End(ctx, account, session)
}

// ChangePassword replaces the caller's password, given the one that they have,
// and ends their other sessions.
func (p *Portal) ChangePassword(ctx context.Context, c Caller, current, next string, from From) error {
	if c.Session.ID == "" {
		return errs.New(errs.Denied, "a password is changed by its owner in a session, not by an API token")
	}
	if err := mayHavePassword(ctx, &p.o, c.Account.ID); err != nil {
		return err
	}
	if err := p.o.checkPassword(next, c.Account.Email, c.Account.Name); err != nil {
		return err
	}
	key := EmailKey(c.Account.Email)
	if err := p.attempts.take(ctx, key, from); err != nil {
		return err
	}
	a, err := p.o.Accounts.ByEmail(ctx, key)
	if err != nil {
		return fmt.Errorf("find account: %w", err)
	}
	ok, _, err := p.o.Hasher.Verify(ctx, a.PasswordHash, current)
	if err != nil {
		return fmt.Errorf("verify password: %w", err)
	}
	if !ok {
		return &FieldError{"current", errs.New(errs.Invalid, "the present password is not right")}
	}
	p.attempts.succeeded(key, from)
	hash, err := p.o.Hasher.Hash(ctx, next)
	if err != nil {
		return fmt.Errorf("hash password: %w", err)
	}
	if err := p.o.Accounts.SetPassword(ctx, a.ID, hash, c.Session.ID); err != nil {
		return fmt.Errorf("set password: %w", err)
	}
	return nil
}

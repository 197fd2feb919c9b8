package portal

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"sallyport/internal/errs"
	"sallyport/internal/id"
)

// SSODirectory finds organizations and people for single sign-on.
type SSODirectory interface {
	// Organization returns the organization of a slug or, without regard to letter
	// case, a name, if single sign-on is enabled there.
	Organization(ctx context.Context, name string) (Organization, error)
	// OrganizationsOf returns those with single sign-on that an account is a member
	// of, by the key of its address.
	OrganizationsOf(ctx context.Context, key string) ([]Organization, error)
	// Only returns the server's organization where there is one alone, if single
	// sign-on is enabled there.
	Only(ctx context.Context) (Organization, error)
	// Entrances returns the organizations that an account is an active member of.
	Entrances(ctx context.Context, account, session string) ([]Entrance, error)
	// Switch opens a session in the place of another, with what that may enter and
	// one more organization, by password.
	Switch(ctx context.Context, old, hash string, s Session) error
	// EndSessions ends what sessions may do in an organization by its identity
	// provider's word: of a person, in some of their sessions there or in all. It
	// returns the sessions that ended.
	EndSessions(ctx context.Context, w Whose) ([]Session, error)
	// Grant returns what a session was granted in its organization.
	Grant(ctx context.Context, session string) (NameGrant, error)
}

// Whose says whose sessions end in an organization: of a NameID, an address, or
// an id that the identity provider pushed; the empty ones are not looked for.
type Whose struct {
	Org      string
	Key      string   // of the NameID
	Sessions []string // only these, of the identity provider; empty is all
	Address  string   // key of the e-mail address: all sessions there, whatever the proof
	External string   // id of the user at the identity provider
	Rule     string   // what is told in the audit log
}

// NameGrant is by which name the identity provider knows who has a session.
type NameGrant struct {
	Method              Method
	NameID, NameFormat  string
	SessionIndex, OrgID string
}

// Entrance is an organization that somebody may enter.
type Entrance struct {
	Organization

	Managed bool // its identity provider signs them in, and no password
	Granted bool // the session entered it before
	Proven  bool // the session was opened with the password
}

// Entrances returns the organizations that the caller may switch to. One who came
// through an identity provider is shown only those that their browser knows: that
// word proves nothing about the others, and does not show which there are.
func (s *SSO) Entrances(ctx context.Context, c Caller, known []string) ([]Entrance, error) {
	if c.Session.ID == "" {
		return nil, errs.New(errs.Denied, "an API token is of one organization")
	}
	all, err := s.o.Directory.Entrances(ctx, c.Account.ID, c.Session.ID)
	if err != nil {
		return nil, fmt.Errorf("list organizations: %w", err)
	}
	return slices.DeleteFunc(all, func(e Entrance) bool {
		return e.ID != c.Org.ID && !e.Proven && !e.Granted && !slices.Contains(known, e.Slug)
	}), nil
}

// Switching is what a switch to another organization comes to: a session there, a
// round through its identity provider, or the question for the password.
type Switching struct {
	Org          Organization
	Start        bool // a round through its identity provider is due
	WantPassword bool
	Token        string // of the new session
	Caller       Caller
}

// Switch takes the caller to another organization. Where its identity provider
// signs them in, that is asked each time. Elsewhere the password counts: given in
// this session before, or now.
func (s *SSO) Switch(ctx context.Context, c Caller, slug, password, token string, from From) (Switching, error) {
	if c.Session.ID == "" {
		return Switching{}, errs.New(errs.Denied, "an API token is of one organization")
	}
	none := errs.New(errs.NotFound, "you are no member of an organization %.60q", slug)
	all, err := s.o.Directory.Entrances(ctx, c.Account.ID, c.Session.ID)
	if err != nil {
		return Switching{}, fmt.Errorf("list organizations: %w", err)
	}
	i := slices.IndexFunc(all, func(e Entrance) bool { return e.Slug == slug })
	if i < 0 {
		return Switching{}, none
	}
	e := all[i]
	out := Switching{Org: e.Organization}
	if e.Managed {
		out.Start = true
		return out, nil
	}
	now, fresh := s.o.Now(), newToken()
	next := Session{
		ID: id.At(now), Account: c.Account.ID, Org: e.ID, Method: ByPassword, CreatedAt: now, SeenAt: now, EndsAt: c.Session.EndsAt, Agent: shorten(from.Agent, 300), Addr: from.Addr,
		Second: c.Session.Second,
	}
	if c.Session.Method != BySAML { // what one organization's identity provider says is no proof in another
		next.ProvedAt = c.Session.ProvedAt
	}
	out.WantPassword, err = s.byPassword(ctx, entering{c, e, &next, password, token}, from)
	if err != nil || out.WantPassword {
		return out, err
	}
	if err := s.o.Directory.Switch(ctx, hashOf(token), hashOf(fresh), next); err != nil {
		return Switching{}, fmt.Errorf("switch: %w", err)
	}
	s.o.Ended(c.Org.ID, c.Session.ID)
	if out.Caller, err = s.o.Portal.Look(ctx, fresh); err != nil {
		if _, nobody := errors.AsType[*AuthError](err); nobody {
			return Switching{}, none
		}
		return Switching{}, err
	}
	out.Token = fresh
	return out, nil
}

// entering is a switch to an organization without single sign-on.
type entering struct {
	c        Caller
	e        Entrance
	next     *Session // that is to be opened
	password string   // that was given; empty for none
	token    string   // of the session before
}

// byPassword proves a caller by their password where this session has not yet, or
// reports that it is wanted. Where it does not do alone the error is a
// [SecondFactorError], and the step that it names leads on.
func (s *SSO) byPassword(ctx context.Context, x entering, from From) (wanted bool, err error) {
	lacks := false
	if lacksSecond(*x.next) {
		if lacks, err = s.o.Portal.Second.Wanted(ctx, x.c.Account.ID, x.e.ID); err != nil {
			return false, err
		}
	}
	if x.e.Proven && !lacks {
		return false, nil
	}
	if x.password == "" {
		return true, nil
	}
	if err := s.o.Portal.prove(ctx, x.c, x.password, from); err != nil {
		return false, err
	}
	if x.next.ProvedAt = x.next.CreatedAt; lacks {
		_, _, err = s.o.Portal.Second.after(ctx, x.c.Account, Membership{Org: x.e.ID, Account: x.c.Account.ID}, from, x.token)
	}
	return false, err
}

// prove checks the caller's password.
func (p *Portal) prove(ctx context.Context, c Caller, password string, from From) error {
	key := EmailKey(c.Account.Email)
	if err := p.attempts.take(ctx, key, from); err != nil {
		return err
	}
	ok, _, err := p.o.Hasher.Verify(ctx, c.Account.PasswordHash, password)
	if err != nil {
		return fmt.Errorf("verify password: %w", err)
	}
	if !ok {
		if err := p.o.Sessions.Refused(ctx, c.Account.ID, from); err != nil {
			return fmt.Errorf("tell of the refusal: %w", err)
		}
		return &FieldError{"password", errs.New(errs.Invalid, "the password is not right")}
	}
	p.attempts.succeeded(key, from)
	return nil
}

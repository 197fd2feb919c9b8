package portal

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"sallyport/internal/errs"
	"sallyport/internal/saml"
)

// Where says where a sign-in goes on.
type Where struct {
	Org    *Organization  // its identity provider is asked; nil where that is not known
	Choose []Organization // one of them, where several are known
}

// Wanted is what somebody says who wants to sign in through their organization.
type Wanted struct {
	User  string // their user name, an e-mail address; may be empty
	Org   string // slug or name of the organization; may be empty
	Known []string
}

// Find returns where somebody signs in: by the organization that they name, by
// their user name if it is known in one organization alone, or by those that
// their browser has signed in to before. The zero value says that the
// organization is to be asked for; it is the same for one that there is not, for
// one without single sign-on, and for somebody who is unknown.
func (s *SSO) Find(ctx context.Context, w Wanted, from From) (Where, error) {
	key := addrKey(from.Addr)
	if err := s.asks.take(key); err != nil {
		return Where{}, err
	}
	out, err := s.find(ctx, w)
	if err == nil && (out.Org != nil || len(out.Choose) > 0) {
		s.asks.giveBack(key)
	}
	return out, err
}

func (s *SSO) find(ctx context.Context, w Wanted) (Where, error) {
	if name := strings.TrimSpace(w.Org); name != "" {
		o, err := s.o.Directory.Organization(ctx, name)
		if errs.KindOf(err) == errs.NotFound {
			return Where{}, nil
		}
		return Where{Org: &o}, err
	}
	var of []Organization
	if w.User != "" {
		var err error
		if of, err = s.o.Directory.OrganizationsOf(ctx, EmailKey(w.User)); err != nil {
			return Where{}, err
		}
		if len(of) == 1 {
			return Where{Org: &of[0]}, nil
		}
	}
	known := []Organization{}
	for _, slug := range w.Known {
		o, err := s.o.Directory.Organization(ctx, slug)
		if errs.KindOf(err) == errs.NotFound {
			continue
		}
		if err != nil {
			return Where{}, err
		}
		// Somebody who is known in several is shown those of them that this browser knows.
		if len(of) == 0 || slices.ContainsFunc(of, func(x Organization) bool { return x.ID == o.ID }) {
			known = append(known, o)
		}
	}
	if len(known) == 1 {
		return Where{Org: &known[0]}, nil
	}
	if len(known) > 0 {
		return Where{Choose: known}, nil
	}
	// Where there is one organization alone nobody has to know what it is called.
	o, err := s.o.Directory.Only(ctx)
	if errs.KindOf(err) == errs.NotFound {
		return Where{}, nil
	}
	return Where{Org: &o}, err
}

// Begin is a round through an identity provider that is to begin.
type Begin struct {
	Slug     string // of the organization
	Purpose  LoginPurpose
	Browser  string // the cookie of the browser
	ReturnTo string
	Account  string // who switches, tests or proves themselves
	Test     string
}

// Start begins a round through the identity provider of an organization: what it
// returns is what the browser carries there. An organization without single
// sign-on is not found, and so is one that there is not.
func (s *SSO) Start(ctx context.Context, b Begin, from From) (saml.Message, error) {
	if err := s.starts.take(addrKey(from.Addr)); err != nil {
		return saml.Message{}, err
	}
	none := errs.New(errs.NotFound, "there is no such organization, or it has no single sign-on")
	org, err := s.o.Portal.o.Organizations.BySlug(ctx, b.Slug)
	if errs.KindOf(err) == errs.NotFound {
		return saml.Message{}, none
	}
	if err != nil {
		return saml.Message{}, fmt.Errorf("read organization: %w", err)
	}
	set, err := s.settings(ctx, org.ID, b.Purpose)
	if errs.KindOf(err) == errs.NotFound {
		return saml.Message{}, none
	}
	if err != nil {
		return saml.Message{}, err
	}
	idp, err := s.idp(set)
	if err != nil {
		return saml.Message{}, fmt.Errorf("read metadata: %w", err)
	}
	sp, err := s.sp(ctx, org)
	if err != nil {
		return saml.Message{}, err
	}
	now := s.o.Now()
	r := LoginRequest{
		ID: saml.NewID(), Org: org.ID, Purpose: b.Purpose, Browser: hashOf(b.Browser), ReturnTo: LocalPath(b.ReturnTo), Account: b.Account, Test: b.Test,
		At: now, EndsAt: now.Add(requestFor),
	}
	m, err := sp.AuthnRequest(idp, saml.SignIn{ID: r.ID, RelayState: r.ID, ForceAuthn: b.Purpose == ForProof, Now: now})
	if err != nil {
		return m, fmt.Errorf("make the request: %w", err)
	}
	if err := s.o.Logins.AddRequest(ctx, r); err != nil {
		return m, fmt.Errorf("keep the request: %w", err)
	}
	return m, nil
}

// settings returns the settings that a round is made with: the draft's for a test,
// or else what is in force; none is not found.
func (s *SSO) settings(ctx context.Context, org string, p LoginPurpose) (SSOSettings, error) {
	if p == ForTest {
		d, err := s.o.Configs.Draft(ctx, org)
		if err == nil && d.Metadata == "" {
			err = errs.New(errs.NotFound, "the draft has no metadata")
		}
		return d.SSOSettings, err
	}
	live, err := s.o.Configs.Live(ctx, org)
	if err == nil && !live.Enabled {
		err = errs.New(errs.NotFound, "single sign-on is not enabled")
	}
	return live.SSOSettings, err
}

// knownContext binds what the cookie of known organizations holds to its use.
const knownContext = "sso known organizations"

// maxKnown is how many organizations a browser remembers.
const maxKnown = 10

// Known returns the slugs of the organizations that a browser has signed in to, by
// its cookie. One that was not made here is empty.
func (s *SSO) Known(cookie []byte) []string {
	plain, err := s.o.Sealer.Unseal(cookie, []byte(knownContext))
	if err != nil {
		return nil
	}
	var out []string
	if json.Unmarshal(plain, &out) != nil || len(out) > maxKnown {
		return nil
	}
	return out
}

// Remember returns the cookie of a browser that has signed in to one more.
func (s *SSO) Remember(cookie []byte, slug string) ([]byte, error) {
	all := slices.DeleteFunc(s.Known(cookie), func(x string) bool { return x == slug })
	all = append([]string{slug}, all...)
	text, err := json.Marshal(all[:min(len(all), maxKnown)])
	if err != nil {
		return nil, err
	}
	return s.o.Sealer.Seal(text, []byte(knownContext))
}

package portal

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"sallyport/internal/errs"
	"sallyport/internal/saml"
)

// SignOut ends the caller's session, and returns what their browser carries to the
// identity provider so that its session ends as well; ok is false where there is
// nothing to carry: they came otherwise, or it has no single logout.
func (s *SSO) SignOut(ctx context.Context, c Caller) (m saml.Message, ok bool, err error) {
	g, err := s.o.Directory.Grant(ctx, c.Session.ID)
	if err != nil && errs.KindOf(err) != errs.NotFound {
		return m, false, fmt.Errorf("read what the session was granted: %w", err)
	}
	if err := s.o.Portal.EndSession(ctx, c.Account.ID, c.Session.ID); err != nil {
		return m, false, err
	}
	s.o.Ended(c.Org.ID, c.Session.ID)
	if g.Method != BySAML {
		return m, false, nil
	}
	live, err := s.Live(ctx, c.Org.ID)
	if err != nil || !live.Enabled {
		return m, false, err
	}
	idp, err := s.idp(live.SSOSettings)
	if err != nil || len(idp.SLO) == 0 {
		return m, false, nil // the session here has ended; there, nothing can be asked for
	}
	sp, err := s.sp(ctx, c.Org)
	if err != nil {
		return m, false, err
	}
	now := s.o.Now()
	id := saml.NewID()
	m, err = sp.LogoutRequest(idp, saml.SignOut{ID: id, RelayState: id, NameID: saml.NameID{Value: g.NameID, Format: g.NameFormat}, SessionIndex: g.SessionIndex, Now: now})
	if err != nil {
		return m, false, fmt.Errorf("make the request: %w", err)
	}
	r := LoginRequest{ID: id, Org: c.Org.ID, Purpose: ForLogout, At: now, EndsAt: now.Add(requestFor)}
	return m, true, s.o.Logins.AddRequest(ctx, r)
}

// Logout is a logout message as it came: of a form, or the query as it stands in
// the address.
type Logout struct {
	Form  url.Values
	Query string
}

// LoggedOut is what a logout message came to: an answer that the browser carries
// back, or the end of a logout that began here.
type LoggedOut struct {
	Answer   saml.Message // of a request
	Ended    bool         // of our request
	Complete bool         // and the identity provider ended all it knows of
}

// TakeLogout takes a logout message of an organization's identity provider. A
// request of it ends the sessions that it opened here for the person.
func (s *SSO) TakeLogout(ctx context.Context, slug string, l Logout, from From) (LoggedOut, error) {
	org, err := s.o.Portal.o.Organizations.BySlug(ctx, slug)
	if err != nil {
		return LoggedOut{}, err
	}
	leave, err := s.enter(ctx)
	if err != nil {
		return LoggedOut{}, err
	}
	defer leave()
	out, err := s.logout(ctx, org, l)
	t, refused := refusedBy(err)
	if !refused {
		return out, err
	}
	t.Purpose = ForLogout
	return out, s.refuse(ctx, org, t, from)
}

func (s *SSO) logout(ctx context.Context, org Organization, l Logout) (LoggedOut, error) {
	read := func() (saml.Incoming, error) { return saml.FromQuery(l.Query) }
	if l.Form != nil {
		read = func() (saml.Incoming, error) { return saml.FromForm(l.Form) }
	}
	in, err := read()
	if err != nil {
		return LoggedOut{}, err
	}
	set, err := s.settings(ctx, org.ID, ForLogout)
	if errs.KindOf(err) == errs.NotFound {
		return LoggedOut{}, &saml.Refusal{Check: saml.Rule(RefusedDisabled)}
	}
	if err != nil {
		return LoggedOut{}, err
	}
	idp, err := s.idp(set)
	if err != nil {
		return LoggedOut{}, fmt.Errorf("read metadata: %w", err)
	}
	sp, err := s.sp(ctx, org)
	if err != nil {
		return LoggedOut{}, err
	}
	e := saml.Expect{IDP: idp, SP: sp, Now: s.o.Now()}
	if in.IsResponse {
		return s.logoutAnswered(ctx, org, in, e)
	}
	return s.logoutAsked(ctx, org, in, e)
}

// logoutAnswered ends a logout that began here.
func (s *SSO) logoutAnswered(ctx context.Context, org Organization, in saml.Incoming, e saml.Expect) (LoggedOut, error) {
	r, err := s.o.Logins.Request(ctx, org.ID, in.InResponseTo, e.Now)
	if errs.KindOf(err) == errs.NotFound || err == nil && (r.Purpose != ForLogout || !r.UsedAt.IsZero()) {
		return LoggedOut{}, &saml.Refusal{Check: saml.Rule(RefusedRequest), Got: shorten(in.InResponseTo, 100)}
	}
	if err != nil {
		return LoggedOut{}, err
	}
	e.InResponseTo = r.ID
	got, err := in.Response(e)
	return LoggedOut{Ended: true, Complete: got.Complete}, err
}

// logoutAsked ends the sessions that the identity provider names. A request that
// was taken before is answered again, and ends nothing that began since.
func (s *SSO) logoutAsked(ctx context.Context, org Organization, in saml.Incoming, e saml.Expect) (LoggedOut, error) {
	got, err := in.Request(e)
	if err != nil {
		return LoggedOut{}, err
	}
	err = s.o.Logins.Arrive(ctx, hashOf(newToken()), Arrival{Org: org.ID, EndsAt: e.Now}, Seen{Assertion: "logout " + got.ID, Until: got.KeepUntil}, e.Now)
	if err != nil && !errors.Is(err, ErrReplay) {
		return LoggedOut{}, err
	}
	if err == nil {
		if err := s.end(ctx, Whose{Org: org.ID, Key: NameKey(got.NameID.Value), Sessions: got.SessionIndex, Rule: "logout"}); err != nil {
			return LoggedOut{}, err
		}
	}
	m, err := e.SP.LogoutResponse(e.IDP, saml.SignedOut{ID: saml.NewID(), InResponseTo: got.ID, RelayState: got.RelayState, Status: saml.LogoutSuccess, Now: e.Now})
	if err != nil {
		return LoggedOut{}, fmt.Errorf("answer the logout: %w", err)
	}
	return LoggedOut{Answer: m}, nil
}

// end ends sessions, and tells whoever watches them.
func (s *SSO) end(ctx context.Context, w Whose) error {
	ended, err := s.o.Directory.EndSessions(ctx, w)
	if err != nil {
		return fmt.Errorf("end sessions: %w", err)
	}
	for _, x := range ended {
		s.o.Ended(x.Org, x.ID)
	}
	return nil
}

// Sweep forgets sign-ins under way that have ended.
func (s *SSO) Sweep(ctx context.Context) error {
	if err := s.o.Logins.Sweep(ctx, s.o.Now()); err != nil {
		return fmt.Errorf("sweep sign-ins: %w", err)
	}
	return nil
}

package api

import (
	"context"
	"net/http"
	"slices"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/portal"
)

var (
	_ = add("POST /api/v1/session", anyone, doc{
		Summary: "Sign in",
		Help: "Sets the session cookie. A session that the browser had ends. Where the password is right and does not do alone, the error is of the kind second_factor and no session is there yet: " +
			"its secondFactor has a token for POST /api/v1/session/second and the methods that may be used; with no method, an authenticator app is to be set up first, by POST /api/v1/session/second/app.",
	}, signIn)
	_ = add("POST /api/v1/session/link", anyone, doc{
		Summary: "Sign in by a link", Help: "The link's token stands behind the # of its address. The link of the first administrator takes their e-mail address, name and password, and holds once.",
	}, signInByLink)
	_ = add("GET /api/v1/session", signedIn, doc{Summary: "Who is signed in"}, getSession)
	_ = add("DELETE /api/v1/session", signedIn, doc{Summary: "Sign out", Status: http.StatusNoContent}, signOut)
	_ = add("GET /api/v1/sessions", signedIn, doc{Summary: "My sessions", Help: "They are for who is signed in, not for an API token."}, listSessions)
	_ = add("DELETE /api/v1/sessions/{id}", signedIn, doc{Summary: "End one of my sessions", Help: "Not for an API token."}, endSession)
	_ = add("PUT /api/v1/session/password", signedIn, doc{Summary: "Change my password", Help: "Ends my other sessions. Denied to members whose organization signs them in by its identity provider.", Fresh: true}, changePassword)
)

// Session says who is signed in, and what they may do.
type Session struct {
	Account      Person              `json:"account"`
	Organization Organization        `json:"organization"`
	Roles        []Ref               `json:"roles" doc:"of the account; an API token may do less"`
	Permissions  []portal.Permission `json:"permissions" doc:"all that the roles allow together, and a token too where it is one"`
	Method       portal.Method       `json:"method,omitempty" doc:"by which proof the session was opened; not there for an API token"`
	EndsAt       time.Time           `json:"endsAt,omitzero" doc:"when the session ends at the latest; not there for an API token"`
	Version      string              `json:"version" doc:"of the server"`
	Features     Features            `json:"features"`
}

// Person is somebody who has an account.
type Person struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Email string `json:"email"`
}

// Organization is the organization that everything shown belongs to.
type Organization struct {
	ID   string `json:"id"`
	Slug string `json:"slug"`
	Name string `json:"name"`
}

// Features are what not every server has.
type Features struct {
	Sandbox   bool `json:"sandbox" doc:"simulated tenants run beside the server, and scenarios can be rehearsed"`
	Templates bool `json:"templates" doc:"there are templates to install"`
	Mail      bool `json:"mail" doc:"the server sends mail: people can be invited"`
}

func showSession(d Deps, c portal.Caller) Session {
	return Session{
		Account:      Person{c.Account.ID, c.Account.Name, c.Account.Email},
		Organization: Organization{c.Org.ID, c.Org.Slug, c.Org.Name},
		Roles:        each(c.Roles, roleRef), Permissions: c.Permissions(), Method: c.Session.Method, EndsAt: c.Session.EndsAt, Version: d.Version,
		Features: Features{Sandbox: sandboxFor(d, c), Templates: d.Templates != nil, Mail: mailReady(d) == nil},
	}
}

// signedInOut is a session with the cookie that holds it.
type signedInOut struct {
	Session

	cookie *http.Cookie
}

func (o signedInOut) header(h http.Header) { h.Add("Set-Cookie", o.cookie.String()) }

type signInIn struct {
	Email        string `json:"email" min:"1" max:"254"`
	Password     string `json:"password" min:"1" max:"1024"`
	Organization string `json:"organization,omitempty" doc:"slug of the organization to enter; the first one joined where nothing is said"`
	From         portal.From
	Old          sessionToken
}

func signIn(ctx context.Context, d Deps, _ portal.Caller, in signInIn) (signedInOut, error) {
	token, c, err := d.Portal.SignIn(ctx, portal.Credentials{Email: in.Email, Password: in.Password, Org: in.Organization}, in.From, string(in.Old))
	if err != nil {
		return signedInOut{}, err
	}
	return signedInOut{showSession(d, c), sessionCookie(d.BaseURL, token)}, nil
}

type signInByLinkIn struct {
	Token    string `json:"token" min:"1" max:"200"`
	Email    string `json:"email,omitempty" max:"254" doc:"for the first administrator"`
	Name     string `json:"name,omitempty" max:"200" doc:"for the first administrator"`
	Password string `json:"password,omitempty" max:"1024" doc:"for the first administrator: at least 12 characters"`
	From     portal.From
	Old      sessionToken
}

func signInByLink(ctx context.Context, d Deps, _ portal.Caller, in signInByLinkIn) (signedInOut, error) {
	who := portal.NewAccount{Email: in.Email, Name: in.Name, Password: in.Password}
	token, c, err := d.Portal.UseLink(ctx, in.Token, who, in.From, string(in.Old))
	if err != nil {
		return signedInOut{}, err
	}
	return signedInOut{showSession(d, c), sessionCookie(d.BaseURL, token)}, nil
}

func getSession(_ context.Context, d Deps, c portal.Caller, _ none) (Session, error) {
	return showSession(d, c), nil
}

// sessionCookie returns the cookie that holds a session's token, or with the
// empty one that takes it away. It goes when the browser is closed.
func sessionCookie(base, token string) *http.Cookie {
	c := &http.Cookie{Name: cookieName(base), Value: token, Path: "/", HttpOnly: true, Secure: secure(base), SameSite: http.SameSiteLaxMode} //nolint:gosec // not Secure on plain http alone
	if token == "" {
		c.MaxAge = -1
	}
	return c
}

// signedOut is nothing, and the cookie taken away.
type signedOut struct{ cookie *http.Cookie }

func (o signedOut) header(h http.Header) { h.Add("Set-Cookie", o.cookie.String()) }

func signOut(ctx context.Context, d Deps, c portal.Caller, _ none) (signedOut, error) {
	if c.Session.ID != "" {
		if err := closeSession(ctx, d, c, c.Session.ID); err != nil {
			return signedOut{}, err
		}
	}
	return signedOut{sessionCookie(d.BaseURL, "")}, nil
}

// SessionEntry is one of somebody's sessions.
type SessionEntry struct {
	ID        string        `json:"id"`
	Current   bool          `json:"current" doc:"the one that asks"`
	Method    portal.Method `json:"method"`
	Agent     string        `json:"agent" doc:"the browser's User-Agent"`
	Addr      string        `json:"addr"`
	CreatedAt time.Time     `json:"createdAt"`
	SeenAt    time.Time     `json:"seenAt"`
	EndsAt    time.Time     `json:"endsAt"`

	Second portal.ProofMethod `json:"second,omitempty" doc:"the second factor that was given; not there for none"`
}

// inSession refuses what is for a person and not for their programs.
func inSession(c portal.Caller) error {
	if c.Session.ID == "" {
		return errs.New(errs.Denied, "sessions are for who is signed in, not for an API token")
	}
	return nil
}

func listSessions(ctx context.Context, d Deps, c portal.Caller, _ none) ([]SessionEntry, error) {
	if err := inSession(c); err != nil {
		return nil, err
	}
	all, err := d.Portal.Sessions(ctx, c.Account.ID)
	all = slices.DeleteFunc(all, func(s portal.Session) bool { return !mayShow(c, s) })
	return each(all, func(s portal.Session) SessionEntry { return showSessionEntry(s, c) }), err
}

// mayShow reports whether the caller sees one of their account's sessions. The word
// of one organization's identity provider proves nothing about another.
func mayShow(c portal.Caller, s portal.Session) bool {
	return c.Session.Method != portal.BySAML || s.Org == c.Org.ID
}

func showSessionEntry(s portal.Session, c portal.Caller) SessionEntry {
	return SessionEntry{s.ID, s.ID == c.Session.ID, s.Method, s.Agent, s.Addr, s.CreatedAt, s.SeenAt, s.EndsAt, s.Second}
}

// idIn names the thing that a route is about.
type idIn struct {
	ID string `path:"id"`
}

func endSession(ctx context.Context, d Deps, c portal.Caller, in idIn) (none, error) {
	if err := inSession(c); err != nil {
		return none{}, err
	}
	all, err := d.Portal.Sessions(ctx, c.Account.ID)
	if err != nil {
		return none{}, err
	}
	if slices.ContainsFunc(all, func(s portal.Session) bool { return s.ID == in.ID && !mayShow(c, s) }) {
		return none{}, errs.New(errs.NotFound, "there is no such session")
	}
	return none{}, closeSession(ctx, d, c, in.ID)
}

// closeSession ends a session, and the streams that hang on it.
func closeSession(ctx context.Context, d Deps, c portal.Caller, session string) error {
	if err := d.Portal.EndSession(ctx, c.Account.ID, session); err != nil {
		return err
	}
	d.Live.Publish(c.Org.ID, SessionEnded(session))
	return nil
}

type changePasswordIn struct {
	Current  string `json:"current" min:"1" max:"1024"`
	Password string `json:"password" max:"1024" doc:"the new one: at least 12 characters, and not the e-mail address"`
	From     portal.From
}

func changePassword(ctx context.Context, d Deps, c portal.Caller, in changePasswordIn) (none, error) {
	before, err := d.Portal.Sessions(ctx, c.Account.ID)
	if err != nil {
		return none{}, err
	}
	if err := d.Portal.ChangePassword(ctx, c, in.Current, in.Password, in.From); err != nil {
		return none{}, err
	}
	tellEnded(d, before, c.Session.ID)
	return none{}, nil
}

// tellEnded ends the streams of sessions that have ended, but for one that has not.
func tellEnded(d Deps, ended []portal.Session, but string) {
	for _, s := range ended {
		if s.ID != but {
			d.Live.Publish(s.Org, SessionEnded(s.ID))
		}
	}
}

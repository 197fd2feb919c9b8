package api

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/url"
	"time"

	"sallyport/internal/portal"
)

var (
	_ = add("POST /api/v1/sso/start", anyone, doc{
		Summary: "Where somebody signs in through Okta",
		Help: "By their user name, by the organization's name, or by those that the browser has signed in to before. With go, send the browser to the url. With choose, let the person choose and ask again with that organization. " +
			"With organization, ask for it: the answer is the same where there is none of that name, and for anybody who is not known.",
	}, startSSO)
	_ = add("GET /api/v1/session/organizations", signedIn, doc{
		Summary: "The organizations that I may switch to", Help: "One who came through Okta sees those that this browser has signed in to; the word of one organization's Okta proves nothing about another.",
	}, listEntrances)
	_ = add("POST /api/v1/session/switch", signedIn, doc{
		Summary: "Switch to another organization",
		Help:    "With go, send the browser to the url: the organization's Okta is asked, each time. With password, ask for the password and come again with it. With done the session is a new one, and its cookie is set.",
	}, switchOrganization)
)

// SSOWhere says where a sign-in goes on.
type SSOWhere struct {
	Next          string         `json:"next" enum:"go,choose,organization"`
	URL           string         `json:"url,omitempty" doc:"of go"`
	Organizations []Organization `json:"organizations,omitempty" doc:"of choose"`
}

type startSSOIn struct {
	User         string `json:"user,omitempty" max:"254" doc:"the user name, an e-mail address"`
	Organization string `json:"organization,omitempty" max:"200" doc:"its name, or its name in addresses"`
	ReturnTo     string `json:"returnTo,omitempty" max:"2000" doc:"a path of the console"`
	From         portal.From
	Known        knownOrgs
}

func startSSO(ctx context.Context, d Deps, _ portal.Caller, in startSSOIn) (SSOWhere, error) {
	where, err := d.SSO.Find(ctx, portal.Wanted{User: in.User, Org: in.Organization, Known: d.SSO.Known(in.Known)}, in.From)
	switch {
	case err != nil:
		return SSOWhere{}, err
	case where.Org != nil:
		return SSOWhere{Next: "go", URL: startURL(d, where.Org.Slug, in.ReturnTo, "")}, nil
	case len(where.Choose) > 0:
		return SSOWhere{Next: "choose", Organizations: each(where.Choose, showOrganization)}, nil
	}
	return SSOWhere{Next: "organization"}, nil
}

func showOrganization(o portal.Organization) Organization { return Organization{o.ID, o.Slug, o.Name} }

// startURL is where a round through an organization's identity provider begins.
func startURL(d Deps, slug, returnTo string, purpose portal.LoginPurpose) string {
	q := url.Values{}
	if to := portal.LocalPath(returnTo); to != "" {
		q.Set("return_to", to)
	}
	if purpose != "" {
		q.Set("purpose", string(purpose))
	}
	out := d.BaseURL + startPath + slug
	if len(q) > 0 {
		out += "?" + q.Encode()
	}
	return out
}

// Entrance is an organization that somebody may switch to.
type Entrance struct {
	Organization

	Current bool `json:"current" doc:"they are in it"`
	Okta    bool `json:"okta" doc:"its Okta is asked when they switch to it"`
}

type listEntrancesIn struct{ Known knownOrgs }

func listEntrances(ctx context.Context, d Deps, c portal.Caller, in listEntrancesIn) ([]Entrance, error) {
	all, err := d.SSO.Entrances(ctx, c, d.SSO.Known(in.Known))
	return each(all, func(e portal.Entrance) Entrance {
		return Entrance{showOrganization(e.Organization), e.ID == c.Org.ID, e.Managed}
	}), err
}

// Switched is what a switch to another organization came to.
type Switched struct {
	Next    string   `json:"next" enum:"go,password,done"`
	URL     string   `json:"url,omitempty" doc:"of go"`
	Session *Session `json:"session,omitempty" doc:"of done"`
}

// switchedOut is that with the cookie of the new session, if there is one.
type switchedOut struct {
	Switched

	cookie *http.Cookie
}

func (o switchedOut) header(h http.Header) {
	if o.cookie != nil {
		h.Add("Set-Cookie", o.cookie.String())
	}
}

type switchIn struct {
	Organization string `json:"organization" min:"1" max:"200" doc:"its name in addresses"`
	Password     string `json:"password,omitempty" max:"1024"`
	ReturnTo     string `json:"returnTo,omitempty" max:"2000" doc:"a path of the console"`
	From         portal.From
	Old          sessionToken
}

func switchOrganization(ctx context.Context, d Deps, c portal.Caller, in switchIn) (switchedOut, error) {
	got, err := d.SSO.Switch(ctx, c, in.Organization, in.Password, string(in.Old), in.From)
	switch {
	case err != nil:
		return switchedOut{}, err
	case got.Start:
		return switchedOut{Switched: Switched{Next: "go", URL: startURL(d, got.Org.Slug, in.ReturnTo, portal.ForSwitch)}}, nil
	case got.WantPassword:
		return switchedOut{Switched: Switched{Next: "password"}}, nil
	}
	s := showSession(d, got.Caller)
	return switchedOut{Switched{Next: "done", Session: &s}, sessionCookie(d.BaseURL, got.Token)}, nil
}

// The cookies of a sign-in: which browser began it, and where it was before.
const (
	flowCookie  = "-flow"
	knownCookie = "-known"
	knownFor    = 180 * 24 * time.Hour
)

func knownOf(base string, r *http.Request) []byte {
	c, err := r.Cookie(cookieName(base) + knownCookie)
	if err != nil {
		return nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(c.Value)
	if err != nil {
		return nil
	}
	return raw
}

func flowOf(base string, r *http.Request) string {
	c, err := r.Cookie(cookieName(base) + flowCookie)
	if err != nil || len(c.Value) < 40 {
		return ""
	}
	return c.Value
}

// besideCookie is a cookie beside the session's.
func besideCookie(base, name, value string, age time.Duration) *http.Cookie {
	return &http.Cookie{Name: cookieName(base) + name, Value: value, Path: "/", MaxAge: int(age.Seconds()), HttpOnly: true, Secure: secure(base), SameSite: http.SameSiteLaxMode} //nolint:gosec // not Secure on plain http alone
}

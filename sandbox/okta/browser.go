package okta

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// sessionCookie is the cookie of a browser that is signed in.
const sessionCookie = "sid"

// exclusively runs the handler of a page under the org's lock: pages write
// events, whatever their method is.
func exclusively(h handler) handler {
	return func(c *call) (answer, error) {
		c.mu.Lock()
		defer c.mu.Unlock()
		return h(c)
	}
}

// pageRoute is a route of a page, for everybody.
func pageRoute(method, path string, h handler) route {
	return route{method: method, path: path, handle: exclusively(h), unlocked: true}
}

// form returns the fields that a page was sent.
func (c *call) form() url.Values {
	values, err := url.ParseQuery(string(c.body))
	if err != nil {
		return url.Values{}
	}
	return values
}

// visitor returns who is signed in with the browser of a call.
func visitor(c *call) (*user, *session, bool) {
	cookie, err := c.r.Cookie(sessionCookie)
	if err != nil || cookie.Value == "" {
		return nil, nil, false
	}
	hash := digest(cookie.Value)
	id, known := c.browsers[hash]
	if !known {
		return nil, nil, false
	}
	u, found := c.dir.users.get(id.user)
	if !found {
		delete(c.browsers, hash)
		return nil, nil, false
	}
	for _, s := range u.sessions {
		if s.id == id.session && s.expires.After(c.now()) {
			c.actor, c.session = userActor(u), s.id
			return u, s, true
		}
	}
	delete(c.browsers, hash)
	return nil, nil, false
}

// browser says whose session a cookie is.
type browser struct{ user, session string }

// maxBrowsers bounds how many cookies are remembered.
const maxBrowsers = 100_000

// enter signs somebody in with the browser of a call. Seeded people have
// passwords that nobody knows, so none is asked for.
func enter(c *call, name string) (u *user, s *session, cookie string) {
	u, found := c.dir.find(strings.TrimSpace(name))
	if !found {
		return nil, nil, ""
	}
	c.actor, c.session, c.path = userActor(u), c.ids.session(), "/idp/idx/identify"
	if !c.tryIn(u, Entry{Factor: anyFactor}) {
		return nil, nil, ""
	}
	c.path = c.r.URL.Path
	secret := c.ids.secret(32)
	if len(c.browsers) >= maxBrowsers {
		clear(c.browsers)
	}
	c.browsers[digest(secret)] = browser{u.id, c.session}
	x := http.Cookie{Name: sessionCookie, Value: secret, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: strings.HasPrefix(c.base, "https:")} //nolint:gosec // the sandbox is reached by http as a rule
	return u, u.sessions[len(u.sessions)-1], x.String()
}

// withCookie has an answer set a cookie, if there is one to set.
func withCookie(a answer, cookie string) answer {
	if cookie != "" && a.header != nil {
		a.header.Add("Set-Cookie", cookie)
	}
	return a
}

// signInPage asks who it is. What the browser has to bring again is given.
type signInPage struct {
	Org, App, Problem, Name string
	Hidden                  url.Values
	People                  []string // to choose from
}

// maxChoice is how many people the page proposes.
const maxChoice = 40

// askWho answers with the sign-in page. Who has the app is proposed.
func askWho(c *call, a *app, in signInPage) (answer, error) {
	in.Org = c.company
	status := http.StatusOK
	if in.Problem != "" {
		status = http.StatusUnauthorized
	}
	if a != nil {
		in.App = a.label
	}
	for _, u := range c.dir.users.items {
		if len(in.People) == maxChoice {
			break
		}
		if u.status != Active {
			continue
		}
		if a != nil {
			if _, has := assigned(c.Org, a, u); !has {
				continue
			}
		}
		in.People = append(in.People, u.login())
	}
	return html(c, status, "signin", in)
}

// tile is an app on the dashboard.
type tile struct{ Label, URL string }

// userHome is the dashboard: the tiles of who is signed in.
func userHome(c *call) (answer, error) {
	u, _, in := visitor(c)
	cookie := ""
	if name := c.form().Get("username"); name != "" {
		if u, _, cookie = enter(c, name); u == nil {
			return askWho(c, nil, signInPage{Problem: "Unable to sign in", Name: name})
		}
		return answer{status: http.StatusSeeOther, header: http.Header{"Location": {"/app/UserHome"}, "Set-Cookie": {cookie}}}, nil
	}
	if !in {
		return askWho(c, nil, signInPage{})
	}
	var tiles []tile
	for _, a := range appsOf(c.Org, u) {
		hidden, _ := field(a.visibility, "hide", "web").(bool)
		if hidden || a.status != "ACTIVE" || a.name == "okta_enduser" {
			continue
		}
		tiles = append(tiles, tile{a.label, "/home/" + url.PathEscape(a.name) + "/" + a.id + "/aln" + a.id[3:]})
	}
	return html(c, http.StatusOK, "home", map[string]any{"Org": c.company, "Name": u.name(), "Login": u.login(), "Tiles": tiles})
}

// openTile is what a tile of the dashboard leads to.
func openTile(c *call) (answer, error) {
	id := c.arg(1)
	if rest, isProvider := strings.CutPrefix(id, "exk"); isProvider {
		id = "0oa" + rest
	}
	a, found := c.apps.all.get(id)
	if !found || a.service || a.name != c.arg(0) || a.status != "ACTIVE" {
		return message(c, http.StatusNotFound, "Page not found", "There is no such app here.")
	}
	if a.usesSAML() {
		return singleSignOn(c, a, ask{relay: a.signOnText("defaultRelayState")})
	}
	u, _, in := visitor(c)
	if !in {
		return askWho(c, a, signInPage{})
	}
	if _, has := assigned(c.Org, a, u); !has {
		return noAccess(c, a)
	}
	if to, _ := field(a.settings, "app", "url").(string); strings.HasPrefix(to, "https://") || strings.HasPrefix(to, "http://") {
		return answer{status: http.StatusSeeOther, header: http.Header{"Location": {to}}}, nil
	}
	return message(c, http.StatusOK, a.label, "The app behind this tile is not simulated.")
}

// noAccess is Okta's page for who does not have an app.
func noAccess(c *call, a *app) (answer, error) {
	c.emit("app.generic.unauth_app_access_attempt", fact{targets: targets(a), result: "FAILURE"})
	return message(c, http.StatusForbidden, "User is not assigned to this application",
		"Sorry, you can't access "+a.label+" because you are not assigned this app in Okta. If you're wondering why this is happening, please contact your administrator.")
}

// forget takes the cookies of a session out of the memory.
func (o *Org) forget(sessions ...*session) {
	for hash, b := range o.browsers {
		if slices.ContainsFunc(sessions, func(s *session) bool { return s.id == b.session }) {
			delete(o.browsers, hash)
		}
	}
}

package okta

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"

	"sallyport/sandbox/okta/samlidp"
)

// participant is an app that somebody has signed in to in a session.
type participant struct{ app, nameID, format, index string }

// departure is a session that ends: which apps still have to be told, and what
// comes after them.
type departure struct {
	rest  []participant
	login string
	// asked is the request of the app that began it; nil when that was the
	// person.
	asked *samlidp.Message
	by    string // id of that app
}

// maxDepartures bounds how many are remembered that a browser never finished.
const maxDepartures = 1000

// signOut ends the session of a browser, and leads it through the apps that
// take part.
func signOut(c *call) (answer, error) {
	u, s, in := visitor(c)
	if !in {
		return signedOut(c)
	}
	return c.depart(u, s, departure{login: u.login()})
}

// depart ends a session here and tells the first app.
func (c *call) depart(u *user, s *session, d departure) (answer, error) {
	told := map[string]bool{d.by: true}
	for _, p := range slices.Backward(s.participants) {
		if a, ok := c.apps.all.get(p.app); ok && a.signOnFlag("participateSlo", "enabled") && !told[p.app] {
			told[p.app] = true
			d.rest = append(d.rest, p)
		}
	}
	u.sessions = slices.DeleteFunc(u.sessions, func(x *session) bool { return x == s })
	c.forget(s)
	c.emit("user.session.end", fact{targets: targets(u), debug: map[string]any{"endedSessionId": s.id}})
	out, err := c.next(d)
	if err == nil {
		out.header.Add("Set-Cookie", (&http.Cookie{Name: sessionCookie, Path: "/", MaxAge: -1, HttpOnly: true}).String()) //nolint:gosec // it takes the cookie away
	}
	return out, err
}

// next tells the next app of a departure; after the last, the app that asked.
func (c *call) next(d departure) (answer, error) {
	for len(d.rest) > 0 {
		p := d.rest[0]
		d.rest = d.rest[1:]
		a, ok := c.apps.all.get(p.app)
		if !ok {
			continue
		}
		l, err := c.logout(a, a.signOnText("participateSlo", "logoutRequestUrl"))
		if err != nil {
			return answer{}, err
		}
		l.NameID, l.NameIDFormat = p.nameID, p.format
		if a.signOnFlag("participateSlo", "sessionIndexRequired") {
			l.SessionIndex = p.index
		}
		b, err := l.Request()
		if err != nil {
			return answer{}, err
		}
		if len(c.departures) >= maxDepartures {
			clear(c.departures)
		}
		c.departures[l.ID] = d
		return postOn(c, l.Destination, "Signing out of "+a.label, url.Values{"SAMLRequest": {base64.StdEncoding.EncodeToString(b)}, "RelayState": {l.ID}})
	}
	if a, ok := c.apps.all.get(d.by); ok && d.asked != nil {
		return c.answerLogout(a, d.asked)
	}
	return signedOut(c)
}

// logout begins a logout message of an app.
func (c *call) logout(a *app, to string) (samlidp.Logout, error) {
	key, err := a.activeKey().material()
	return samlidp.Logout{ID: newMessageID(c), Issuer: a.entityID(), Destination: to, Now: c.now(), Key: key, Algorithm: a.algorithm()}, err
}

func (c *call) answerLogout(a *app, m *samlidp.Message) (answer, error) {
	to := a.signOnText("slo", "logoutUrl")
	l, err := c.logout(a, to)
	if err != nil {
		return answer{}, err
	}
	l.InResponseTo = m.ID
	b, err := l.Response()
	if err != nil {
		return answer{}, err
	}
	fields := url.Values{"SAMLResponse": {base64.StdEncoding.EncodeToString(b)}}
	if m.RelayState != "" {
		fields.Set("RelayState", m.RelayState)
	}
	return postOn(c, to, "Signing out", fields)
}

func signedOut(c *call) (answer, error) {
	return message(c, http.StatusOK, "You are signed out", "You can sign in again at /app/UserHome.")
}

// takeLogout is where service providers ask for a logout, and where they
// answer the org's own.
func takeLogout(c *call) (answer, error) {
	a, known := findIdentityProvider(c, c.arg(1))
	if !known || a.name != c.arg(0) || a.status != "ACTIVE" {
		return message(c, http.StatusNotFound, "Page not found", "There is no such app here.")
	}
	read := func() (samlidp.Message, error) { return samlidp.FromForm(c.form()) }
	if c.r.Method == http.MethodGet {
		read = func() (samlidp.Message, error) { return samlidp.FromQuery(c.query) }
	}
	m, err := read()
	if err != nil {
		return message(c, http.StatusBadRequest, "400", "Bad SAML request: "+err.Error())
	}
	cert := a.spCertificate()
	switch {
	case cert == nil || m.Verify(cert) != nil:
		return message(c, http.StatusBadRequest, "400", "The signature of the logout message is not that of the app.")
	case m.Kind == "LogoutResponse":
		d, waiting := c.departures[m.InResponseTo]
		if !waiting {
			return signedOut(c)
		}
		delete(c.departures, m.InResponseTo)
		return c.next(d)
	case m.Kind != "LogoutRequest" || !a.signOnFlag("slo", "enabled"):
		return message(c, http.StatusBadRequest, "400", "Single logout is not enabled for this app.")
	case a.signOnText("slo", "issuer") != "" && m.Issuer != a.signOnText("slo", "issuer"):
		return message(c, http.StatusBadRequest, "400", "The issuer of the logout request is not that of the app.")
	}
	return c.singleLogout(a, &m)
}

// singleLogout ends the session that a service provider names: that of the
// browser, if it is the same person's, or those in which the app was opened.
func (c *call) singleLogout(a *app, m *samlidp.Message) (answer, error) {
	u, s, in := visitor(c)
	if !in || a.nameID(u) != m.NameID {
		u, s = c.sessionOf(a, m)
	}
	if u == nil {
		return c.answerLogout(a, m) // there is nothing to end
	}
	c.actor, c.session = userActor(u), s.id
	account := a.userOf(u)
	c.emit("user.authentication.slo", fact{
		targets: append(targets(a), appUserFact(a, account, u).targets[0]), debug: map[string]any{"signOnMode": "SAML 2.0", "initiationType": "SP_INITIATED", "nameId": m.NameID},
	})
	return c.depart(u, s, departure{login: u.login(), asked: m, by: a.id})
}

// sessionOf finds the session that a logout request is about.
func (c *call) sessionOf(a *app, m *samlidp.Message) (*user, *session) {
	for _, b := range c.browsers {
		u, found := c.dir.users.get(b.user)
		if !found {
			continue
		}
		for _, s := range u.sessions {
			if slices.ContainsFunc(s.participants, func(p participant) bool {
				return p.app == a.id && p.nameID == m.NameID && (len(m.SessionIndex) == 0 || slices.Contains(m.SessionIndex, p.index))
			}) {
				return u, s
			}
		}
	}
	return nil, nil
}

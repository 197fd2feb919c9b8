package okta

import (
	"net/http"
	"time"
)

func sessionRoutes() []route {
	return []route{
		del("/api/v1/users/{id}/sessions", areaCredentials, clearSessions),
		get("/api/v1/sessions/{id}", areaSessions, getSession),
		del("/api/v1/sessions/{id}", areaSessions, endSession),
		post("/api/v1/sessions/{id}/lifecycle/refresh", areaSessions, refreshSession),
		{method: http.MethodPost, path: "/oauth2/v1/global-token-revocation", area: areaCredentials, scope: "okta.universalLogout", handle: logOutEverywhere},
	}
}

// sessionLife is how long a session lasts.
const sessionLife = 2 * time.Hour

// session is an open sign-in of a user.
type session struct {
	id       string // also its external id in the log
	from     Client
	mfa      bool
	started  time.Time
	expires  time.Time
	verified time.Time // when the last factor was used, zero for never

	participants []participant // apps that it has opened with SAML
}

// clearSessions ends all sessions of a user; on request its OAuth tokens too,
// and what is known of its devices.
func clearSessions(c *call) (answer, error) {
	u, err := findTarget(c)
	if err != nil {
		return answer{}, err
	}
	c.emit("user.session.clear", fact{targets: targets(u)})
	c.universalLogout(u)
	c.endSessions(u)
	if c.flag("oauthTokens", false) {
		endTokens(&c.change, u, nil)
	}
	if c.flag("forgetDevices", false) {
		u.known = nil
	}
	return none()
}

// endSessions ends the open sessions of a user. Each has an event of its own
// in the transaction.
func (c *change) endSessions(u *user) {
	for _, s := range u.sessions {
		if s.expires.After(c.now()) {
			c.emit("user.session.end", fact{targets: targets(u), debug: map[string]any{"endedSessionId": s.id}})
		}
	}
	u.sessions = nil
}

// open returns how many sessions of a user have not expired.
func (u *user) open(now time.Time) int {
	n := 0
	for _, s := range u.sessions {
		if s.expires.After(now) {
			n++
		}
	}
	return n
}

// findSession returns the session that the path names, and whose it is.
func findSession(c *call) (*user, *session, error) {
	for _, u := range c.dir.users.items {
		for _, s := range u.sessions {
			if s.id == c.arg(0) && s.expires.After(c.now()) {
				return u, s, nil
			}
		}
	}
	return nil, nil, notFound(c.arg(0), "AppSession")
}

func viewSession(c *call, u *user, s *session) map[string]any {
	amr := []string{"pwd"}
	if s.mfa {
		amr = append(amr, "mfa")
	}
	self := c.url("api/v1/sessions", s.id)
	return map[string]any{
		"id": s.id, "userId": u.id, "login": u.login(), "createdAt": at(s.started), "expiresAt": at(s.expires), "status": "ACTIVE",
		"lastPasswordVerification": at(s.started), "lastFactorVerification": at(s.verified), "amr": amr,
		"idp": map[string]string{"id": c.orgID, "type": "OKTA"}, "mfaActive": len(u.factors.items) > 0,
		"_links": map[string]link{
			"self":    allow(self, "GET", "DELETE"),
			"refresh": allow(self+"/lifecycle/refresh", "POST"),
			"user":    {Name: u.name(), Href: c.url("api/v1/users", u.id), Hints: &hints{[]string{"GET"}}},
		},
	}
}

func getSession(c *call) (answer, error) {
	u, s, err := findSession(c)
	if err != nil {
		return answer{}, err
	}
	return ok(viewSession(c, u, s))
}

func refreshSession(c *call) (answer, error) {
	u, s, err := findSession(c)
	if err != nil {
		return answer{}, err
	}
	s.expires = c.now().Add(sessionLife)
	return ok(viewSession(c, u, s))
}

func endSession(c *call) (answer, error) {
	u, s, err := findSession(c)
	if err != nil {
		return answer{}, err
	}
	kept := u.sessions[:0:0]
	for _, x := range u.sessions {
		if x != s {
			kept = append(kept, x)
		}
	}
	u.sessions = kept
	c.emit("user.session.end", fact{targets: targets(u), debug: map[string]any{"endedSessionId": s.id}})
	return none()
}

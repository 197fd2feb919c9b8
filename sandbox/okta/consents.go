package okta

import (
	"slices"
	"time"
)

func consentRoutes() []route {
	const base = "/api/v1/users/{id}"
	return []route{
		get(base+"/grants", areaUsers, listConsents),
		del(base+"/grants", areaUsers, revokeConsents),
		get(base+"/grants/{grant}", areaUsers, getConsent),
		del(base+"/grants/{grant}", areaUsers, revokeConsent),
		get(base+"/clients", areaUsers, listClients),
		get(base+"/clients/{client}/grants", areaUsers, listConsents),
		del(base+"/clients/{client}/grants", areaUsers, revokeConsents),
	}
}

// consent is a user's agreement that an app may use a scope.
type consent struct {
	id      string
	client  *app
	scope   string
	created time.Time
}

func viewConsent(c *call, u *user, g *consent) map[string]any {
	return map[string]any{
		"id": g.id, "status": "ACTIVE", "created": at(g.created), "lastUpdated": at(g.created), "issuer": c.base, "clientId": g.client.clientID(),
		"userId": u.id, "scopeId": g.scope, "source": "END_USER", "createdBy": map[string]string{"id": u.id, "type": "User"},
		"_links": map[string]link{
			"self":   allow(c.url("api/v1/users", u.id, "grants", g.id), "GET", "DELETE"),
			"app":    {Href: c.url("api/v1/apps", g.client.id), Title: g.client.label},
			"client": {Href: c.url("oauth2/v1/clients", g.client.clientID()), Title: g.client.label},
			"user":   {Href: c.url("api/v1/users", u.id), Title: u.name()},
		},
	}
}

// clientOfPath returns the client id that the path names, empty when the path
// has none.
func clientOfPath(c *call) string {
	if len(c.values) > 1 {
		return c.values[1]
	}
	return ""
}

func listConsents(c *call) (answer, error) {
	u, err := findUser(c)
	if err != nil {
		return answer{}, err
	}
	w, err := c.window(20, 200)
	if err != nil {
		return answer{}, err
	}
	out := []map[string]any{}
	for _, g := range u.consents {
		if id := clientOfPath(c); id == "" || g.client.clientID() == id {
			out = append(out, viewConsent(c, u, g))
		}
	}
	return page(c, w, out, false, "")
}

func revokeConsents(c *call) (answer, error) {
	u, err := findTarget(c)
	if err != nil {
		return answer{}, err
	}
	id := clientOfPath(c)
	for _, g := range u.consents {
		if id == "" || g.client.clientID() == id {
			consentRevoked(c, u, g)
		}
	}
	u.consents = slices.DeleteFunc(slices.Clone(u.consents), func(g *consent) bool { return id == "" || g.client.clientID() == id })
	return none()
}

// consentRevoked does what follows from taking a consent away: the client's tokens
// end too.
func consentRevoked(c *call, u *user, g *consent) {
	c.emit("app.oauth2.as.consent.revoke.user", fact{targets: targets(g.client, u), detail: map[string]any{"scope": g.scope}})
	endTokens(&c.change, u, g.client)
}

// findConsent returns the user and the consent that the path names.
func findConsent(c *call) (*user, *consent, error) {
	u, err := findUser(c)
	if err != nil {
		return nil, nil, err
	}
	i := slices.IndexFunc(u.consents, func(g *consent) bool { return g.id == c.arg(1) })
	if i < 0 {
		return nil, nil, notFound(c.arg(1), "OAuth2ScopeConsentGrant")
	}
	return u, u.consents[i], nil
}

func getConsent(c *call) (answer, error) {
	u, g, err := findConsent(c)
	if err != nil {
		return answer{}, err
	}
	return ok(viewConsent(c, u, g))
}

func revokeConsent(c *call) (answer, error) {
	u, g, err := findConsent(c)
	if err != nil {
		return answer{}, err
	}
	consentRevoked(c, u, g)
	u.consents = slices.DeleteFunc(slices.Clone(u.consents), func(x *consent) bool { return x == g })
	return none()
}

// listClients lists the apps that a user has given a consent or tokens to.
func listClients(c *call) (answer, error) {
	u, err := findUser(c)
	if err != nil {
		return answer{}, err
	}
	var clients []*app
	for _, g := range u.consents {
		clients = append(clients, g.client)
	}
	for _, t := range u.refresh {
		clients = append(clients, t.client)
	}
	out := []map[string]any{}
	for i, a := range clients {
		if slices.Contains(clients[:i], a) {
			continue
		}
		base := c.url("api/v1/users", u.id, "clients", a.clientID())
		out = append(out, map[string]any{
			"client_id": a.clientID(), "client_name": a.label, "client_uri": nil, "logo_uri": nil,
			"_links": map[string]link{"grants": {Href: base + "/grants"}, "tokens": {Href: base + "/tokens"}},
		})
	}
	return ok(out)
}

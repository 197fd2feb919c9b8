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
		get(base+"/clients/{client}/tokens", areaUsers, listTokens),
		del(base+"/clients/{client}/tokens", areaUsers, revokeTokens),
		get(base+"/clients/{client}/tokens/{token}", areaUsers, getToken),
		del(base+"/clients/{client}/tokens/{token}", areaUsers, revokeToken),
	}
}

// consent is a user's agreement that an app may use a scope.
type consent struct {
	id      string
	client  *app
	scope   string
	created time.Time
}

// refreshToken is an OAuth token that a user's app holds.
type refreshToken struct {
	id      string
	client  *app
	scopes  []string
	created time.Time
	expires time.Time
}

// endTokens revokes the OAuth tokens of a user: those of one client, or all.
func endTokens(c *change, u *user, client *app) {
	for _, t := range u.refresh {
		if client == nil || t.client == client {
			c.emit("app.oauth2.token.revoke", fact{targets: targets(t.client, u), detail: map[string]any{"subject": u.id, "TokenCount": 1}})
		}
	}
	u.refresh = slices.DeleteFunc(slices.Clone(u.refresh), func(t *refreshToken) bool { return client == nil || t.client == client })
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

func viewRefresh(c *call, u *user, t *refreshToken) map[string]any {
	return map[string]any{
		"id": t.id, "status": "ACTIVE", "created": at(t.created), "lastUpdated": at(t.created), "expiresAt": at(t.expires),
		"issuer": c.base, "clientId": t.client.clientID(), "userId": u.id, "scopes": t.scopes,
		"_links": map[string]link{
			"self":   allow(c.url("api/v1/users", u.id, "clients", t.client.clientID(), "tokens", t.id), "GET", "DELETE"),
			"app":    {Href: c.url("api/v1/apps", t.client.id), Title: t.client.label},
			"client": {Href: c.url("oauth2/v1/clients", t.client.clientID()), Title: t.client.label},
			"user":   {Href: c.url("api/v1/users", u.id), Title: u.name()},
		},
	}
}

func listTokens(c *call) (answer, error) {
	u, err := findUser(c)
	if err != nil {
		return answer{}, err
	}
	w, err := c.window(20, 200)
	if err != nil {
		return answer{}, err
	}
	out := []map[string]any{}
	for _, t := range u.refresh {
		if t.client.clientID() == c.arg(1) {
			out = append(out, viewRefresh(c, u, t))
		}
	}
	return page(c, w, out, false, "")
}

func revokeTokens(c *call) (answer, error) {
	u, err := findTarget(c)
	if err != nil {
		return answer{}, err
	}
	client, found := c.apps.client(c.arg(1))
	if !found {
		return answer{}, notFound(c.arg(1), "PublicClientApp")
	}
	endTokens(&c.change, u, client)
	return none()
}

// findRefresh returns the place, among those of a user, of the token that the
// path names.
func findRefresh(c *call, u *user) (int, error) {
	i := slices.IndexFunc(u.refresh, func(t *refreshToken) bool { return t.id == c.arg(2) && t.client.clientID() == c.arg(1) })
	if i < 0 {
		return 0, notFound(c.arg(2), "OAuth2RefreshToken")
	}
	return i, nil
}

func getToken(c *call) (answer, error) {
	u, err := findUser(c)
	if err != nil {
		return answer{}, err
	}
	i, err := findRefresh(c, u)
	if err != nil {
		return answer{}, err
	}
	return ok(viewRefresh(c, u, u.refresh[i]))
}

func revokeToken(c *call) (answer, error) {
	u, err := findTarget(c)
	if err != nil {
		return answer{}, err
	}
	i, err := findRefresh(c, u)
	if err != nil {
		return answer{}, err
	}
	t := u.refresh[i]
	u.refresh = slices.Delete(slices.Clone(u.refresh), i, i+1)
	c.emit("app.oauth2.token.revoke", fact{targets: targets(t.client, u), detail: map[string]any{"subject": u.id, "TokenCount": 1}})
	return none()
}

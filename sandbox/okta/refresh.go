package okta

import (
	"slices"
	"time"
)

func refreshRoutes() []route {
	const ofUser, ofApp = "/api/v1/users/{id}/clients/{client}/tokens", "/api/v1/apps/{id}/tokens"
	return []route{
		get(ofUser, areaUsers, listUserTokens),
		del(ofUser, areaUsers, revokeUserTokens),
		get(ofUser+"/{token}", areaUsers, getUserToken),
		del(ofUser+"/{token}", areaUsers, revokeUserToken),
		get(ofApp, areaApps, listAppTokens),
		del(ofApp, areaApps, revokeAppTokens),
		get(ofApp+"/{token}", areaApps, getAppToken),
		del(ofApp+"/{token}", areaApps, revokeAppToken),
	}
}

// refreshToken is an OAuth token that a user's app holds.
type refreshToken struct {
	id      string
	user    *user
	client  *app
	scopes  []string
	created time.Time
	expires time.Time
}

func (t *refreshToken) key() string { return t.id }

func viewRefresh(c *call, t *refreshToken, self string) map[string]any {
	return map[string]any{
		"id": t.id, "status": "ACTIVE", "created": at(t.created), "lastUpdated": at(t.created), "expiresAt": at(t.expires),
		"issuer": c.base, "clientId": t.client.clientID(), "userId": t.user.id, "scopes": t.scopes,
		"_links": map[string]link{
			"self":   {Href: self},
			"revoke": allow(self, "DELETE"),
			"app":    {Href: c.url("api/v1/apps", t.client.id), Title: t.client.label},
			"client": {Href: c.url("oauth2/v1/clients", t.client.clientID()), Title: t.client.label},
			"user":   {Href: c.url("api/v1/users", t.user.id), Title: t.user.name()},
		},
	}
}

func viewUserToken(c *call, t *refreshToken) map[string]any {
	return viewRefresh(c, t, c.url("api/v1/users", t.user.id, "clients", t.client.clientID(), "tokens", t.id))
}

func viewAppToken(c *call, t *refreshToken) map[string]any {
	return viewRefresh(c, t, c.url("api/v1/apps", t.client.id, "tokens", t.id))
}

// endTokens revokes the OAuth tokens of a user: those of one client, or all.
func endTokens(c *change, u *user, client *app) {
	for _, t := range u.refresh {
		if client == nil || t.client == client {
			endToken(c, t)
		}
	}
}

// endToken revokes one token.
func endToken(c *change, t *refreshToken) {
	t.user.refresh = slices.DeleteFunc(slices.Clone(t.user.refresh), func(x *refreshToken) bool { return x == t })
	c.emit("app.oauth2.token.revoke", fact{targets: targets(t.client, t.user), detail: map[string]any{"subject": t.user.id, "TokenCount": 1}})
}

// userTokens returns the tokens that the client of the path holds for the user
// of the path.
func userTokens(c *call) (*ordered[*refreshToken], error) {
	u, err := findUser(c)
	if err != nil {
		return nil, err
	}
	var out ordered[*refreshToken]
	for _, t := range u.refresh {
		if t.client.clientID() == c.arg(1) {
			out.add(t)
		}
	}
	return &out, nil
}

// appTokens returns the tokens that the app of the path holds.
func appTokens(c *call) (*ordered[*refreshToken], error) {
	a, err := findApp(c)
	if err != nil {
		return nil, err
	}
	var out ordered[*refreshToken]
	for _, u := range c.dir.users.items {
		for _, t := range u.refresh {
			if t.client == a {
				out.add(t)
			}
		}
	}
	return &out, nil
}

// oneToken returns the token that the last part of the path names.
func oneToken(c *call, of func(*call) (*ordered[*refreshToken], error)) (*refreshToken, error) {
	all, err := of(c)
	if err != nil {
		return nil, err
	}
	last := len(c.values) - 1
	t, ok := all.get(c.arg(last))
	if !ok {
		return nil, notFound(c.arg(last-1)+"."+c.arg(last), "OAuth2RefreshTokenTx")
	}
	return t, nil
}

func listUserTokens(c *call) (answer, error) {
	all, err := userTokens(c)
	if err != nil {
		return answer{}, err
	}
	return listed(c, all, 20, 200, viewUserToken)
}

func listAppTokens(c *call) (answer, error) {
	all, err := appTokens(c)
	if err != nil {
		return answer{}, err
	}
	return listed(c, all, 20, 200, viewAppToken)
}

func getUserToken(c *call) (answer, error) {
	t, err := oneToken(c, userTokens)
	if err != nil {
		return answer{}, err
	}
	return ok(viewUserToken(c, t))
}

func getAppToken(c *call) (answer, error) {
	t, err := oneToken(c, appTokens)
	if err != nil {
		return answer{}, err
	}
	return ok(viewAppToken(c, t))
}

func revokeUserToken(c *call) (answer, error) {
	if _, err := findTarget(c); err != nil {
		return answer{}, err
	}
	t, err := oneToken(c, userTokens)
	if err != nil {
		return answer{}, err
	}
	endToken(&c.change, t)
	return none()
}

func revokeAppToken(c *call) (answer, error) {
	t, err := oneToken(c, appTokens)
	if err != nil {
		return answer{}, err
	}
	endToken(&c.change, t)
	return none()
}

func revokeUserTokens(c *call) (answer, error) {
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

// revokeAppTokens ends the tokens that an app holds for all its users.
func revokeAppTokens(c *call) (answer, error) {
	all, err := appTokens(c)
	if err != nil {
		return answer{}, err
	}
	for _, t := range all.items {
		endToken(&c.change, t)
	}
	return none()
}

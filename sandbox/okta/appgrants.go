package okta

import (
	"slices"
	"strings"
)

func appGrantRoutes() []route {
	const base = "/api/v1/apps/{id}/grants"
	return []route{
		get(base, areaGrants, listGrants),
		post(base, areaGrants, grantScope),
		get(base+"/{grant}", areaGrants, getGrant),
		del(base+"/{grant}", areaGrants, revokeScope),
	}
}

// knownScopes lists the OAuth scopes of the management API.
func knownScopes() []string {
	var out []string
	for name := range strings.FieldsSeq(`users groups apps appGrants roles logs policies networkZones behaviors authenticators idps
		authorizationServers apiTokens orgs brands templates domains threatInsights eventHooks inlineHooks logStreams trustedOrigins
		devices deviceAssurance agentPools realms realmAssignments features schemas userTypes linkedObjects profileMappings rateLimits
		principalRateLimits securityEventsProviders userRisk botProtection sessions factors certificateAuthorities clients events
		captchas emailDomains emailServers identitySources oauthIntegrations pushProviders riskProviders uischemas manifests`) {
		out = append(out, "okta."+name+".manage", "okta."+name+".read")
	}
	return append(out, "okta.users.manage.self", "okta.users.read.self", "okta.clients.register", "okta.riskEvents.manage", "okta.universalLogout.manage")
}

func viewGrant(c *call, a *app, g *scopeGrant) map[string]any {
	return map[string]any{
		"id": g.id, "status": "ACTIVE", "created": at(g.created), "createdBy": map[string]string{"id": g.by, "type": "User"},
		"lastUpdated": at(g.created), "issuer": c.base, "clientId": a.clientID(), "scopeId": g.scope, "source": "ADMIN",
		"_links": map[string]link{
			"app":    {Href: c.url("api/v1/apps", a.id), Title: a.label},
			"self":   allow(c.url("api/v1/apps", a.id, "grants", g.id), "GET", "DELETE"),
			"client": {Href: c.url("oauth2/v1/clients", a.clientID()), Title: a.label},
		},
	}
}

func listGrants(c *call) (answer, error) {
	a, err := findApp(c)
	if err != nil {
		return answer{}, err
	}
	out := []any{}
	for _, g := range a.grants.items {
		out = append(out, viewGrant(c, a, g))
	}
	return ok(out)
}

func grantScope(c *call) (answer, error) {
	a, err := findApp(c)
	if err != nil {
		return answer{}, err
	}
	var in struct {
		ScopeID string `json:"scopeId"`
		Issuer  string `json:"issuer"`
	}
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	switch {
	case a.clientID() == "":
		return answer{}, notFound(a.id, "PublicClientApp")
	case !slices.Contains(knownScopes(), in.ScopeID):
		return answer{}, invalidField("scopeId", "'scopeId' is invalid")
	case strings.TrimSuffix(in.Issuer, "/") != c.base:
		return answer{}, invalidField("issuer", "'issuer' is invalid")
	}
	for _, g := range a.grants.items {
		if g.scope == in.ScopeID {
			return ok(withScope(viewGrant(c, a, g), g))
		}
	}
	g := &scopeGrant{id: c.ids.next("oag"), scope: in.ScopeID, by: c.actor.ID, created: c.now()}
	a.grants.add(g)
	c.emit("app.oauth2.admin.consent.grant", fact{targets: targets(a), detail: map[string]any{"scope": in.ScopeID}})
	return ok(withScope(viewGrant(c, a, g), g))
}

// withScope adds the scope object, which single grants carry.
func withScope(v map[string]any, g *scopeGrant) map[string]any {
	v["_embedded"] = map[string]any{"scope": map[string]string{"id": g.scope}}
	return v
}

// findGrant returns the app and the grant that the path names.
func findGrant(c *call) (*app, *scopeGrant, error) {
	a, err := findApp(c)
	if err != nil {
		return nil, nil, err
	}
	g, ok := a.grants.get(c.arg(1))
	if !ok {
		return nil, nil, notFound(c.arg(1), "OAuth2ScopeConsentGrant")
	}
	return a, g, nil
}

func getGrant(c *call) (answer, error) {
	a, g, err := findGrant(c)
	if err != nil {
		return answer{}, err
	}
	return ok(withScope(viewGrant(c, a, g), g))
}

func revokeScope(c *call) (answer, error) {
	a, g, err := findGrant(c)
	if err != nil {
		return answer{}, err
	}
	a.grants.remove(g.id)
	c.emit("app.oauth2.admin.consent.revoke", fact{targets: targets(a), detail: map[string]any{"scope": g.scope}})
	return none()
}

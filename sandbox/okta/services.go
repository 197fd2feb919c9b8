package okta

import (
	"crypto/subtle"
	"encoding/base64"
	"slices"
	"time"
)

func serviceRoutes() []route {
	const base = "/integrations/api/v1/api-services"
	return []route{
		get(base, areaServices, listServices),
		post(base, areaServices, createService),
		get(base+"/{id}", areaServices, getService),
		del(base+"/{id}", areaServices, deleteService),
		get(base+"/{id}/credentials/secrets", areaServices, listSecrets),
		post(base+"/{id}/credentials/secrets", areaServices, createSecret),
		del(base+"/{id}/credentials/secrets/{secret}", areaServices, deleteSecret),
		post(base+"/{id}/credentials/secrets/{secret}/lifecycle/activate", areaServices, activateSecret),
		post(base+"/{id}/credentials/secrets/{secret}/lifecycle/deactivate", areaServices, deactivateSecret),
	}
}

// integration is what makes an app an API service integration: an OAuth
// client whose scopes were approved as a whole when it was installed.
type integration struct {
	kind    string // of the catalogue
	scopes  []string
	by      string
	secrets []*clientSecret
}

// clientSecret is one of the at most two secrets of an integration.
type clientSecret struct {
	id      string
	hash    [32]byte
	active  bool
	created time.Time
	updated time.Time
}

func (i *integration) hasSecret(secret string) bool {
	want, found := digest(secret), false
	for _, s := range i.secrets {
		same := subtle.ConstantTimeCompare(s.hash[:], want[:]) == 1
		found = found || same && s.active
	}
	return found
}

func viewService(c *call, a *app) map[string]any {
	self := c.url("integrations/api/v1/api-services", a.id)
	return map[string]any{
		"id": a.id, "type": a.integration.kind, "name": a.label, "createdAt": at(a.created), "createdBy": a.integration.by,
		"configGuideUrl": c.url("docs", a.integration.kind), "grantedScopes": a.integration.scopes, "properties": map[string]any{},
		"_links": map[string]link{
			"self":   allow(self, "GET", "DELETE"),
			"client": allow(c.url("oauth2/v1/clients", a.id), "GET"),
			"logo":   {Name: "medium", Href: c.url("assets/img/logos/default.png")},
		},
	}
}

func listServices(c *call) (answer, error) {
	var all ordered[*app]
	for _, a := range c.apps.all.items {
		if a.service {
			all.items = append(all.items, a)
		}
	}
	return listed(c, &all, 20, 200, viewService)
}

// findService returns the integration that the path names.
func findService(c *call) (*app, error) {
	a, ok := c.apps.all.get(c.arg(0))
	if !ok || !a.service {
		return nil, notFound(c.arg(0), "APIServiceIntegrationInstance")
	}
	return a, nil
}

func getService(c *call) (answer, error) {
	a, err := findService(c)
	if err != nil {
		return answer{}, err
	}
	return ok(viewService(c, a))
}

func createService(c *call) (answer, error) {
	var in struct {
		Type          string   `json:"type"`
		GrantedScopes []string `json:"grantedScopes"`
	}
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	if in.Type == "" {
		return answer{}, invalidField("type", "The field cannot be left blank")
	}
	if len(in.GrantedScopes) == 0 {
		return answer{}, invalidField("grantedScopes", "The field cannot be left blank")
	}
	for _, s := range in.GrantedScopes {
		if !slices.Contains(knownScopes(), s) {
			return answer{}, invalidField("grantedScopes", "'"+s+"' is invalid")
		}
	}
	a := newService(c.Org, in.Type, in.Type, in.GrantedScopes, c.actor.ID)
	secret := newSecret(c.Org, a)
	c.emit("integration.api_service.lifecycle.authorize", fact{targets: targets(a)})
	v := viewService(c, a)
	v["clientSecret"] = secret
	return created(v)
}

// newService installs an API service integration.
func newService(o *Org, kind, name string, scopes []string, by string) *app {
	a := &app{
		id: o.ids.next("0oa"), name: kind, label: name, status: "ACTIVE", signOn: "OPENID_CONNECT", service: true, created: o.now(), lastUpdated: o.now(),
		users: map[string]*appUser{}, integration: &integration{kind: kind, scopes: scopes, by: by},
	}
	o.apps.add(a)
	return a
}

// newSecret gives an integration another secret, and returns it.
func newSecret(o *Org, a *app) string {
	secret := o.ids.secret(64)
	a.integration.secrets = append(a.integration.secrets, &clientSecret{
		id: o.ids.next("ocs"), hash: digest(secret), active: true, created: o.now(), updated: o.now(),
	})
	return secret
}

func deleteService(c *call) (answer, error) {
	a, err := findService(c)
	if err != nil {
		return answer{}, err
	}
	c.apps.remove(a)
	c.access.revokeClient(a)
	c.emit("integration.api_service.lifecycle.revoke", fact{targets: targets(a)})
	return none()
}

func viewSecret(c *call, a *app, s *clientSecret) map[string]any {
	base := c.url("integrations/api/v1/api-services", a.id, "credentials/secrets", s.id)
	v := map[string]any{
		"id": s.id, "created": at(s.created), "lastUpdated": at(s.updated), "status": "INACTIVE", "secret_hash": base64.RawURLEncoding.EncodeToString(s.hash[:16]),
		"client_secret": "***" + s.id[len(s.id)-4:],
		"_links":        map[string]link{"activate": allow(base+"/lifecycle/activate", "POST"), "delete": allow(base, "DELETE")},
	}
	if s.active {
		v["status"], v["_links"] = "ACTIVE", map[string]link{"deactivate": allow(base+"/lifecycle/deactivate", "POST")}
	}
	return v
}

func listSecrets(c *call) (answer, error) {
	a, err := findService(c)
	if err != nil {
		return answer{}, err
	}
	out := []map[string]any{}
	for _, s := range a.integration.secrets {
		out = append(out, viewSecret(c, a, s))
	}
	return ok(out)
}

func createSecret(c *call) (answer, error) {
	a, err := findService(c)
	if err != nil {
		return answer{}, err
	}
	if len(a.integration.secrets) >= 2 {
		return answer{}, invalid("clientSecret", "You've reached the maximum number of client secrets per client.")
	}
	secret := newSecret(c.Org, a)
	v := viewSecret(c, a, a.integration.secrets[len(a.integration.secrets)-1])
	v["client_secret"] = secret
	c.emit("app.oauth2.credentials.lifecycle.create", fact{targets: targets(a), debug: clientDebug(a)})
	return created(v)
}

// findSecret returns the integration and the secret that the path names.
func findSecret(c *call) (*app, *clientSecret, error) {
	a, err := findService(c)
	if err != nil {
		return nil, nil, err
	}
	i := slices.IndexFunc(a.integration.secrets, func(s *clientSecret) bool { return s.id == c.arg(1) })
	if i < 0 {
		return nil, nil, notFound(c.arg(1), "OAuth2ClientSecret")
	}
	return a, a.integration.secrets[i], nil
}

func activateSecret(c *call) (answer, error)   { return switchSecret(c, true, "activate") }
func deactivateSecret(c *call) (answer, error) { return switchSecret(c, false, "deactivate") }

func switchSecret(c *call, active bool, verb string) (answer, error) {
	a, s, err := findSecret(c)
	if err != nil {
		return answer{}, err
	}
	if !active && !slices.ContainsFunc(a.integration.secrets, func(x *clientSecret) bool { return x != s && x.active }) {
		return answer{}, invalid("clientSecret", "At least one secret has to stay active.")
	}
	s.active, s.updated = active, c.now()
	c.emit("app.oauth2.credentials.lifecycle."+verb, fact{targets: targets(a), debug: clientDebug(a)})
	return ok(viewSecret(c, a, s))
}

func deleteSecret(c *call) (answer, error) {
	a, s, err := findSecret(c)
	if err != nil {
		return answer{}, err
	}
	if s.active {
		return answer{}, invalid("clientSecret", "An active client secret cannot be deleted.")
	}
	a.integration.secrets = slices.DeleteFunc(slices.Clone(a.integration.secrets), func(x *clientSecret) bool { return x == s })
	c.emit("app.oauth2.credentials.lifecycle.delete", fact{targets: targets(a), debug: clientDebug(a)})
	return none()
}

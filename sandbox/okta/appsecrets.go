package okta

import (
	"crypto/subtle"
	"encoding/base64"
	"slices"
	"strings"
	"time"
)

func appSecretRoutes() []route {
	const base = "/api/v1/apps/{id}/credentials/secrets"
	return []route{
		get(base, areaApps, listAppSecrets),
		post(base, areaApps, addAppSecret),
		get(base+"/{secret}", areaApps, getAppSecret),
		del(base+"/{secret}", areaApps, deleteAppSecret),
		post(base+"/{secret}/lifecycle/activate", areaApps, activateAppSecret),
		post(base+"/{secret}/lifecycle/deactivate", areaApps, deactivateAppSecret),
	}
}

// appSecret is one of the at most two secrets of an app that is an OAuth client.
// Unlike those of integrations Okta shows it again.
type appSecret struct {
	id      string
	text    string
	active  bool
	created time.Time
	updated time.Time
}

// maxSecrets is how many secrets a client can have.
const maxSecrets = 2

// takeSecret gives an app that signs in by a secret its first, where it has none, and
// returns that which its settings show.
func (a *app) takeSecret(c *call, given string) string {
	if len(a.secrets) == 0 {
		if given == "" {
			given = c.ids.secret(64)
		}
		a.secrets = []*appSecret{{id: c.ids.next("ocs"), text: given, active: true, created: c.now(), updated: c.now()}}
	}
	for _, s := range a.secrets {
		if s.active {
			return s.text
		}
	}
	return ""
}

func (a *app) signsInBySecret() bool {
	method, _ := field(a.credentials, "oauthClient", "token_endpoint_auth_method").(string)
	return strings.HasPrefix(method, "client_secret")
}

// hasAppSecret compares with the active secrets in constant time.
func (a *app) hasAppSecret(secret string) bool {
	found := false
	for _, s := range a.secrets {
		same := subtle.ConstantTimeCompare([]byte(s.text), []byte(secret)) == 1
		found = found || same && s.active
	}
	return found
}

func viewAppSecret(c *call, a *app, s *appSecret) map[string]any {
	base, hash := c.url("api/v1/apps", a.id, "credentials/secrets", s.id), digest(s.text)
	v := map[string]any{
		"id": s.id, "created": at(s.created), "lastUpdated": at(s.updated), "status": "INACTIVE", "client_secret": s.text, "secret_hash": base64.RawURLEncoding.EncodeToString(hash[:16]),
		"_links": map[string]link{"activate": allow(base+"/lifecycle/activate", "POST"), "delete": allow(base, "DELETE")},
	}
	if s.active {
		v["status"], v["_links"] = "ACTIVE", map[string]link{"deactivate": allow(base+"/lifecycle/deactivate", "POST")}
	}
	return v
}

func listAppSecrets(c *call) (answer, error) {
	a, err := findApp(c)
	if err != nil {
		return answer{}, err
	}
	out := []map[string]any{}
	for _, s := range a.secrets {
		out = append(out, viewAppSecret(c, a, s))
	}
	return ok(out)
}

func addAppSecret(c *call) (answer, error) {
	a, err := findApp(c)
	if err != nil {
		return answer{}, err
	}
	var in struct {
		Secret string `json:"client_secret"`
		Status string `json:"status"`
	}
	if err := c.decodeIfAny(&in); err != nil {
		return answer{}, err
	}
	switch {
	case !a.signsInBySecret():
		return answer{}, invalid("clientSecret", "The client does not authenticate with a client secret.")
	case len(a.secrets) >= maxSecrets:
		return answer{}, invalid("clientSecret", "You've reached the maximum number of client secrets per client.")
	case in.Secret != "" && (len(in.Secret) < 14 || len(in.Secret) > 100):
		return answer{}, invalidField("client_secret", "The client secret must have 14 to 100 characters.")
	}
	if in.Secret == "" {
		in.Secret = c.ids.secret(64)
	}
	s := &appSecret{id: c.ids.next("ocs"), text: in.Secret, active: in.Status != "INACTIVE", created: c.now()}
	a.secrets = append(slices.Clone(a.secrets), s)
	a.secretsChanged(c, s, "create")
	return created(viewAppSecret(c, a, s))
}

// findAppSecret returns the app and the secret that the path names.
func findAppSecret(c *call) (*app, *appSecret, error) {
	a, err := findApp(c)
	if err != nil {
		return nil, nil, err
	}
	i := slices.IndexFunc(a.secrets, func(s *appSecret) bool { return s.id == c.arg(1) })
	if i < 0 {
		return nil, nil, notFound(c.arg(1), "OAuth2ClientSecret")
	}
	return a, a.secrets[i], nil
}

func getAppSecret(c *call) (answer, error) {
	a, s, err := findAppSecret(c)
	if err != nil {
		return answer{}, err
	}
	return ok(viewAppSecret(c, a, s))
}

// secretsChanged shows the secret that counts in the app's settings.
func (a *app) secretsChanged(c *call, s *appSecret, verb string) {
	a.credentials = merged(a.credentials, map[string]any{"oauthClient": map[string]any{"client_secret": a.takeSecret(c, "")}})
	a.lastUpdated, s.updated = c.now(), c.now()
	c.emit("app.oauth2.credentials.lifecycle."+verb, fact{targets: targets(a), debug: clientDebug(a)})
}

func activateAppSecret(c *call) (answer, error) { return switchAppSecret(c, true, "activate") }

func deactivateAppSecret(c *call) (answer, error) { return switchAppSecret(c, false, "deactivate") }

func switchAppSecret(c *call, active bool, verb string) (answer, error) {
	a, s, err := findAppSecret(c)
	if err != nil {
		return answer{}, err
	}
	if !active && !slices.ContainsFunc(a.secrets, func(x *appSecret) bool { return x != s && x.active }) {
		return answer{}, invalid("clientSecret", "At least one secret has to stay active.")
	}
	s.active = active
	a.secretsChanged(c, s, verb)
	return ok(viewAppSecret(c, a, s))
}

func deleteAppSecret(c *call) (answer, error) {
	a, s, err := findAppSecret(c)
	if err != nil {
		return answer{}, err
	}
	if s.active {
		return answer{}, invalid("clientSecret", "An active client secret cannot be deleted.")
	}
	a.secrets = slices.DeleteFunc(slices.Clone(a.secrets), func(x *appSecret) bool { return x == s })
	a.secretsChanged(c, s, "delete")
	return none()
}

package okta

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// newKey reads a public key of a client. Only RSA and EC keys sign client
// assertions.
func newKey(o *Org, raw map[string]any, now time.Time) (*clientKey, error) {
	k := &clientKey{id: o.ids.next("pks"), status: "ACTIVE", created: now, updated: now}
	k.raw = maps.Clone(raw)
	delete(k.raw, "status")
	delete(k.raw, "id")
	b, err := json.Marshal(k.raw)
	if err != nil {
		return nil, invalid("jwks", "The JSON web key is invalid.")
	}
	if err := k.jwk.UnmarshalJSON(b); err != nil || !k.jwk.IsPublic() || !k.jwk.Valid() {
		return nil, invalid("jwks", "The JSON web key is invalid.")
	}
	if kty := raw["kty"]; kty != "RSA" && kty != "EC" {
		return nil, invalid("jwks", "The key type must be RSA or EC.")
	}
	return k, nil
}

// takeKeys takes over the keys of an app's settings, and keeps the settings
// in the form that Okta answers with.
func (a *app) takeKeys(c *call) error {
	list, _ := field(a.settings, "oauthClient", "jwks").(map[string]any)
	keys, _ := list["keys"].([]any)
	if len(keys) == 0 {
		return nil
	}
	a.keys = nil
	for _, x := range keys {
		raw, ok := x.(map[string]any)
		if !ok {
			return invalid("jwks", "The JSON web key is invalid.")
		}
		k, err := newKey(c.Org, raw, c.now())
		if err != nil {
			return err
		}
		if len(keys) > 1 && k.jwk.KeyID == "" {
			return invalid("jwks", "Each of several keys needs a kid.")
		}
		a.keys = append(a.keys, k)
	}
	a.showKeys()
	return nil
}

// showKeys writes the keys into the settings.
func (a *app) showKeys() {
	views := make([]any, 0, len(a.keys))
	for _, k := range a.keys {
		views = append(views, k.view())
	}
	client := maps.Clone(a.settings["oauthClient"].(map[string]any))
	client["jwks"] = map[string]any{"keys": views}
	a.settings = maps.Clone(a.settings)
	a.settings["oauthClient"] = client
}

// view is the key as it stands in the settings of an app.
func (k *clientKey) view() map[string]any {
	v := maps.Clone(k.raw)
	v["id"], v["status"] = k.id, k.status
	for _, name := range []string{"kid", "use"} {
		if _, ok := v[name]; !ok {
			v[name] = nil
		}
	}
	return v
}

// viewKey is the key as the key operations answer it.
func viewKey(c *call, a *app, k *clientKey) map[string]any {
	v := k.view()
	v["created"], v["lastUpdated"] = at(k.created), at(k.updated)
	base := c.url("api/v1/apps", a.id, "credentials/jwks", k.id)
	if k.status == "ACTIVE" {
		v["_links"] = map[string]link{"deactivate": allow(base+"/lifecycle/deactivate", "POST")}
	} else {
		v["_links"] = map[string]link{"activate": allow(base+"/lifecycle/activate", "POST"), "delete": allow(base, "DELETE")}
	}
	return v
}

// maxKeys is how many keys a client can have.
const maxKeys = 50

func listKeys(c *call) (answer, error) {
	a, err := findApp(c)
	if err != nil {
		return answer{}, err
	}
	out := []any{}
	for _, k := range a.keys {
		out = append(out, viewKey(c, a, k))
	}
	return ok(out)
}

func addKey(c *call) (answer, error) {
	a, err := findApp(c)
	if err != nil {
		return answer{}, err
	}
	var raw map[string]any
	if err := c.decode(&raw); err != nil {
		return answer{}, err
	}
	k, err := newKey(c.Org, raw, c.now())
	switch {
	case err != nil:
		return answer{}, err
	case k.jwk.KeyID == "":
		return answer{}, invalidField("kid", "The field cannot be left blank")
	case slices.ContainsFunc(a.keys, func(x *clientKey) bool { return x.jwk.KeyID == k.jwk.KeyID }):
		return answer{}, invalidField("kid", "Each key should have a unique kid.")
	case len(a.keys) == maxKeys:
		return answer{}, invalid("jwks", "You've reached the maximum number of keys per app.")
	}
	a.keys = append(slices.Clone(a.keys), k)
	a.keysChanged(c, k, "create")
	return created(viewKey(c, a, k))
}

// findKey returns the app and the key that the path names.
func findKey(c *call) (*app, *clientKey, error) {
	a, err := findApp(c)
	if err != nil {
		return nil, nil, err
	}
	i := slices.IndexFunc(a.keys, func(k *clientKey) bool { return k.id == c.arg(1) })
	if i < 0 {
		return nil, nil, notFound(c.arg(1), "OAuth2ClientJsonWebKey")
	}
	return a, a.keys[i], nil
}

func (a *app) keysChanged(c *call, k *clientKey, verb string) {
	a.showKeys()
	a.lastUpdated, k.updated = c.now(), c.now()
	debug := clientDebug(a)
	debug["kid"] = k.jwk.KeyID
	c.emit("app.oauth2.credentials.lifecycle."+verb, fact{targets: targets(a), debug: debug})
}

func activateKey(c *call) (answer, error) {
	a, k, err := findKey(c)
	if err != nil {
		return answer{}, err
	}
	k.status = "ACTIVE"
	a.keysChanged(c, k, "activate")
	return ok(viewKey(c, a, k))
}

func deactivateKey(c *call) (answer, error) {
	a, k, err := findKey(c)
	if err != nil {
		return answer{}, err
	}
	if !slices.ContainsFunc(a.keys, func(x *clientKey) bool { return x != k && x.status == "ACTIVE" }) {
		return answer{}, invalid("jwks", "At least one key has to stay active.")
	}
	k.status = "INACTIVE"
	a.keysChanged(c, k, "deactivate")
	return ok(viewKey(c, a, k))
}

func deleteKey(c *call) (answer, error) {
	a, k, err := findKey(c)
	if err != nil {
		return answer{}, err
	}
	if k.status == "ACTIVE" {
		return answer{}, invalid("jwks", "An active key cannot be deleted.")
	}
	a.keys = slices.DeleteFunc(slices.Clone(a.keys), func(x *clientKey) bool { return x == k })
	a.keysChanged(c, k, "delete")
	return none()
}

// signingKey returns the active key that a client assertion was signed with:
// the one with the kid, or the only one.
func (a *app) signingKey(kid string) (jose.JSONWebKey, bool) {
	var active []*clientKey
	for _, k := range a.keys {
		if k.status == "ACTIVE" {
			active = append(active, k)
		}
	}
	for _, k := range active {
		if k.jwk.KeyID == kid || kid == "" && len(active) == 1 {
			return k.jwk, true
		}
	}
	return jose.JSONWebKey{}, false
}

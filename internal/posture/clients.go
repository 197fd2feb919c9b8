package posture

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"slices"
	"time"

	"sallyport/internal/value"
)

// clientFact is the fact of an app, with what is known of its keys and scopes.
func (x *snapshot) clientFact(id string, body *value.Object) *value.Object {
	o := x.appFact(id)
	o.Set("scopes", list(x.granted[id]))
	o.Set("signing_days", nil)
	kid := body.Object("credentials").Object("signing").Text("kid")
	for _, k := range objects(body.At("keys")) {
		if days, ok := x.since(k.At("expiresAt")); ok && kid != "" && k.Text("kid") == kid {
			o.Set("signing_days", -days)
		}
	}
	oldest := any(nil)
	for _, k := range clientKeys(body) {
		days, ok := x.since(k.At("created"))
		if before, _ := oldest.(float64); ok && k.Text("status") != "INACTIVE" && (oldest == nil || days > before) {
			oldest = days
		}
	}
	o.Set("oldest_key", oldest)
	return o
}

// clientKeys are the public keys of a client, wherever Okta puts them.
func clientKeys(body *value.Object) []*value.Object {
	for _, v := range []any{body.At("jwks"), body.Object("jwks").At("keys"), body.Object("settings").Object("oauthClient").Object("jwks").At("keys")} {
		if keys := objects(v); len(keys) > 0 {
			return keys
		}
	}
	return nil
}

// since is how many days ago something was.
func (x *snapshot) since(v any) (float64, bool) {
	var at time.Time
	switch v := v.(type) {
	case string:
		var err error
		if at, err = time.Parse(time.RFC3339, v); err != nil {
			return 0, false
		}
	case float64: // milliseconds, as some of Okta's older calls have it
		at = time.UnixMilli(int64(v))
	case time.Time:
		at = v
	default:
		return 0, false
	}
	return x.now.Sub(at).Hours() / 24, true
}

// integrationFact is that of an API service integration: who made it, and its
// secrets.
func (x *snapshot) integrationFact(body *value.Object) *value.Object {
	o := x.ownerFact(body.Text("createdBy"))
	active, newest := 0, any(nil)
	for _, s := range objects(body.At("secrets")) {
		if s.Text("status") != "ACTIVE" {
			continue
		}
		active++
		days, ok := x.since(s.At("created"))
		if before, _ := newest.(float64); ok && (newest == nil || days < before) {
			newest = days
		}
	}
	o.Set("secrets", float64(active))
	o.Set("newest_secret", newest)
	return o
}

// poolFact adds up the agents of a pool.
func (x *snapshot) poolFact(body *value.Object) *value.Object {
	agents := objects(body.At("agents"))
	running, old, silent := 0, []string{}, any(nil)
	for _, a := range agents {
		if a.Text("operationalStatus") == "OPERATIONAL" {
			running++
		}
		if a.At("isLatestGAedVersion") != true {
			old = append(old, a.Text("name"))
		}
		days, ok := x.since(a.At("lastConnection"))
		if before, _ := silent.(float64); ok && (silent == nil || days*24 > before) {
			silent = days * 24
		}
	}
	slices.Sort(old)
	return value.Map("agents", float64(len(agents)), "running", float64(running), "old", list(old), "silent_hours", silent)
}

// fingerprint is the SHA-256 of a certificate in hexadecimal, or null.
func fingerprint(key *value.Object) any {
	if sum, err := base64.RawURLEncoding.DecodeString(key.Text("x5t#S256")); err == nil && len(sum) == sha256.Size {
		return hex.EncodeToString(sum)
	}
	chain := texts(key.At("x5c"))
	if len(chain) == 0 {
		return nil
	}
	der, err := base64.StdEncoding.DecodeString(chain[0])
	if err != nil {
		return nil
	}
	sum := sha256.Sum256(der)
	return hex.EncodeToString(sum[:])
}

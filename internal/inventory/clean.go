package inventory

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"slices"
	"strings"
)

// object is a JSON object.
type object = map[string]any

// decode reads a JSON value; numbers stay as they are written.
func decode(text []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	return d.Decode(into)
}

// clean takes links, what was embedded, and secrets out of a body, at any depth.
func clean(v any) any {
	switch v := v.(type) {
	case object:
		for name, x := range v {
			if name == "_links" || name == "_embedded" || isSecret(name, x) {
				delete(v, name)
				continue
			}
			v[name] = clean(x)
		}
	case []any:
		for i := range v {
			v[i] = clean(v[i])
		}
	}
	return v
}

// isSecret reports whether a field holds a secret: Okta shows few of them, but
// apps keep what they like in their settings.
func isSecret(name string, v any) bool {
	n := strings.ToLower(strings.ReplaceAll(strings.ReplaceAll(name, "_", ""), "-", ""))
	if n == "recoveryquestion" { // of a person; policies say by the same name whether there are any
		o, is := v.(object)
		return !is || o["question"] != nil || o["answer"] != nil
	}
	if _, isText := v.(string); !isText {
		return false
	}
	if slices.Contains([]string{"token", "passwd", "passphrase", "apikey"}, n) {
		return true
	}
	for _, end := range []string{"secret", "secrethash", "password", "apitoken", "accesstoken", "refreshtoken", "authtoken", "bearertoken", "privatekey", "secretkey", "accesskey", "sharedkey"} {
		if strings.HasSuffix(n, end) {
			return true
		}
	}
	return false
}

// headerless takes the values of headers out of a hook, which may be secrets.
func headerless(body object) {
	channel, _ := body["channel"].(object)
	config, _ := channel["config"].(object)
	headers, _ := config["headers"].([]any)
	for _, h := range headers {
		if h, ok := h.(object); ok {
			delete(h, "value")
		}
	}
	if scheme, ok := config["authScheme"].(object); ok {
		delete(scheme, "value")
	}
}

// volatile lists, of a kind, the fields that change without anything having
// changed: they are kept as they are last, and make no version.
func volatile(kind Kind) []string {
	switch kind {
	case User:
		return []string{"lastLogin"}
	case Group: // its members and apps have a history of their own
		return []string{"lastMembershipUpdated", "stats"}
	case APIToken: // both move with its use
		return []string{"lastUpdated", "expiresAt"}
	case AgentPool:
		return []string{"agents"}
	case Device:
		return []string{"lastUpdated"}
	case Auth0User: // all of them move with each sign-in
		return []string{"last_login", "last_ip", "logins_count", "updated_at"}
	default:
		return nil
	}
}

// digestSize is the length of a [Digest].
const digestSize = 24

// Digest tells bodies of an entity apart: its first 16 bytes those that differ in
// what counts, all of it those that differ in anything.
func Digest(kind Kind, name string, body json.RawMessage) []byte {
	whole := sha256.Sum256(body)
	steady := whole
	if drop := volatile(kind); len(drop) > 0 {
		var fields map[string]json.RawMessage
		if json.Unmarshal(body, &fields) == nil {
			for _, name := range drop {
				delete(fields, name)
			}
			if text, err := json.Marshal(fields); err == nil {
				steady = sha256.Sum256(text)
			}
		}
	}
	named := sha256.Sum256([]byte(name))
	out := make([]byte, digestSize)
	for i := range 16 {
		out[i] = steady[i] ^ named[i]
	}
	copy(out[16:], whole[:])
	return out
}

// SteadyDigest is the part of a [Digest] that a version stands for.
func SteadyDigest(digest []byte) []byte { return digest[:min(16, len(digest))] }

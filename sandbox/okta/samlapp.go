package okta

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"sallyport/sandbox/okta/expression"
	"sallyport/sandbox/okta/samlidp"
)

// samlKey is a signing key of an app. Making one takes the time of an RSA key,
// so that it is made when it is first needed.
type samlKey struct {
	kid              string
	created, expires time.Time
	material         func() (samlidp.Key, error)
}

// firstKeyYears is how long the certificate is good that an app begins with.
const firstKeyYears = 10

// newSAMLKey gives an app another signing key; the first is the one it signs with.
func newSAMLKey(o *Org, a *app, from time.Time, years int) *samlKey {
	sum := sha256.Sum256([]byte(o.orgID + a.id + strconv.Itoa(len(a.signing))))
	k := &samlKey{kid: base64.RawURLEncoding.EncodeToString(sum[:]), created: from, expires: from.AddDate(years, 0, 0)}
	k.material = sync.OnceValues(func() (samlidp.Key, error) { return samlidp.NewKey(o.domain, from.UTC().Truncate(time.Second), years) })
	a.signing = append(a.signing, k)
	return k
}

// usesSAML says whether people sign in to an app with SAML 2.0.
func (a *app) usesSAML() bool { return strings.HasPrefix(a.signOn, "SAML") }

// samlKey returns the key of an app with an id.
func (a *app) samlKey(kid string) (*samlKey, bool) {
	i := slices.IndexFunc(a.signing, func(k *samlKey) bool { return k.kid == kid })
	if i < 0 {
		return nil, false
	}
	return a.signing[i], true
}

// activeKey returns the key that an app signs with.
func (a *app) activeKey() *samlKey {
	kid, _ := field(a.credentials, "signing", "kid").(string)
	if k, ok := a.samlKey(kid); ok {
		return k
	}
	return a.signing[0]
}

// exk is the id of the identity provider that an app is.
func (a *app) exk() string { return "exk" + a.id[3:] }

// entityID is what the app's identity provider calls itself.
func (a *app) entityID() string {
	if s := a.signOnText("idpIssuer"); s != "" && !strings.Contains(s, "${") {
		return s
	}
	return "http://www.okta.com/" + a.exk()
}

// signOnText returns a setting of how people sign in to an app.
func (a *app) signOnText(path ...string) string {
	s, _ := field(a.settings, append([]string{"signOn"}, path...)...).(string)
	return s
}

// signOnFlag likewise.
func (a *app) signOnFlag(path ...string) bool {
	b, _ := field(a.settings, append([]string{"signOn"}, path...)...).(bool)
	return b
}

// defaultSignOn is what Okta answers for an app of the wizard that says nothing
// about it.
func defaultSignOn() map[string]any {
	return map[string]any{
		"defaultRelayState": nil, "idpIssuer": "http://www.okta.com/${org.externalKey}", "subjectNameIdTemplate": "${user.userName}",
		"subjectNameIdFormat": formatUnspecified, "responseSigned": true, "assertionSigned": true, "signatureAlgorithm": "RSA_SHA256",
		"digestAlgorithm": "SHA256", "honorForceAuthn": true, "authnContextClassRef": "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",
		"spIssuer": nil, "requestCompressed": false, "attributeStatements": []any{}, "inlineHooks": []any{}, "allowMultipleAcsEndpoints": false,
		"acsEndpoints": []any{}, "samlSignedRequestEnabled": false, "slo": map[string]any{"enabled": false},
	}
}

// Formats of NameIDs.
const (
	formatUnspecified = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
	formatEmail       = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
)

// takeSAML completes an app that is an identity provider. Which of its keys
// signs is what a request that replaces it can change.
func (a *app) takeSAML(c *call, in appInput) error {
	if len(a.signing) == 0 {
		newSAMLKey(c.Org, a, a.created, firstKeyYears)
	}
	kid := a.activeKey().kid
	if asked, _ := field(in.Credentials, "signing", "kid").(string); asked != "" {
		if _, known := a.samlKey(asked); known {
			kid = asked
		}
	}
	a.credentials = merged(a.credentials, map[string]any{"signing": map[string]any{"kid": kid}})
	given, _ := in.Settings["signOn"].(map[string]any)
	acs, _ := given["ssoAcsUrl"].(string)
	if acs == "" {
		return nil // an app of the catalogue knows where it is
	}
	audience, _ := given["audience"].(string)
	if audience == "" {
		return invalidField("audience", "The field cannot be left blank")
	}
	a.settings = merged(a.settings, map[string]any{"signOn": merged(merged(defaultSignOn(), map[string]any{"recipient": acs, "destination": acs}), given)})
	return a.checkSignOn()
}

func (a *app) checkSignOn() error {
	for _, name := range []string{"ssoAcsUrl", "recipient", "destination"} {
		if u, err := url.Parse(a.signOnText(name)); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
			return invalidField(name, "Does not match required pattern")
		}
	}
	if !a.signOnFlag("responseSigned") && !a.signOnFlag("assertionSigned") {
		return invalidField("responseSigned", "Either the response or the assertion has to be signed.")
	}
	names := map[string]bool{}
	for _, s := range a.statements() {
		if s.name == "" || names[s.name] {
			return invalidField("attributeStatements", "The name of an attribute must be there, and once.")
		}
		names[s.name] = true
		if s.group && s.accept == nil {
			return invalidField("attributeStatements", "The filter of "+s.name+" is not valid.")
		}
	}
	return nil
}

// statement is an attribute statement of an app.
type statement struct {
	name, format string
	group        bool
	accept       func(name string) bool // of a group; nil when the filter is not valid
	values       []string               // expressions, of one for users
}

// statements reads the attribute statements of an app's settings.
func (a *app) statements() []statement {
	list, _ := field(a.settings, "signOn", "attributeStatements").([]any)
	var out []statement
	for _, x := range list {
		m, _ := x.(map[string]any)
		text := func(name string) string { s, _ := m[name].(string); return s }
		s := statement{name: text("name"), format: text("namespace"), group: text("type") == "GROUP"}
		if s.group {
			s.accept = groupAccept(text("filterType"), text("filterValue"))
		}
		values, _ := m["values"].([]any)
		for _, v := range values {
			if v, ok := v.(string); ok {
				s.values = append(s.values, v)
			}
		}
		out = append(out, s)
	}
	return out
}

// groupAccept returns the test of a group attribute statement; nil for a
// filter that is not valid. A regular expression is for the whole name.
func groupAccept(kind, value string) func(string) bool {
	switch kind {
	case "STARTS_WITH":
		return func(s string) bool { return strings.HasPrefix(s, value) }
	case "EQUALS":
		return func(s string) bool { return s == value }
	case "CONTAINS":
		return func(s string) bool { return strings.Contains(s, value) }
	case "REGEX":
		if re, err := regexp.Compile("^(?:" + value + ")$"); err == nil {
			return re.MatchString
		}
	}
	return nil
}

// attributesOf returns what an app is told of a user: attributes without value
// are left out.
func attributesOf(o *Org, a *app, u *user) []samlidp.Attribute {
	var out []samlidp.Attribute
	for _, s := range a.statements() {
		x := samlidp.Attribute{Name: s.name, Format: s.format}
		if s.group {
			for _, g := range append(slices.Clone(u.groups.items), o.dir.everyone) {
				if s.accept(g.name()) {
					x.Values = append(x.Values, g.name())
				}
			}
		}
		for _, source := range s.values {
			x.Values = append(x.Values, a.evaluate(u, source)...)
		}
		if len(x.Values) > 0 {
			out = append(out, x)
		}
	}
	return out
}

// evaluate gives the values of an expression for a user. What cannot be
// evaluated has none.
func (a *app) evaluate(u *user, source string) []string {
	switch source = strings.TrimSpace(source); {
	case source == "user.userName", source == "source.userName":
		return []string{a.accountName(u)}
	case strings.HasPrefix(source, "source."):
		source = "user." + strings.TrimPrefix(source, "source.")
	}
	e, err := expression.Parse(source)
	if err != nil {
		return nil
	}
	v, err := e.Value(expression.Env{Attr: u.profile.get, Groups: func() []expression.Group {
		var out []expression.Group
		for _, g := range u.groups.items {
			out = append(out, expression.Group{ID: g.id, Name: g.name()})
		}
		return out
	}})
	if err != nil {
		return nil
	}
	return texts(v)
}

// texts writes a value as attribute values.
func texts(v any) []string {
	switch v := v.(type) {
	case string:
		if v != "" {
			return []string{v}
		}
	case bool:
		if v {
			return []string{"true"}
		}
		return []string{"false"}
	case []any:
		var out []string
		for _, x := range v {
			out = append(out, texts(x)...)
		}
		return out
	}
	return nil
}

// placeholder matches an expression in a template.
var placeholder = regexp.MustCompile(`\$\{([^}]*)\}`)

// nameID is what an app calls a user.
func (a *app) nameID(u *user) string {
	return placeholder.ReplaceAllStringFunc(a.signOnText("subjectNameIdTemplate"), func(s string) string {
		return strings.Join(a.evaluate(u, s[2:len(s)-1]), ",")
	})
}

// accountName is the name of a user's account in an app.
func (a *app) accountName(u *user) string {
	if x := a.users[u.id]; x != nil && x.userName != "" && x.userName != x.madeFrom {
		return x.userName
	}
	return u.login()
}

// metadata writes what a service provider has to know of an app.
func (a *app) metadata(base string, keys []*samlKey) ([]byte, error) {
	m := samlidp.Metadata{EntityID: a.entityID(), SSO: base + "/app/" + a.name + "/" + a.exk() + "/sso/saml", Formats: []string{formatEmail, formatUnspecified}}
	if a.signOnFlag("slo", "enabled") || a.signOnFlag("participateSlo", "enabled") {
		m.SLO = base + "/app/" + a.name + "/" + a.exk() + "/slo/saml"
	}
	for _, k := range keys {
		made, err := k.material()
		if err != nil {
			return nil, err
		}
		m.Certificates = append(m.Certificates, made.Certificate)
	}
	return m.XML()
}

// knownKeys returns the keys of an app, the one it signs with first.
func (a *app) knownKeys() []*samlKey {
	active := a.activeKey()
	out := []*samlKey{active}
	for _, k := range a.signing {
		if k != active {
			out = append(out, k)
		}
	}
	return out
}

// spCertificate is what the service provider of an app signs with, nil when
// that is not known.
func (a *app) spCertificate() *x509.Certificate {
	list, _ := field(a.settings, "signOn", "spCertificate", "x5c").([]any)
	if len(list) == 0 {
		return nil
	}
	s, _ := list[0].(string)
	for _, line := range []string{"-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"} {
		s = strings.ReplaceAll(s, line, "")
	}
	der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		return nil
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil
	}
	return cert
}

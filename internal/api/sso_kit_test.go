package api

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"sallyport/internal/portal"
	"sallyport/internal/value"
	"sallyport/sandbox/okta/samlidp"
)

// sso is single sign-on on the bench's database; identity providers may be on this
// machine.
func (b *bench) sso() *portal.SSO {
	return portal.NewSSO(portal.SSOOptions{
		Portal: b.deps.Portal, Configs: b.db.SSO, Keys: b.db.SSO, Logins: b.db.SSOLogins, Tests: b.db.SSOTests, Traces: b.db.SSOTraces, Directory: b.db.SSODirectory, Sealer: b.keys,
		Fetch: func(ctx context.Context, url string, most int64) ([]byte, error) {
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
			if err != nil {
				return nil, err
			}
			resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
			if err != nil {
				return nil, err
			}
			defer func() { _ = resp.Body.Close() }()
			if resp.StatusCode != http.StatusOK {
				return nil, fmt.Errorf("the answer is %s", resp.Status)
			}
			return io.ReadAll(io.LimitReader(resp.Body, most))
		},
		Ended:  func(org, session string) { b.deps.Live.Publish(org, SessionEnded(session)) },
		Server: b.url, AllowLoopback: true, Now: b.now, Log: b.deps.Log,
	})
}

// someCertificate is a certificate, in base64.
var someCertificate = sync.OnceValue(func() string {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return ""
	}
	like := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "idp"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(1, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, like, like, key.Public(), key)
	if err != nil {
		return ""
	}
	return base64.StdEncoding.EncodeToString(der)
})

// madeMetadata is that of an identity provider that there is not.
func madeMetadata(name string) string {
	return `<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://` + name + `.example/idp"><md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">` +
		`<md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>` + someCertificate() + `</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>` +
		`<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://` + name + `.example/sso"/></md:IDPSSODescriptor></md:EntityDescriptor>`
}

// provider is an identity provider of an organization.
type provider struct {
	b      *bench
	slug   string
	entity string
	key    samlidp.Key
	serial int
}

// signingKeys are made once: an RSA key takes time.
var signingKeys = sync.OnceValue(func() []samlidp.Key {
	var out []samlidp.Key
	for range 3 {
		k, err := samlidp.NewKey("idp.example", time.Now().Add(-24*time.Hour).UTC().Truncate(time.Second), 10)
		if err != nil {
			return nil
		}
		out = append(out, k)
	}
	return out
})

func (b *bench) provider(slug string, key int) *provider {
	return &provider{b: b, slug: slug, entity: "https://okta.example/" + slug, key: signingKeys()[key]}
}

func (p *provider) metadata(keys ...int) string {
	m := samlidp.Metadata{EntityID: p.entity, SSO: "https://okta.example/" + p.slug + "/sso", SLO: "https://okta.example/" + p.slug + "/slo", Certificates: []*x509.Certificate{p.key.Certificate}}
	for _, k := range keys {
		m.Certificates = append(m.Certificates, signingKeys()[k].Certificate)
	}
	text, err := m.XML()
	if err != nil {
		p.b.t.Fatal(err)
	}
	return string(text)
}

// says is a response about somebody, to a request or of its own accord, as Okta
// writes it.
func (p *provider) says(who, request string, groups []string, change ...func(*samlidp.Response)) string {
	p.b.t.Helper()
	acs := p.b.url + "/saml/" + p.slug + "/acs"
	p.b.mu.Lock()
	p.serial++
	id := fmt.Sprintf("id%d%s", p.serial, p.slug)
	p.b.mu.Unlock()
	r := samlidp.Response{
		ID: id, AssertionID: id + "a", Issuer: p.entity, Destination: acs, Recipient: acs, Audience: p.b.url + "/saml/" + p.slug, InResponseTo: request,
		NameID: who, SessionIndex: id + "s", AuthnContext: "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport", AuthnInstant: p.b.now(), Now: p.b.now(), Key: p.key, SignResponse: true, SignAssertion: true,
		Attributes: []samlidp.Attribute{{Name: "firstName", Values: []string{"Sam"}}, {Name: "lastName", Values: []string{"Stone"}}},
	}
	if groups != nil {
		r.Attributes = append(r.Attributes, samlidp.Attribute{Name: "groups", Values: groups})
	}
	for _, f := range change {
		f(&r)
	}
	raw, err := r.XML()
	if err != nil {
		p.b.t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(raw)
}

// browser is somebody's browser, which follows nothing by itself.
func (b *bench) browser() *client {
	c := b.anybody()
	c.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return c
}

func (c *client) open(path string) (*http.Response, string) {
	c.t.Helper()
	resp, raw := c.send(http.MethodGet, strings.TrimPrefix(path, c.url), "", nil)
	return resp, string(raw)
}

func (c *client) form(path string, v url.Values) (*http.Response, string) {
	c.t.Helper()
	resp, raw := c.send(http.MethodPost, strings.TrimPrefix(path, c.url), "application/x-www-form-urlencoded", strings.NewReader(v.Encode()))
	return resp, string(raw)
}

// asks begins a round and returns the ID of the request that the browser carries.
func (c *client) asks(path string) string {
	c.t.Helper()
	resp, body := c.open(path)
	_, query, _ := strings.Cut(resp.Header.Get("Location"), "?")
	if resp.StatusCode != http.StatusSeeOther {
		c.t.Fatalf("%s: %d %s", path, resp.StatusCode, body)
	}
	m, err := samlidp.FromQuery(query)
	if err != nil {
		c.t.Fatal(err)
	}
	return m.ID
}

// brings posts a response and comes back for the session.
func (c *client) brings(slug, response, relay string) (*http.Response, string) {
	c.t.Helper()
	v := url.Values{"SAMLResponse": {response}}
	if relay != "" {
		v.Set("RelayState", relay)
	}
	resp, body := c.form("/saml/"+slug+"/acs", v)
	if resp.StatusCode != http.StatusSeeOther {
		return resp, body
	}
	return c.open(resp.Header.Get("Location"))
}

// through signs somebody in through a provider, as the portal begins it.
func (c *client) through(p *provider, who string, groups ...string) (*http.Response, string) {
	c.t.Helper()
	id := c.asks("/sso/start/" + p.slug)
	return c.brings(p.slug, p.says(who, id, groups), id)
}

// drafts sets a draft with a provider, the group Admins for Full Admin and Eyes for
// Auditor.
func (c *client) drafts(p *provider, exempt ...string) *value.Object {
	c.t.Helper()
	return c.do(http.MethodPut, "/api/v1/sso/draft", draftOf(p.metadata(), exempt...), 200)
}

func draftOf(metadata string, exempt ...string) *value.Object {
	list := []any{}
	for _, e := range exempt {
		list = append(list, e)
	}
	return value.Map("metadata", metadata, "exempt", list, "roles", []any{
		value.Map("role", portal.Admin, "groups", []any{"Admins"}), value.Map("role", portal.Auditor, "groups", []any{"Eyes", "Watchers"}), value.Map("role", portal.Analyst, "groups", []any{"Watchers"}),
	})
}

// enabled is single sign-on in force in acme, as its administrator ada set it, who
// is exempt, with who came by then.
func (b *bench) enabled(slug, admin string, key int) (*client, *provider) {
	b.t.Helper()
	c, p := b.browser(), b.provider(slug, key)
	c.signIn(admin)
	c.drafts(p, admin)
	c.post("/api/v1/sso/save", value.Map("override", true), 200)
	return c, p
}

// confirms has somebody confirm their address by the link that an administrator
// hands over.
func (c *client) confirms(email string) {
	c.t.Helper()
	for _, m := range items(c.get("/api/v1/confirmations", 200)) {
		if m.Text("email") == email {
			_, token, _ := strings.Cut(c.post("/api/v1/members/"+m.Text("member")+"/confirmation/link", nil, 200).Text("url"), "#")
			c.post("/api/v1/confirmations", value.Map("token", token), 200)
			return
		}
	}
	c.t.Fatalf("%s is not to confirm anything", email)
}

// lasting has a response say how long the session is to last.
func lasting(d time.Duration) func(*samlidp.Response) {
	return func(r *samlidp.Response) { r.Lifetime = d }
}

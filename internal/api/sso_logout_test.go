package api

import (
	"cmp"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"
	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"sallyport/internal/portal"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
	"sallyport/internal/value"
	"sallyport/sandbox/okta"
)

// A logout request of the identity provider ends the sessions that it names. One
// that comes again, from whoever has seen it, is answered and ends nothing that
// began since; one that somebody else signed is refused, and logged.
func TestALogoutRequestEndsSessionsOnce(t *testing.T) {
	eachSSO(t, func(t *testing.T, b *bench, ada *client, p *provider) {
		sam := b.in(ada, p, "sam@acme.example", "Eyes")
		kim := b.in(ada, p, "kim@acme.example", "Eyes")
		asked := p.endsSession("sam@acme.example", nil)
		ask := func(what string) (*http.Response, string) {
			return b.browser().form("/saml/acme/slo", url.Values{"SAMLRequest": {what}})
		}
		stranger := *p
		stranger.key = signingKeys()[1]
		if resp, body := ask(stranger.endsSession("sam@acme.example", nil)); resp.StatusCode != 403 {
			t.Errorf("signed by another key: %d %s", resp.StatusCode, body)
		}
		trace := items(ada.get("/api/v1/sso/traces", 200))[0]
		if logged := b.loggedAs(trace.Text("code")); at(trace, "reason.check") != "signature" || trace.Text("purpose") != "logout" || logged["check"] != "signature" || logged["purpose"] != "logout" {
			t.Errorf("%s, logged as %v", value.JSON(trace), logged)
		}
		sam.get("/api/v1/session", 200)
		answered := func() {
			t.Helper()
			if resp, body := ask(asked); resp.StatusCode != 303 && !strings.Contains(body, "SAMLResponse") || resp.StatusCode == 303 && !strings.Contains(resp.Header.Get("Location"), "https://okta.example/acme/slo?SAMLResponse=") {
				t.Errorf("%d %s %s", resp.StatusCode, resp.Header.Get("Location"), body)
			}
		}
		answered()
		sam.get("/api/v1/session", 401)
		kim.get("/api/v1/session", 200)
		if resp, body := sam.through(p, "sam@acme.example", "Eyes"); resp.StatusCode != 303 {
			t.Fatalf("%d %s", resp.StatusCode, body)
		}
		answered()
		sam.get("/api/v1/session", 200)
		again := setupOn(t, b.db, func(d *Deps) { d.BaseURL, d.SSO = b.url, b.sso() })
		if resp, body := again.browser().form("/saml/acme/slo", url.Values{"SAMLRequest": {asked}}); resp.StatusCode >= 400 {
			t.Errorf("after a restart: %d %s", resp.StatusCode, body)
		}
		sam.get("/api/v1/session", 200)
		if told := ada.entries("?action=session.ended"); len(told) == 0 || !strings.Contains(string(value.JSON(told[len(told)-1])), "logout") {
			t.Errorf("the audit log has %v", told)
		}
	})
}

// postOnly is metadata of an identity provider that takes no redirects.
func postOnly(t *testing.T, metadata string) string {
	t.Helper()
	doc := etree.NewDocument()
	if err := doc.ReadFromString(metadata); err != nil {
		t.Fatal(err)
	}
	role := inside(doc.Root(), "IDPSSODescriptor")
	for _, el := range role.ChildElements() {
		if strings.HasSuffix(el.SelectAttrValue("Binding", ""), "HTTP-Redirect") {
			role.RemoveChild(el)
		}
	}
	text, err := doc.WriteToString()
	if err != nil || strings.Contains(text, "HTTP-Redirect") {
		t.Fatal(text, err)
	}
	return text
}

// An identity provider that takes requests by POST alone is sent them by a form that
// submits itself, on a page that runs no other script; so are its people who sign
// out.
func TestAnIdentityProviderThatTakesPOSTAlone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := setupOn(t, db)
		b.member(b.acme, "ada@acme.example", portal.Admin)
		ada, p := b.browser(), b.provider("acme", 0)
		ada.signIn("ada@acme.example")
		ada.do(http.MethodPut, "/api/v1/sso/draft", draftOf(postOnly(t, p.metadata()), "ada@acme.example"), 200)
		ada.post("/api/v1/sso/save", value.Map("override", true), 200)
		page := func(resp *http.Response, body, to string) url.Values {
			t.Helper()
			csp := resp.Header.Get("Content-Security-Policy")
			if resp.StatusCode != 200 || !strings.Contains(body, `action="`+to+`"`) || !strings.Contains(body, "document.forms[0].submit()") || !strings.Contains(csp, "script-src 'sha256-") || strings.Contains(csp, "unsafe-inline") {
				t.Fatalf("%d %q %s", resp.StatusCode, csp, body)
			}
			_, v := (&surfer{text: body}).fields()
			return v
		}
		sam := b.browser()
		through := func(status int) {
			t.Helper()
			resp, body := sam.open("/sso/start/acme?return_to=%2Fcases")
			sent := page(resp, body, "https://okta.example/acme/sso")
			raw := decoded(t, sent.Get("SAMLRequest"))
			id := raw.SelectAttrValue("ID", "")
			if raw.Tag != "AuthnRequest" || raw.SelectAttrValue("Destination", "") != "https://okta.example/acme/sso" || id == "" || sent.Get("RelayState") == "" || inside(raw, "Signature") == nil {
				t.Fatalf("sent is %v", sent)
			}
			if resp, body = sam.brings("acme", p.says("sam@acme.example", id, []string{"Eyes"}), sent.Get("RelayState")); resp.StatusCode != status {
				t.Fatalf("%d %s", resp.StatusCode, body)
			}
		}
		through(200) // to confirm the address
		b.pass(portal.ConfirmEvery)
		ada.confirms("sam@acme.example")
		through(303)
		sam.get("/api/v1/session", 200)
		resp, body := sam.form("/sso/logout", url.Values{})
		if out := decoded(t, page(resp, body, "https://okta.example/acme/slo").Get("SAMLRequest")); out.Tag != "LogoutRequest" || inside(out, "Signature") == nil {
			t.Errorf("sent is %s", out.Tag)
		}
		sam.get("/api/v1/session", 401)
	})
}

// decoded is the root of a message that a form carries.
func decoded(t *testing.T, field string) *etree.Element {
	t.Helper()
	doc := etree.NewDocument()
	if err := doc.ReadFromBytes(fromBase64(t, field)); err != nil || doc.Root() == nil {
		t.Fatalf("%s: %v", field, err)
	}
	return doc.Root()
}

// issuer is an Okta org as it signs the orders of Universal Logout.
type issuer struct {
	b       *bench
	url     string
	entity  string
	private *rsa.PrivateKey
}

// revocation is such an order; the zero value is as it should be.
type revocation struct {
	typ   string
	kid   string
	alg   jose.SignatureAlgorithm
	key   any
	claim func(map[string]any)
}

func (b *bench) issuer(p *provider) *issuer {
	b.t.Helper()
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		b.t.Fatal(err)
	}
	keys, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: private.Public(), KeyID: "k1", Algorithm: "RS256", Use: "sig"}}})
	if err != nil {
		b.t.Fatal(err)
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/oauth2/v1/keys" {
			_, _ = w.Write(keys)
		}
	}))
	b.t.Cleanup(srv.Close)
	return &issuer{b, srv.URL, p.entity, private}
}

// metadata is the provider's, whose people sign in at the issuer.
func (i *issuer) metadata(p *provider) string {
	return regexp.MustCompile(`https://okta\.example/acme/sso`).ReplaceAllLiteralString(p.metadata(), i.url+"/sso")
}

func (i *issuer) token(o revocation, id string) string {
	i.b.t.Helper()
	now := i.b.now()
	claims := map[string]any{
		"iss": i.url, "sub": i.entity, "aud": i.b.url + "/saml/acme/global-token-revocation", "jti": id, "iat": now.Unix(), "exp": now.Add(5 * time.Minute).Unix(),
	}
	if o.claim != nil {
		o.claim(claims)
	}
	o.typ, o.kid = cmp.Or(o.typ, "global-token-revocation+jwt"), cmp.Or(o.kid, "k1")
	if o.alg = cmp.Or(o.alg, jose.RS256); o.key == nil {
		o.key = i.private
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: o.alg, Key: o.key}, (&jose.SignerOptions{}).WithType(jose.ContentType(o.typ)).WithHeader("kid", o.kid))
	if err != nil {
		i.b.t.Fatal(err)
	}
	text, err := jwt.Signed(signer).Claims(claims).Serialize()
	if err != nil {
		i.b.t.Fatal(err)
	}
	return text
}

// Universal Logout ends all of a person's sessions, by the address or by the id that
// the identity provider pushed: if the Okta org of the metadata signed the order, for
// this address, now. Anything else ends nothing; an order that was carried out is not
// again.
func TestUniversalLogoutIsOrderedByTheOrgOfTheMetadataAlone(t *testing.T) {
	eachSSO(t, func(t *testing.T, b *bench, ada *client, p *provider) {
		i := b.issuer(p)
		ada.do(http.MethodPut, "/api/v1/sso/draft", draftOf(i.metadata(p), "ada@acme.example"), 200)
		ada.post("/api/v1/sso/save", value.Map("override", true), 200)
		sam := b.in(ada, p, "sam@acme.example", "Eyes")
		there := b.browser()
		there.through(p, "sam@acme.example", "Eyes")
		kim := b.in(ada, p, "kim@acme.example", "Eyes")
		ada.post("/api/v1/session/proof", value.Map("password", password), 200)
		pushes := b.idp(ada)
		id := value.String(at(pushes.ask(200, "GET", "/Users?filter="+url.QueryEscape(`userName eq "sam@acme.example"`), ""), "Resources.0.id"))
		pushes.ask(200, "PUT", "/Users/"+id, strings.Replace(fmt.Sprintf(pushed, "sam@acme.example", "Sam", true), "00usam@acme.example", "00u7", 1))
		byID := fmt.Sprintf(`{"sub_id":{"format":"iss_sub","iss":%q,"sub":"00u7"}}`, i.url)
		serial := 0
		send := func(o revocation, body string) int {
			t.Helper()
			c := b.browser()
			serial++
			c.bearer = i.token(o, fmt.Sprint("jti", serial))
			resp, _ := c.send(http.MethodPost, "/saml/acme/global-token-revocation", "application/json", strings.NewReader(body))
			return resp.StatusCode
		}
		claim := func(name string, v any) revocation { return revocation{claim: func(c map[string]any) { c[name] = v }} }
		other, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			t.Fatal(err)
		}
		for name, o := range map[string]revocation{
			"of another key": {key: other}, "of a key that is not shown": {kid: "k2"}, "of another type": {typ: "JWT"}, "of a shared secret": {alg: jose.HS256, key: []byte(strings.Repeat("k", 32))},
			"of another issuer": claim("iss", "https://evil.example"), "of another app": claim("sub", "https://okta.example/evil"), "for another organization": claim("aud", b.url+"/saml/evil/global-token-revocation"),
			"that is over": claim("exp", b.now().Add(-time.Hour).Unix()), "of tomorrow": claim("nbf", b.now().Add(time.Hour).Unix()), "that holds for a day": claim("exp", b.now().Add(24*time.Hour).Unix()),
			"without an id": claim("jti", ""), "without an end": {claim: func(c map[string]any) { delete(c, "exp") }}, "without a beginning": {claim: func(c map[string]any) { delete(c, "iat") }},
		} {
			if status := send(o, byID); status != 401 {
				t.Errorf("an order %s: %d", name, status)
			}
		}
		for name, body := range map[string]string{
			"of another issuer's id": `{"sub_id":{"format":"iss_sub","iss":"https://evil.example","sub":"00u7"}}`, "of nobody": `{"sub_id":{"format":"iss_sub","iss":"` + i.url + `"}}`,
			"of no format": `{"sub_id":{"sub":"00u7"}}`, "of nothing": `{}`, "that is no JSON": `{`,
		} {
			if status := send(revocation{}, body); status != 400 {
				t.Errorf("a subject %s: %d", name, status)
			}
		}
		if status := send(revocation{}, strings.Replace(byID, "00u7", "00u8", 1)); status != 204 {
			t.Errorf("of somebody who is not known: %d", status)
		}
		sam.get("/api/v1/session", 200)
		if n := strings.Count(b.log.String(), `"msg":"revocation refused"`); n != 13 {
			t.Errorf("%d refusals are logged", n)
		}
		if status := send(revocation{}, byID); status != 204 {
			t.Fatalf("by issuer and id: %d", status)
		}
		used := i.token(revocation{}, fmt.Sprint("jti", serial))
		sam.get("/api/v1/session", 401)
		there.get("/api/v1/session", 401)
		kim.get("/api/v1/session", 200)
		ada.get("/api/v1/session", 200)
		sam.through(p, "sam@acme.example", "Eyes")
		c := b.browser()
		c.bearer = used
		if resp, _ := c.send(http.MethodPost, "/saml/acme/global-token-revocation", "application/json", strings.NewReader(byID)); resp.StatusCode != 409 {
			t.Errorf("an order that was carried out: %d", resp.StatusCode)
		}
		sam.get("/api/v1/session", 200)
		if status := send(revocation{}, `{"sub_id":{"format":"email","email":"SAM@acme.example"}}`); status != 204 {
			t.Errorf("by address: %d", status)
		}
		sam.get("/api/v1/session", 401)
		if told := string(value.JSON(ada.get("/api/v1/audit?action=session.ended", 200))); !strings.Contains(told, "universal logout") {
			t.Errorf("the audit log has %s", told)
		}
	})
}

// The sandbox's Okta orders Universal Logout of who was provisioned by their id there.
func TestUniversalLogoutByIssuerAndSubject(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := setupOn(t, db)
		b.member(b.acme, "ada@acme.example", portal.Admin)
		b.member(b.acme, "ann@acme.example", portal.Auditor)
		o := b.realOkta(t)
		admin := b.browser()
		admin.signIn("ada@acme.example")
		sp, err := b.deps.SSO.Provider(t.Context(), b.acme)
		if err != nil {
			t.Fatal(err)
		}
		o.joins(admin.get("/api/v1/sso", 200).Object("serviceProvider"), sp.Certificate)
		annID := o.person("ann@acme.example", "Eyes")
		admin.do(http.MethodPut, "/api/v1/sso/draft", value.Map("metadataUrl", o.metadata(), "exempt", []any{"ada@acme.example"}, "roles", []any{
			value.Map("role", "admin", "groups", []any{"Admins"}), value.Map("role", "auditor", "groups", []any{"Eyes"}),
		}), 200)
		admin.post("/api/v1/sso/save", value.Map("override", true), 200)
		pushes := b.idp(admin)
		id := value.String(at(pushes.ask(200, "GET", "/Users?filter="+url.QueryEscape(`userName eq "ann@acme.example"`), ""), "Resources.0.id"))
		pushes.ask(200, "PUT", "/Users/"+id, strings.Replace(fmt.Sprintf(pushed, "ann@acme.example", "Ann", true), "00uann@acme.example", annID, 1))
		ann := newSurfer(t)
		ann.goes(http.MethodGet, b.url+"/sso/start/acme?return_to=/api/v1/session", nil)
		ann.signsIn("ann@acme.example")
		if code, said := ann.session(b.url); code != 200 {
			t.Fatalf("%d %s at %s: %s", code, said, ann.at, ann.text)
		}
		if !o.org.SetRevocation(okta.RevocationState{App: o.app, Endpoint: sp.Revocation, Subject: "iss_sub"}) {
			t.Fatal("Okta does not take the endpoint")
		}
		o.call(http.MethodDelete, "/api/v1/users/"+annID+"/sessions", nil)
		code := 200
		for deadline := time.Now().Add(10 * time.Second); code == 200 && time.Now().Before(deadline); {
			code, _ = ann.session(b.url)
		}
		if code != 401 {
			t.Errorf("after Universal Logout: %d", code)
		}
		admin.get("/api/v1/session", 200)
	})
}

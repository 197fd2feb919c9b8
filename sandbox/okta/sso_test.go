package okta_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"html"
	"io"
	"math/big"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sallyport/internal/saml"
)

// The service provider of the tests.
const (
	acsURL   = "https://sallyport.test/sso/saml/acme/acs"
	audience = "https://sallyport.test/sso/saml/acme"
	sloURL   = "https://sallyport.test/sso/saml/acme/slo"
)

// portal makes a SAML app and returns it. Changes are made to its settings.
func (x *tenant) portal(change ...func(signOn object)) object {
	x.Helper()
	signOn := object{
		"ssoAcsUrl": acsURL, "audience": audience, "recipient": acsURL, "destination": acsURL, "subjectNameIdTemplate": "${user.userName}",
		"subjectNameIdFormat": "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified", "responseSigned": true, "assertionSigned": true,
		"signatureAlgorithm": "RSA_SHA256", "digestAlgorithm": "SHA256", "honorForceAuthn": true, "requestCompressed": false, "allowMultipleAcsEndpoints": false,
		"authnContextClassRef": "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",
		"attributeStatements": []object{
			{"type": "EXPRESSION", "name": "firstName", "namespace": "urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified", "values": []string{"user.firstName"}},
			{"type": "GROUP", "name": "groups", "namespace": "urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified", "filterType": "STARTS_WITH", "filterValue": "red"},
		},
	}
	for _, f := range change {
		f(signOn)
	}
	return x.post("/api/v1/apps", object{"label": "Sallyport", "signOnMode": "SAML_2_0", "settings": object{"signOn": signOn}}).want(200).object()
}

// browser is somebody's browser. It follows no redirects.
type browser struct {
	*tenant
	http.Client
}

func (x *tenant) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		x.Fatal(err)
	}
	return &browser{x, http.Client{
		Jar: jar, Transport: &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// view is a page that a browser shows.
type view struct {
	*browser
	status int
	header http.Header
	text   string
	at     string
}

func (b *browser) do(method, to string, fields url.Values) view {
	b.Helper()
	if strings.HasPrefix(to, "/") {
		to = b.url + to
	}
	req, err := http.NewRequest(method, to, strings.NewReader(fields.Encode()))
	if err != nil {
		b.Fatal(err)
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := b.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		b.Fatal(err)
	}
	return view{b, resp.StatusCode, resp.Header, string(text), to}
}

func (b *browser) open(to string) view { b.Helper(); return b.do(http.MethodGet, to, nil) }

var (
	hidden = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)
	action = regexp.MustCompile(`action="([^"]*)"`)
)

// form returns the hidden fields of the page's form, and where it goes.
func (v view) form() (string, url.Values) {
	fields := url.Values{}
	for _, m := range hidden.FindAllStringSubmatch(v.text, -1) {
		fields.Add(html.UnescapeString(m[1]), html.UnescapeString(m[2]))
	}
	to := v.at
	if m := action.FindStringSubmatch(v.text); m != nil {
		to = html.UnescapeString(m[1])
	}
	return to, fields
}

// signIn fills in the sign-in page.
func (v view) signIn(login string) view {
	v.Helper()
	if !strings.Contains(v.text, `name="username"`) {
		v.Fatalf("no sign-in page: %d %s", v.status, v.text)
	}
	to, fields := v.form()
	fields.Set("username", login)
	return v.do(http.MethodPost, to, fields)
}

// posted returns what the page posts to the service provider.
func (v view) posted() ([]byte, url.Values) {
	v.Helper()
	to, fields := v.form()
	if to != acsURL {
		v.Fatalf("answered %d, posts to %s: %s", v.status, to, v.text)
	}
	b, err := base64.StdEncoding.DecodeString(fields.Get("SAMLResponse"))
	if err != nil {
		v.Fatal(err)
	}
	return b, fields
}

func (x *tenant) provider(a object) saml.IDP {
	x.Helper()
	raw := x.as("").get("/app/exk" + strings.TrimPrefix(str(a, "id"), "0oa") + "/sso/saml/metadata").want(200).body
	idp, err := saml.ParseMetadata(raw, saml.MetadataOptions{Now: x.now(), AllowLoopback: true})
	if err != nil {
		x.Fatal(err)
	}
	return idp
}

func serviceProvider() saml.SP { return saml.SP{EntityID: audience, ACS: acsURL, SLO: sloURL} }

// keyed gives a service provider a key.
func keyed(t *testing.T) saml.SP {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "sp"}, NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<33, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	sp := serviceProvider()
	sp.Key, sp.Certificate = key, cert
	return sp
}

// member makes somebody who has an app, and is in groups.
func (x *tenant) member(app object, name string, groups ...string) string {
	x.Helper()
	id := x.person(name)
	for _, g := range groups {
		x.put("/api/v1/groups/"+x.team(g)+"/users/"+id, nil).want(204)
	}
	x.post("/api/v1/apps/"+str(app, "id")+"/users", object{"id": id, "scope": "USER"}).want(200)
	return id
}

func (x *tenant) check(raw []byte, e saml.Expect) saml.Assertion {
	x.Helper()
	e.Now, e.SP = x.now(), serviceProvider()
	a, err := saml.Check(raw, e)
	if err != nil {
		x.Fatalf("%v\n%s", err, raw)
	}
	return a
}

func TestSignInThatTheServiceProviderBegins(t *testing.T) {
	x := serve(t)
	app := x.portal()
	x.member(app, "ann", "red team", "blue team", "redwood")
	idp := x.provider(app)
	for _, binding := range []saml.Binding{saml.Redirect, saml.POST} {
		b := x.browser()
		only := idp
		only.SSO = nil
		for _, e := range idp.SSO {
			if e.Binding == binding {
				only.SSO = append(only.SSO, e)
			}
		}
		m, err := serviceProvider().AuthnRequest(only, saml.SignIn{ID: "_request1", RelayState: "r1", Now: x.now()})
		if err != nil {
			t.Fatal(err)
		}
		page := b.do(http.MethodPost, m.URL, m.Form)
		if binding == saml.Redirect {
			page = b.open(m.URL)
		}
		raw, fields := page.signIn("ann@test.example").posted()
		got := x.check(raw, saml.Expect{IDP: idp, InResponseTo: "_request1"})
		if fields.Get("RelayState") != "r1" || got.NameID != "ann@test.example" || !got.ResponseSigned || !got.AssertionSigned || got.SessionIndex == "" {
			t.Errorf("%s: %v %+v", binding, fields["RelayState"], got)
		}
		if diff := cmp.Diff(map[string][]string{"firstName": {"ann"}, "groups": {"red team", "redwood"}}, got.Attributes); diff != "" {
			t.Error(diff)
		}
		// Who is signed in is not asked again, unless that is wanted.
		if binding == saml.POST {
			continue
		}
		m, _ = serviceProvider().AuthnRequest(only, saml.SignIn{ID: "_request2", Now: x.now()})
		raw, _ = b.open(m.URL).posted()
		x.check(raw, saml.Expect{IDP: idp, InResponseTo: "_request2"})
		m, _ = serviceProvider().AuthnRequest(only, saml.SignIn{ID: "_request3", Now: x.now(), ForceAuthn: true})
		x.advance(time.Minute)
		raw, _ = b.open(m.URL).signIn("ann@test.example").posted()
		x.check(raw, saml.Expect{IDP: idp, InResponseTo: "_request3", AuthnSince: x.now()})
	}
}

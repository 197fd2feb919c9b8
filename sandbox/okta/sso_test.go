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
	acsURL   = "https://sallyport.test/saml/acme/acs"
	audience = "https://sallyport.test/saml/acme"
	sloURL   = "https://sallyport.test/saml/acme/slo"
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

func TestSignInFromTheDashboard(t *testing.T) {
	x := serve(t)
	app := x.portal(func(s object) { s["defaultRelayState"] = "/start" })
	x.member(app, "ann")
	b := x.browser()
	if page := b.open("/app/UserHome").signIn("ann@test.example"); page.status != http.StatusSeeOther || page.header.Get("Location") != "/app/UserHome" {
		t.Fatalf("signed in: %d %v", page.status, page.header)
	}
	home := b.open("/app/UserHome")
	tile := regexp.MustCompile(`<a href="(/home/[^"]*)">Sallyport</a>`).FindStringSubmatch(home.text)
	if tile == nil {
		t.Fatalf("no tile: %s", home.text)
	}
	var raw []byte
	types, events := x.events(func() {
		var fields url.Values
		raw, fields = b.open(tile[1]).posted()
		if fields.Get("RelayState") != "/start" {
			t.Errorf("RelayState %v", fields)
		}
	})
	got := x.check(raw, saml.Expect{IDP: x.provider(app)})
	if got.NameID != "ann@test.example" || strings.Contains(string(raw), "InResponseTo") {
		t.Errorf("%+v %s", got, raw)
	}
	if diff := cmp.Diff([]string{"user.authentication.sso"}, types); diff != "" {
		t.Fatal(diff)
	}
	debug := at(events[0], "debugContext", "debugData").(object)
	if debug["initiationType"] != "IDP_INITIATED" || debug["signOnMode"] != "SAML 2.0" || str(events[0], "target", "0", "id") != str(app, "id") {
		t.Errorf("%v", events[0])
	}
	if page := b.open("/home/" + str(app, "name") + "/exk" + str(app, "id")[3:]); page.status != 200 {
		t.Errorf("by the id of the provider: %d", page.status)
	}
}

func TestResponsesLookLikeOktas(t *testing.T) {
	x := serve(t)
	app := x.portal()
	x.member(app, "ann", "red")
	raw, _ := x.browser().open("/home/" + str(app, "name") + "/" + str(app, "id")).signIn("ann@test.example").posted()
	text := string(raw)
	for _, part := range []string{
		`<?xml version="1.0" encoding="UTF-8"?><saml2p:Response Destination="` + acsURL + `" ID="id`,
		`<saml2:Issuer Format="urn:oasis:names:tc:SAML:2.0:nameid-format:entity" xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion">http://www.okta.com/exk`,
		`<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>`, `<ec:InclusiveNamespaces xmlns:ec="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList="xs"/>`,
		`<saml2:SubjectConfirmationData NotOnOrAfter="2026-03-02T09:05:00.000Z" Recipient="` + acsURL + `"/>`,
		`<saml2:Conditions NotBefore="2026-03-02T08:55:00.000Z" NotOnOrAfter="2026-03-02T09:05:00.000Z"`, `<saml2:Audience>` + audience + `</saml2:Audience>`,
		`<saml2:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport</saml2:AuthnContextClassRef>`,
		`xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="xs:string">red</saml2:AttributeValue>`,
	} {
		if !strings.Contains(text, part) {
			t.Errorf("lacks %s\n%s", part, text)
		}
	}
	if n := strings.Count(text, "<ds:Signature "); n != 2 {
		t.Errorf("%d signatures", n)
	}
}

func TestGroupAttributes(t *testing.T) {
	for name, c := range map[string]struct {
		kind, value string
		want        []string
	}{
		"starts with":                 {"STARTS_WITH", "Sally", []string{"Sally admins", "Sallyport"}},
		"equals":                      {"EQUALS", "Sallyport", []string{"Sallyport"}},
		"contains":                    {"CONTAINS", "admins", []string{"Sally admins", "other admins"}},
		"regex is for the whole name": {"REGEX", "Sally.*", []string{"Sally admins", "Sallyport"}},
		"everything":                  {"REGEX", ".*", []string{"Sally admins", "Sallyport", "other admins", "Everyone"}},
		"nothing":                     {"EQUALS", "no", nil},
	} {
		t.Run(name, func(t *testing.T) {
			x := serve(t)
			app := x.portal(func(s object) {
				s["attributeStatements"] = []object{{"type": "GROUP", "name": "groups", "namespace": "urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified", "filterType": c.kind, "filterValue": c.value}}
			})
			x.member(app, "ann", "Sally admins", "Sallyport", "other admins")
			raw, _ := x.browser().open("/home/" + str(app, "name") + "/" + str(app, "id")).signIn("ann@test.example").posted()
			got := x.check(raw, saml.Expect{IDP: x.provider(app)})
			if diff := cmp.Diff(c.want, got.Attributes["groups"]); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWhoMayNotSignInIsNotPosted(t *testing.T) {
	x := serve(t)
	app := x.portal()
	x.person("stranger")
	suspended, gone := x.member(app, "suspended"), x.member(app, "gone")
	x.post("/api/v1/users/"+suspended+"/lifecycle/suspend", nil).want(200)
	x.post("/api/v1/users/"+gone+"/lifecycle/deactivate", nil).want(200)
	path := "/home/" + str(app, "name") + "/" + str(app, "id")
	for login, want := range map[string]struct {
		status int
		text   string
	}{
		"stranger":  {403, "you are not assigned this app in Okta"},
		"suspended": {401, "Unable to sign in"},
		"gone":      {401, "Unable to sign in"},
		"nobody":    {401, "Unable to sign in"},
	} {
		page := x.browser().open(path).signIn(login + "@test.example")
		if page.status != want.status || !strings.Contains(html.UnescapeString(page.text), want.text) || strings.Contains(page.text, "SAMLResponse") {
			t.Errorf("%s: %d %s", login, page.status, page.text)
		}
	}
	ann := x.browser()
	x.member(app, "ann")
	ann.open(path).signIn("ann@test.example").posted()
	x.post("/api/v1/users/"+str(x.get("/api/v1/users/ann@test.example").object(), "id")+"/lifecycle/suspend", nil).want(200)
	if page := ann.open(path); !strings.Contains(page.text, `name="username"`) {
		t.Errorf("a session outlives the suspension: %s", page.text)
	}
	x.post("/api/v1/apps/"+str(app, "id")+"/lifecycle/deactivate", nil).want(200)
	if page := ann.open(path); page.status != 404 {
		t.Errorf("an inactive app: %d", page.status)
	}
}

func TestKeysAreRotated(t *testing.T) {
	x := serve(t)
	app := x.portal()
	x.member(app, "ann")
	path := "/api/v1/apps/" + str(app, "id")
	first := str(app, "credentials", "signing", "kid")
	keys := x.get(path + "/credentials/keys").want(200).list()
	if len(keys) != 1 || keys[0]["kid"] != first {
		t.Fatalf("keys %v", keys)
	}
	x.post(path+"/credentials/keys/generate?validityYears=1", nil).fails(400, "E0000001")
	second := x.post(path+"/credentials/keys/generate?validityYears=2", nil).want(201).object()
	signIn := func() saml.Assertion {
		raw, _ := x.browser().open("/home/" + str(app, "name") + "/" + str(app, "id")).signIn("ann@test.example").posted()
		return x.check(raw, saml.Expect{IDP: x.provider(app)})
	}
	before := signIn()
	if n := len(x.provider(app).Certificates); n != 2 {
		t.Errorf("%d certificates in the metadata", n)
	}
	app["credentials"] = object{"signing": object{"kid": second["kid"]}}
	types, _ := x.events(func() { app = x.put(path, app).want(200).object() })
	if diff := cmp.Diff([]string{"app.keys.rotate", "application.lifecycle.update"}, types); diff != "" {
		t.Error(diff)
	}
	after := signIn()
	if str(app, "credentials", "signing", "kid") != second["kid"] || before.Certificate.Equal(after.Certificate) {
		t.Error("the other key does not sign")
	}
	if got := base64.StdEncoding.EncodeToString(after.Certificate.Raw); at(second, "x5c", "0") != got {
		t.Error("the key is not the one that was generated")
	}
	one, err := saml.ParseMetadata(x.get(path+"/sso/saml/metadata?kid="+first).want(200).body, saml.MetadataOptions{Now: x.now(), AllowLoopback: true})
	if err != nil || len(one.Certificates) != 1 || !one.Certificates[0].Equal(before.Certificate) {
		t.Errorf("metadata of one key: %v", err)
	}
	other := x.post("/api/v1/apps", object{"label": "Other", "signOnMode": "SAML_2_0", "settings": object{"signOn": at(app, "settings", "signOn")}}).want(200).object()
	x.post(path+"/credentials/keys/"+first+"/clone?targetAid="+str(other, "id"), nil).want(201)
	if n := len(x.get("/api/v1/apps/" + str(other, "id") + "/credentials/keys").want(200).list()); n != 2 {
		t.Errorf("%d keys after cloning", n)
	}
}

func TestSAMLSettingsAreChecked(t *testing.T) {
	x := serve(t)
	for name, change := range map[string]func(object){
		"no audience":  func(s object) { delete(s, "audience") },
		"no signature": func(s object) { s["responseSigned"], s["assertionSigned"] = false, false },
		"no URL":       func(s object) { s["ssoAcsUrl"] = "portal" },
		"bad expression": func(s object) {
			s["attributeStatements"].([]object)[1]["filterType"], s["attributeStatements"].([]object)[1]["filterValue"] = "REGEX", "("
		},
		"a name twice": func(s object) { s["attributeStatements"].([]object)[1]["name"] = "firstName" },
		"nameless":     func(s object) { s["attributeStatements"].([]object)[0]["name"] = "" },
	} {
		t.Run(name, func(t *testing.T) {
			signOn := object{
				"ssoAcsUrl": acsURL, "audience": audience, "responseSigned": true, "assertionSigned": true, "honorForceAuthn": true, "requestCompressed": false,
				"allowMultipleAcsEndpoints": false, "attributeStatements": []object{
					{"type": "EXPRESSION", "name": "firstName", "values": []string{"user.firstName"}},
					{"type": "GROUP", "name": "groups", "filterType": "STARTS_WITH", "filterValue": "red"},
				},
			}
			x := x.in(t)
			change(signOn)
			x.post("/api/v1/apps", object{"label": name, "signOnMode": "SAML_2_0", "settings": object{"signOn": signOn}}).fails(400, "E0000001")
		})
	}
	app := x.portal()
	path := "/app/" + str(app, "name") + "/exk" + str(app, "id")[3:] + "/sso/saml"
	for name, query := range map[string]string{"no base64": "?SAMLRequest=!", "no XML": "?SAMLRequest=AAAA"} {
		if page := x.browser().open(path + query); page.status != 400 {
			t.Errorf("%s: %d", name, page.status)
		}
	}
}

func TestSingleLogout(t *testing.T) {
	x := serve(t)
	sp := keyed(t)
	app := x.portal(func(s object) {
		s["slo"] = object{"enabled": true, "issuer": audience, "logoutUrl": sloURL}
		s["participateSlo"] = object{"enabled": true, "logoutRequestUrl": sloURL, "sessionIndexRequired": true, "bindingType": "POST"}
		s["spCertificate"] = object{"x5c": []string{base64.StdEncoding.EncodeToString(sp.Certificate.Raw)}}
	})
	x.member(app, "ann")
	idp, tile := x.provider(app), "/home/"+str(app, "name")+"/"+str(app, "id")
	expect := saml.Expect{IDP: idp, SP: sp, Now: x.now()}
	t.Run("the app begins", func(t *testing.T) {
		b := x.in(t).browser()
		raw, _ := b.open(tile).signIn("ann@test.example").posted()
		got := x.check(raw, saml.Expect{IDP: idp})
		m, err := sp.LogoutRequest(idp, saml.SignOut{ID: "_logout1", RelayState: "r", NameID: saml.NameID{Value: got.NameID, Format: got.NameIDFormat}, SessionIndex: got.SessionIndex, Now: x.now()})
		if err != nil {
			t.Fatal(err)
		}
		var page view
		types, _ := x.events(func() { page = b.open(m.URL) })
		to, fields := page.form()
		in, err := saml.FromForm(fields)
		if err != nil {
			t.Fatalf("%v: %s", err, page.text)
		}
		e := expect
		e.InResponseTo = "_logout1"
		if done, err := in.Response(e); err != nil || !done.Complete || to != sloURL || fields.Get("RelayState") != "r" {
			t.Errorf("%+v %v %s", done, err, to)
		}
		if diff := cmp.Diff([]string{"user.authentication.slo", "user.session.end"}, types); diff != "" {
			t.Error(diff)
		}
		if page := b.open(tile); !strings.Contains(page.text, `name="username"`) {
			t.Error("still signed in")
		}
	})
	t.Run("the person begins", func(t *testing.T) {
		b := x.in(t).browser()
		b.open(tile).signIn("ann@test.example").posted()
		page := b.open("/login/signout")
		to, fields := page.form()
		in, err := saml.FromForm(fields)
		if err != nil {
			t.Fatalf("%v: %s", err, page.text)
		}
		ask, err := in.Request(expect)
		if err != nil || ask.NameID.Value != "ann@test.example" || len(ask.SessionIndex) != 1 || to != sloURL {
			t.Fatalf("%+v %v", ask, err)
		}
		m, err := sp.LogoutResponse(idp, saml.SignedOut{ID: "_answer", InResponseTo: ask.ID, RelayState: ask.RelayState, Status: saml.LogoutSuccess, Now: x.now()})
		if err != nil {
			t.Fatal(err)
		}
		if page := b.open(m.URL); !strings.Contains(page.text, "You are signed out") {
			t.Errorf("%d %s", page.status, page.text)
		}
	})
	t.Run("a stranger cannot", func(t *testing.T) {
		m, err := keyed(t).LogoutRequest(idp, saml.SignOut{ID: "_logout2", NameID: saml.NameID{Value: "ann@test.example"}, Now: x.now()})
		if err != nil {
			t.Fatal(err)
		}
		if page := x.in(t).browser().open(m.URL); page.status != 400 {
			t.Errorf("%d %s", page.status, page.text)
		}
	})
}

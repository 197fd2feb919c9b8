package api

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"sallyport/internal/portal"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
	"sallyport/internal/value"
	"sallyport/sandbox/okta"
)

// tenant is a simulated Okta org with an application for an organization here.
type tenant struct {
	t     *testing.T
	org   *okta.Org
	url   string
	app   string // id
	name  string
	token string
}

// realOkta starts an Okta org whose clock is the bench's.
func (b *bench) realOkta(t *testing.T) *tenant {
	t.Helper()
	org, err := okta.New(okta.Options{Seed: 7, Now: b.now, Mail: func(string, string, string) {}, HTTP: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(org)
	t.Cleanup(func() {
		srv.Close()
		org.Close()
	})
	org.SetBaseURL(srv.URL)
	return &tenant{t: t, org: org, url: srv.URL, token: org.AdminToken()}
}

func (o *tenant) call(method, path string, body any) map[string]any {
	o.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		o.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(o.t.Context(), method, o.url+path, strings.NewReader(string(text)))
	if err != nil {
		o.t.Fatal(err)
	}
	req.Header.Set("Authorization", "SSWS "+o.token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		o.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode >= 300 {
		o.t.Fatalf("%s %s: %d %s %v", method, path, resp.StatusCode, raw, err)
	}
	var out map[string]any
	_ = json.Unmarshal(raw, &out)
	return out
}

// joins makes the application, as an organization's service provider says.
func (o *tenant) joins(sp *value.Object, certificate []byte) {
	o.t.Helper()
	slo := sp.Text("logoutUrl")
	app := o.call(http.MethodPost, "/api/v1/apps", map[string]any{"label": "Sallyport", "signOnMode": "SAML_2_0", "settings": map[string]any{"signOn": map[string]any{
		"ssoAcsUrl": sp.Text("acsUrl"), "audience": sp.Text("entityId"), "recipient": sp.Text("acsUrl"), "destination": sp.Text("acsUrl"), "responseSigned": true, "assertionSigned": true,
		"slo": map[string]any{"enabled": true, "issuer": sp.Text("entityId"), "logoutUrl": slo}, "participateSlo": map[string]any{"enabled": true, "logoutRequestUrl": slo, "sessionIndexRequired": true, "bindingType": "POST"},
		"spCertificate": map[string]any{"x5c": []string{base64.StdEncoding.EncodeToString(certificate)}},
		"attributeStatements": []any{
			map[string]any{"type": "EXPRESSION", "name": "email", "namespace": "urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified", "values": []string{"user.email"}},
			map[string]any{"type": "GROUP", "name": "groups", "namespace": "urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified", "filterType": "REGEX", "filterValue": ".*"},
		},
	}}})
	o.app, o.name = app["id"].(string), app["name"].(string)
}

func (o *tenant) metadata() string { return o.url + "/app/exk" + o.app[3:] + "/sso/saml/metadata" }

// person makes somebody who has the application, and is in a group.
func (o *tenant) person(login, group string) string {
	o.t.Helper()
	u := o.call(http.MethodPost, "/api/v1/users?activate=true", map[string]any{"profile": map[string]any{"firstName": "Ann", "lastName": "Lee", "email": login, "login": login}, "credentials": map[string]any{"password": map[string]any{"value": "Correct-Horse-9"}}})
	id := u["id"].(string)
	g := o.call(http.MethodPost, "/api/v1/groups", map[string]any{"profile": map[string]any{"name": group}})
	o.call(http.MethodPut, "/api/v1/groups/"+g["id"].(string)+"/users/"+id, nil)
	o.call(http.MethodPost, "/api/v1/apps/"+o.app+"/users", map[string]any{"id": id, "scope": "USER"})
	return id
}

// surfer is a browser that goes wherever it is led, and submits what submits
// itself, until a page that wants a person.
type surfer struct {
	t    *testing.T
	http *http.Client
	at   string
	text string
	code int
}

func newSurfer(t *testing.T) *surfer {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &surfer{t: t, http: &http.Client{Jar: jar, Transport: &http.Transport{DisableKeepAlives: true}}}
}

var (
	hiddenField = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)
	pageLink    = regexp.MustCompile(`<a href="([^"]*)"`)
	formAction  = regexp.MustCompile(`action="([^"]*)"`)
)

func (s *surfer) fields() (string, url.Values) {
	out := url.Values{}
	for _, m := range hiddenField.FindAllStringSubmatch(s.text, -1) {
		out.Add(html.UnescapeString(m[1]), html.UnescapeString(m[2]))
	}
	to := s.at
	if m := formAction.FindStringSubmatch(s.text); m != nil {
		to = html.UnescapeString(m[1])
	}
	return to, out
}

func (s *surfer) goes(method, to string, v url.Values) {
	s.t.Helper()
	for range 12 {
		req, err := http.NewRequestWithContext(s.t.Context(), method, to, strings.NewReader(v.Encode()))
		if err != nil {
			s.t.Fatal(err)
		}
		if method == http.MethodPost {
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		resp, err := s.http.Do(req)
		if err != nil {
			s.t.Fatal(err)
		}
		raw, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil {
			s.t.Fatal(err)
		}
		s.at, s.text, s.code = resp.Request.URL.String(), string(raw), resp.StatusCode
		switch {
		case strings.Contains(s.text, "document.forms[0].submit()"):
			method = http.MethodPost
			to, v = s.fields()
		case strings.Contains(s.text, "location.replace(document.links[0].href)"):
			method = http.MethodGet
			to, v = html.UnescapeString(pageLink.FindStringSubmatch(s.text)[1]), nil
		default:
			return
		}
	}
	s.t.Fatal("led in a circle")
}

// signsIn fills in Okta's sign-in page.
func (s *surfer) signsIn(login string) {
	s.t.Helper()
	if !strings.Contains(s.text, `name="username"`) {
		s.t.Fatalf("%s is no sign-in page: %d %s", s.at, s.code, s.text)
	}
	to, v := s.fields()
	v.Set("username", login)
	s.goes(http.MethodPost, to, v)
}

// session is what the server says of the browser's session.
func (s *surfer) session(base string) (int, string) {
	s.t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, base+"/api/v1/session", nil)
	if err != nil {
		s.t.Fatal(err)
	}
	resp, err := s.http.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	raw, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(raw)
}

// The whole story with a simulated Okta: its application, test and save, sign-in
// from here and from the tile, single logout both ways, Universal Logout.
func TestTheStoryWithOkta(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := setupOn(t, db)
		b.member(b.acme, "ada@acme.example", portal.Admin)
		b.member(b.acme, "ann@acme.example", portal.Auditor)
		o := b.realOkta(t)
		ada := newSurfer(t)
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, b.url+"/api/v1/session", strings.NewReader(`{"email":"ada@acme.example","password":"`+password+`"}`))
		req.Header.Set("Content-Type", "application/json")
		if resp, err := ada.http.Do(req); err != nil || resp.StatusCode != 200 {
			t.Fatal(err)
		}
		admin := b.browser()
		admin.signIn("ada@acme.example")
		sp, err := b.deps.SSO.Provider(t.Context(), b.acme)
		if err != nil {
			t.Fatal(err)
		}
		o.joins(admin.get("/api/v1/sso", 200).Object("serviceProvider"), sp.Certificate)
		annID := o.person("ann@acme.example", "Eyes")
		o.person("ada@acme.example", "Admins")
		admin.do(http.MethodPut, "/api/v1/sso/draft", value.Map("metadataUrl", o.metadata(), "exempt", []any{"ada@acme.example"}, "roles", []any{
			value.Map("role", "admin", "groups", []any{"Admins"}), value.Map("role", "auditor", "groups", []any{"Eyes"}),
		}), 200)
		test := admin.post("/api/v1/sso/tests", value.Map("user", "ada@acme.example"), 201)
		ada.goes(http.MethodGet, test.Text("url"), nil)
		ada.signsIn("ada@acme.example")
		if r := admin.get("/api/v1/sso/tests/"+test.Text("id"), 200); r.At("ok") != true || r.At("fullAdmin") != true {
			t.Fatalf("%s at %s: %s", value.JSON(r), ada.at, ada.text)
		}
		admin.post("/api/v1/sso/save", value.Map(), 200)

		ann := newSurfer(t)
		ann.goes(http.MethodGet, b.url+"/sso/start/acme?return_to=/api/v1/session", nil)
		ann.signsIn("ann@acme.example")
		if !strings.Contains(ann.text, "ann@acme.example") || ann.at != b.url+"/api/v1/session" {
			t.Fatalf("at %s: %d %s", ann.at, ann.code, ann.text)
		}
		// Logout that begins here ends the session there as well.
		ann.goes(http.MethodPost, b.url+"/sso/logout", nil)
		if code, _ := ann.session(b.url); code != 401 {
			t.Errorf("after a logout that began here: %d at %s", code, ann.at)
		}
		ann.goes(http.MethodGet, o.url+"/home/"+o.name+"/"+o.app, nil)
		ann.signsIn("ann@acme.example") // the tile asks who it is again
		if code, said := ann.session(b.url); code != 200 || !strings.Contains(said, "ann@acme.example") {
			t.Fatalf("from the tile: %d %s %s", code, said, ann.text)
		}
		// Logout that begins there ends the session here.
		ann.goes(http.MethodGet, o.url+"/login/signout", nil)
		if code, _ := ann.session(b.url); code != 401 {
			t.Errorf("after a logout that began there: %d at %s %s", code, ann.at, ann.text)
		}
		// Universal Logout, by address.
		ann.goes(http.MethodGet, b.url+"/sso/start/acme?return_to=/api/v1/session", nil)
		ann.signsIn("ann@acme.example")
		if code, _ := ann.session(b.url); code != 200 {
			t.Fatal(code)
		}
		if !o.org.SetRevocation(okta.RevocationState{App: o.app, Endpoint: sp.Revocation, Subject: "email"}) {
			t.Fatal("Okta does not take the endpoint")
		}
		o.call(http.MethodDelete, "/api/v1/users/"+annID+"/sessions", nil)
		deadline := time.Now().Add(10 * time.Second)
		code := 200
		for code == 200 && time.Now().Before(deadline) {
			code, _ = ann.session(b.url)
		}
		if code != 401 {
			t.Errorf("after Universal Logout: %d", code)
		}
		if resp, _ := b.browser().send(http.MethodPost, "/saml/acme/global-token-revocation", "application/json", strings.NewReader(`{"sub_id":{"format":"email","email":"ada@acme.example"}}`)); resp.StatusCode != 401 {
			t.Errorf("a revocation without a token: %d", resp.StatusCode)
		}
		forged := b.browser()
		forged.bearer = "eyJhbGciOiJub25lIn0.e30."
		if resp, _ := forged.send(http.MethodPost, "/saml/acme/global-token-revocation", "application/json", strings.NewReader(`{"sub_id":{"format":"email","email":"ada@acme.example"}}`)); resp.StatusCode != 401 {
			t.Errorf("a revocation with a token that nobody signed: %d", resp.StatusCode)
		}
	})
}

// Our metadata says what Okta is to be told, and is for everybody.
func TestOurMetadata(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := setupOn(t, db)
		resp, body := b.browser().open("/saml/acme")
		if resp.StatusCode != 200 || resp.Header.Get("Content-Type") != "application/samlmetadata+xml" || !strings.Contains(body, b.url+"/saml/acme/acs") || strings.Contains(b.url+"/saml/acme/global-token-revocation", "_") {
			t.Errorf("%d %v %s", resp.StatusCode, resp.Header, body)
		}
		if resp, _ := b.browser().open("/saml/nowhere"); resp.StatusCode != 404 {
			t.Error(resp.StatusCode)
		}
	})
}

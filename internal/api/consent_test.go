package api

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"sallyport/internal/connector"
	"sallyport/internal/egress"
	"sallyport/internal/portal"
	"sallyport/internal/quota"
	"sallyport/internal/secret"
	"sallyport/internal/value"
)

// diary is a connector that somebody has to sign in to.
const diary = `
connector: diary
title: Diary
settings: { base_url: { title: Address, required: true } }
auth:
  - { kind: oauth2_authorization_code, authorize_url: "{{ settings.base_url }}/authorize", token_url: "{{ settings.base_url }}/token", scopes: [read] }
  - { kind: bearer }
base_url: "{{ settings.base_url }}"
test: [{ action: get_day, says: '"it is " + outputs.day' }]
actions:
  get_day: { effect: read, repeat: safe, request: { method: GET, path: /day }, outputs: { day: { from: body.day } } }
`

// diaryServer is the system outside, with its authorization server.
type diaryServer struct {
	*httptest.Server

	mu        sync.Mutex
	challenge string
	redirect  string
	redeemed  int
}

func newDiary(t *testing.T) *diaryServer {
	t.Helper()
	s := &diaryServer{}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
		switch {
		case r.FormValue("grant_type") == "refresh_token" && r.FormValue("refresh_token") == "refresh-s3cret":
		case r.FormValue("code") == "the-c0de" && base64.RawURLEncoding.EncodeToString(sum[:]) == s.challenge && r.FormValue("redirect_uri") == s.redirect:
			s.redeemed++
		default:
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprintf(w, `{"error":"invalid_grant","error_description":"not with %s"}`, r.FormValue("code"))
			return
		}
		fmt.Fprint(w, `{"access_token":"access-s3cret","token_type":"Bearer","expires_in":3600,"refresh_token":"refresh-s3cret"}`)
	})
	mux.HandleFunc("GET /day", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer access-s3cret" {
			w.WriteHeader(http.StatusUnauthorized)
		}
		fmt.Fprint(w, `{"day":"Monday"}`)
	})
	s.Server = httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

// withDiary has the server know the diary.
func withDiary(t *testing.T) func(*Deps) {
	return func(d *Deps) {
		shelf, err := connector.Load(fstest.MapFS{"connectors/diary.yaml": {Data: []byte(diary)}})
		if err != nil {
			t.Fatal(err)
		}
		out := egress.New(egress.Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
		t.Cleanup(out.Client(egress.ClientOptions{}).CloseIdleConnections)
		d.Shelf = shelf
		d.Engine = connector.NewEngine(connector.Options{
			Shelf: shelf, Keyring: d.Keys.(*secret.Keyring), Egress: out, Quota: quota.NewRegistry(quota.Options{}), Grants: d.DB.Grants, Now: d.Now,
		})
	}
}

// comeBack goes to the callback as a browser does, and returns the status and
// where it is sent on to.
func (c *client) comeBack(q url.Values) (int, string) {
	c.t.Helper()
	h := *c.http
	h.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	req, err := http.NewRequestWithContext(c.t.Context(), http.MethodGet, c.url+"/oauth/callback?"+q.Encode(), nil)
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	resp, err := h.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp.StatusCode, resp.Header.Get("Location")
}

func TestSignInToConnection(t *testing.T) {
	b := setup(t, withDiary(t))
	s := newDiary(t)
	b.member(b.acme, "ada@acme.example", portal.Admin)
	ada, again, other := b.anybody(), b.anybody(), b.as(b.acme, "bob@acme.example", portal.Admin)
	ada.signIn("ada@acme.example")
	again.signIn("ada@acme.example") // another session of the same person

	made := ada.post("/api/v1/connections", value.Map("connector", "diary", "name", "Diary", "settings", value.Map("base_url", s.URL, "client_id", "client-1")), 201)
	path := "/api/v1/connections/" + made.Text("id")
	if made.Text("state") != "untested" {
		t.Errorf("made: %s", value.JSON(made))
	}
	begin := func(c *client) url.Values {
		t.Helper()
		begun := c.post(path+"/authorize", nil, 200)
		u, err := url.Parse(begun.Text("url"))
		if err != nil || !strings.HasPrefix(begun.Text("url"), s.URL+"/authorize?") || begun.Text("redirect") != b.url+"/oauth/callback" {
			t.Fatalf("%s %v", value.JSON(begun), err)
		}
		q := u.Query()
		s.mu.Lock()
		defer s.mu.Unlock()
		s.challenge, s.redirect = q.Get("code_challenge"), q.Get("redirect_uri")
		return url.Values{"state": {q.Get("state")}, "code": {"the-c0de"}, "iss": {s.URL}, "session_state": {"whatever"}}
	}

	if got := ada.get("/api/v1/connectors/diary", 200); !strings.Contains(string(value.JSON(got)), `"redirect":"`+b.url+`/oauth/callback"`) {
		t.Errorf("the address to register: %s", value.JSON(got))
	}
	if made.At("signedIn") != nil {
		t.Errorf("nobody has signed in: %s", value.JSON(made))
	}
	back := begin(ada)
	for name, c := range map[string]*client{"somebody else": other, "another session": again} {
		if status, to := c.comeBack(back); status != 400 || to != "" {
			t.Errorf("%s comes back with %d to %q", name, status, to)
		}
	}
	if status, _ := b.anybody().comeBack(back); status != 401 {
		t.Errorf("nobody comes back with %d", status)
	}
	forged := url.Values{"state": {strings.Repeat("A", 43)}, "code": {"the-c0de"}}
	if status, _ := ada.comeBack(forged); status != 400 || s.redeemed != 0 {
		t.Errorf("a made-up state: %d", status)
	}
	if status, to := ada.comeBack(back); status != 303 || to != "/connections/"+made.Text("id") || s.redeemed != 1 {
		t.Errorf("ada comes back with %d to %q", status, to)
	}
	if got := ada.get(path, 200); got.Text("state") != "ok" || strings.Contains(string(value.JSON(got)), "s3cret") {
		t.Errorf("signed in: %s", value.JSON(got))
	}
	if by := ada.get(path, 200).Object("signedIn"); by.Object("by").Text("name") == "" || by.Text("at") == "" {
		t.Errorf("signed in: %s", value.JSON(by))
	}
	if status, _ := ada.comeBack(back); status != 400 || s.redeemed != 1 {
		t.Errorf("a second time: %d", status)
	}

	// Time passes.
	late := begin(ada)
	b.pass(11 * time.Minute)
	if status, _ := ada.comeBack(late); status != 400 || s.redeemed != 1 {
		t.Errorf("after eleven minutes: %d", status)
	}
	// Somebody says no, or the code does not do.
	for want, change := range map[string]url.Values{
		"She said no": {"code": nil, "error": {"access_denied"}, "error_description": {"She said no"}}, "invalid_grant": {"code": {"another-c0de"}},
	} {
		back := begin(ada)
		maps.Copy(back, change)
		status, to := ada.comeBack(back)
		got := ada.get(path, 200)
		if status != 303 || to == "" || got.Text("state") != "failed" || !strings.Contains(got.Text("error"), want) || strings.Contains(got.Text("error"), "another-c0de") {
			t.Errorf("%s: %d %s", want, status, value.JSON(got))
		}
	}
	if got := ada.post(path+"/test", nil, 200); got.Text("state") != "ok" {
		t.Errorf("what was consented to before still holds: %s", value.JSON(got))
	}
	// An address that changed is not told what was given for another.
	moved := ada.do(http.MethodPatch, path, value.Map("settings", value.Map("base_url", s.URL+"/moved")), 200)
	if moved.Text("state") != "untested" {
		t.Errorf("moved: %s", value.JSON(moved))
	}
	if got := ada.post(path+"/test", nil, 200); got.Text("state") != "failed" || !strings.Contains(got.Text("error"), "leads elsewhere") {
		t.Errorf("moved and tested: %s", value.JSON(got))
	}
	ada.do(http.MethodDelete, path, nil, 204)
	if kept, err := b.db.Grants.Grant(t.Context(), b.acme.ID, made.Text("id")); err != nil || kept != nil {
		t.Errorf("what was consented to outlives the connection: %v", err)
	}
	for _, shown := range []string{"s3cret", "the-c0de", "another-c0de"} {
		if strings.Contains(b.log.String(), shown) {
			t.Errorf("%s is in the log", shown)
		}
	}
}

func TestSignInIsForBrowsers(t *testing.T) {
	b := setup(t, withDiary(t))
	s := newDiary(t)
	c := b.admin()
	conn := c.post("/api/v1/connections", value.Map("connector", "diary", "name", "Diary", "settings", value.Map("base_url", s.URL, "client_id", "client-1")), 201).Text("id")
	token := c.post("/api/v1/tokens", value.Map("name", "ci", "permissions", allowed("admin")), 201).Text("token")
	robot := &client{t: t, url: b.url, http: b.anybody().http, bearer: token, header: http.Header{}}
	robot.post("/api/v1/connections/"+conn+"/authorize", nil, 400)
	other := c.post("/api/v1/connections", value.Map("connector", "diary", "name", "Token", "auth", "bearer", "settings", value.Map("base_url", s.URL), "secrets", value.Map("token", "access-s3cret")), 201)
	if other.Text("state") != "ok" {
		t.Errorf("%s", value.JSON(other))
	}
	if e := failure(c.post("/api/v1/connections/"+other.Text("id")+"/authorize", nil, 400)); !strings.Contains(e.Text("message"), "nobody needs to consent") {
		t.Errorf("%s", value.JSON(e))
	}
	b.as(b.acme, "rob@acme.example", portal.Responder).post("/api/v1/connections/"+conn+"/authorize", nil, 403)
}

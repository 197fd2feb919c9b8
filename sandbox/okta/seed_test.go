package okta_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sallyport/sandbox/okta"
)

func fixed() time.Time { return time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC) }

// TestSeed sees that the same seed makes the same org, and another seed
// another.
func TestSeed(t *testing.T) {
	dump := func(seed uint64) []string {
		org, err := okta.New(okta.Options{Seed: seed, Users: 120, Now: fixed})
		if err != nil {
			t.Fatal(err)
		}
		defer org.Close()
		var out []string
		for _, path := range []string{"/api/v1/users", "/api/v1/groups", "/api/v1/apps?limit=200", "/api/v1/groups/rules?limit=200", "/api/v1/logs?limit=1000&since=2026-02-01T00:00:00Z", "/api/v1/api-tokens"} {
			out = append(out, ask(t, org, "GET", path, "").Body.String())
		}
		return append(out, org.AdminToken())
	}
	if diff := cmp.Diff(dump(1), dump(1)); diff != "" {
		t.Errorf("the same seed: %s", diff)
	}
	if cmp.Equal(dump(1)[0], dump(2)[0]) {
		t.Error("two seeds make the same people")
	}
}

// Whoever keeps the events of an org must not take those of its next life, from
// the same seed, for the same ones.
func TestSeedAnotherDay(t *testing.T) {
	uuids := func(now func() time.Time) []string {
		org, err := okta.New(okta.Options{Seed: 1, Users: 20, Now: now})
		if err != nil {
			t.Fatal(err)
		}
		defer org.Close()
		org.Emit(okta.Event{Type: "user.session.start"})
		return regexp.MustCompile(`"uuid":"[^"]+"`).FindAllString(ask(t, org, "GET", "/api/v1/logs?limit=1000&since=2026-02-01T00:00:00Z", "").Body.String(), -1)
	}
	first, next := uuids(fixed), uuids(func() time.Time { return fixed().Add(time.Hour) })
	if len(first) == 0 || len(first) != len(next) {
		t.Fatalf("%d events, then %d", len(first), len(next))
	}
	for _, id := range next {
		if slices.Contains(first, id) {
			t.Errorf("%s is there again", id)
		}
	}
}

func TestSeededCompany(t *testing.T) {
	x := serve(t, func(o *okta.Options) { o.Users = 300 })
	if n := len(x.org.Users("", 0)); n != 300 {
		t.Errorf("%d people", n)
	}
	states := map[okta.Status]bool{}
	var sessions, tokens, factors int
	for _, u := range x.org.Users("", 0) {
		states[u.Status] = true
		sessions, tokens, factors = sessions+u.Sessions, tokens+u.OAuthTokens, factors+u.Factors
		if !strings.HasSuffix(u.Login, "@acme.example") {
			t.Errorf("login %s", u.Login)
		}
	}
	if len(states) != 8 || sessions < 30 || tokens < 20 || factors < 200 {
		t.Errorf("%d states, %d sessions, %d tokens, %d factors", len(states), sessions, tokens, factors)
	}
	glass, ok := x.org.User("breakglass@acme.example")
	if !ok || !slices.Contains(glass.Groups, "Break glass") || !slices.Contains(glass.AdminRoles, "SUPER_ADMIN") {
		t.Errorf("break glass: %+v", glass)
	}
	if desk, _ := x.org.User("helpdesk.lead@acme.example"); !slices.Equal(desk.AdminRoles, []string{"HELP_DESK_ADMIN"}) {
		t.Errorf("help desk: %+v", desk)
	}
	if n := len(x.get("/api/v1/logs?limit=1000&since=2026-02-01T00:00:00Z").want(200).list()); n < 300 {
		t.Errorf("%d past events", n)
	}
	managed := 0
	for _, u := range x.get("/api/v1/users").want(200).list() {
		if str(u, "profile", "manager") != "" && str(u, "profile", "department") != "" {
			managed++
		}
	}
	if managed < 100 {
		t.Errorf("%d people have a manager", managed)
	}
}

func TestOptions(t *testing.T) {
	if _, err := okta.New(okta.Options{Domain: "a b"}); err == nil {
		t.Error("a domain with a blank was accepted")
	}
	if _, err := okta.New(okta.Options{Edition: "platinum"}); err == nil {
		t.Error("an unknown edition was accepted")
	}
	org, err := okta.New(okta.Options{Domain: "globex", Users: 5})
	if err != nil {
		t.Fatal(err)
	}
	defer org.Close()
	if _, ok := org.User("admin@globex.example"); !ok {
		t.Error("the domain is not used")
	}
	if got := org.Users("ACTIVE", 2); len(got) != 2 {
		t.Errorf("%d users of 2 asked for", len(got))
	}
	// Without a base URL, links follow the request.
	rec := ask(t, org, "GET", "http://okta.test:99/api/v1/users/me", "")
	if !strings.Contains(rec.Body.String(), "http://okta.test:99/api/v1/users/") {
		t.Errorf("links of %s", rec.Body)
	}
}

// TestLargeOrg makes an org of 100,000 people and asks it what a sync asks.
func TestLargeOrg(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a few seconds")
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	began := time.Now()
	org, err := okta.New(okta.Options{Users: 100_000})
	if err != nil {
		t.Fatal(err)
	}
	defer org.Close()
	took := time.Since(began)
	runtime.GC()
	runtime.ReadMemStats(&after)
	size := (after.HeapAlloc - before.HeapAlloc) >> 20
	t.Logf("100,000 people in %v, %d MB", took, size)
	if size > 500 {
		t.Errorf("%d MB", size)
	}
	for name, query := range map[string]string{
		"page":           "limit=200",
		"late page":      "limit=200&after=" + url.QueryEscape("0"+org.Users("", 0)[90_000].ID),
		"search":         "search=" + url.QueryEscape(`profile.department eq "Legal" and status eq "ACTIVE"`) + "&limit=200",
		"search a login": "search=" + url.QueryEscape(`profile.login eq "breakglass@acme.example"`),
		"search nobody":  "search=" + url.QueryEscape(`profile.title eq "Astronaut"`),
		"filter":         "filter=" + url.QueryEscape(`status eq "LOCKED_OUT"`) + "&limit=200",
		"q":              "q=zhang",
		"sorted":         "search=" + url.QueryEscape(`profile.department eq "Legal"`) + "&sortBy=profile.lastName&limit=200",
	} {
		began := time.Now()
		rec := ask(t, org, "GET", "/api/v1/users?"+query, "")
		took := time.Since(began)
		if rec.Code != http.StatusOK {
			t.Fatalf("%s: %d %s", name, rec.Code, rec.Body)
		}
		t.Logf("%-14s %v", name, took.Round(time.Microsecond))
		if took > 5*time.Second { // far above what it takes, for machines that are busy
			t.Errorf("%s took %v", name, took)
		}
	}
}

func BenchmarkListPage(b *testing.B) {
	org, err := okta.New(okta.Options{Users: 1000})
	if err != nil {
		b.Fatal(err)
	}
	defer org.Close()
	for b.Loop() {
		r := httptest.NewRequest(http.MethodGet, "/api/v1/users?limit=200", http.NoBody)
		r.Header.Set("Authorization", "SSWS "+org.AdminToken())
		rec := httptest.NewRecorder()
		org.ServeHTTP(rec, r)
		if rec.Code != http.StatusOK {
			b.Fatal(rec.Body)
		}
	}
}

func TestRateLimits(t *testing.T) {
	x := serve(t)
	h := x.get("/api/v1/logs").want(200).header
	if h.Get("X-Rate-Limit-Limit") != "60" || h.Get("X-Rate-Limit-Remaining") != "59" {
		t.Errorf("headers %v", h)
	}
	if h.Get("X-Okta-Request-Id") == "" || h.Get("Date") != "Mon, 02 Mar 2026 09:00:00 GMT" {
		t.Errorf("headers %v", h)
	}
	x.org.SetEdition("integrator")
	x.org.EnforceRateLimits(true)
	for range 10 {
		x.get("/api/v1/logs").want(200)
	}
	r := x.get("/api/v1/logs")
	r.fails(429, "E0000047")
	if h := r.header; h.Get("X-Rate-Limit-Remaining") != "0" || h.Get("X-Rate-Limit-Limit") != "10" || h.Get("Retry-After") != "" || h.Get("X-Rate-Limit-Reset") != "1772442060" {
		t.Errorf("headers %v", h)
	}
	x.org.EnforceRateLimits(false)
	var types []string
	for _, e := range x.get("/api/v1/logs?since=2026-03-02T09:00:00Z").want(200).list() {
		types = append(types, str(e, "eventType"))
	}
	if diff := cmp.Diff([]string{"system.org.rate_limit.violation"}, types); diff != "" {
		t.Error(diff)
	}
}

// TestConcurrency keeps as many requests in flight as the org takes, and sends
// one more.
func TestConcurrency(t *testing.T) {
	const most = 35 // of a free org
	x := serve(t, func(o *okta.Options) { o.Edition = "integrator" })
	x.org.EnforceRateLimits(true)
	var hold sync.WaitGroup
	var bodies []*io.PipeWriter
	for range most {
		r, w := io.Pipe()
		bodies = append(bodies, w)
		req := httptest.NewRequest("POST", "/api/v1/groups", r)
		req.Header.Set("Authorization", "SSWS "+x.token)
		hold.Go(func() { x.org.ServeHTTP(httptest.NewRecorder(), req) })
		if _, err := w.Write([]byte("{")); err != nil { // once it is read, the request is in flight
			t.Fatal(err)
		}
	}
	r := x.get("/api/v1/groups")
	r.fails(429, "E0000047")
	if r.header.Get("X-Rate-Limit-Limit") != "0" || r.header.Get("X-Rate-Limit-Remaining") != "0" {
		t.Errorf("headers %v", r.header)
	}
	for _, w := range bodies {
		w.Close()
	}
	hold.Wait()
	x.get("/api/v1/groups").want(200)
	list := x.get("/api/v1/logs?since=2026-03-02T09:00:00Z&filter=" + url.QueryEscape(`eventType eq "core.concurrency.org.limit.violation"`)).want(200).list()
	if len(list) != 1 {
		t.Errorf("%d events", len(list))
	}
}

// FuzzServe sends the org what nobody would send. It must answer something
// that is no failure of its own.
func FuzzServe(f *testing.F) {
	for _, s := range [][3]string{
		{"GET", "/api/v1/users?search=profile.login%20eq%20%22x%22&sortBy=created", ""},
		{"POST", "/api/v1/users?activate=false", `{"profile":{"firstName":"a","lastName":"b","login":"a@b","email":"a@b"},"credentials":{"password":{"hash":{}}}}`},
		{"PUT", "/api/v1/groups/00g1", `{"profile":{"name":null}}`},
		{"POST", "/api/v1/apps", `{"name":"oidc_client","label":"x","signOnMode":"OPENID_CONNECT","settings":{"oauthClient":{"jwks":{"keys":[{"kty":"RSA"},7]}}}}`},
		{"POST", "/api/v1/eventHooks", `{"channel":{"config":{"uri":"http://[::1"}}}`},
		{"GET", "/api/v1/logs?filter=target.id%20eq%20%22x%22&after=1_2", ""},
		{"POST", "/oauth2/v1/token?client_assertion=a.b.c&grant_type=client_credentials", "x=%zz"},
		{"GET", "/report/system_log_2?search=uuid%20eq", ""},
		{"POST", "/api/v1/groups/rules", `{"name":"x","conditions":{"expression":{"value":"((("}}}`},
	} {
		f.Add(s[0], s[1], s[2])
	}
	org, err := okta.New(okta.Options{Users: 20, Now: fixed})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(org.Close)
	f.Fuzz(func(t *testing.T, method, target, body string) {
		u, err := url.ParseRequestURI(target)
		if err != nil || !strings.HasPrefix(target, "/") || u.Host != "" {
			t.Skip()
		}
		r := httptest.NewRequest(http.MethodGet, "/", strings.NewReader(body))
		r.Method, r.URL = method, u
		r.Header.Set("Authorization", "SSWS "+org.AdminToken())
		rec := httptest.NewRecorder()
		org.ServeHTTP(rec, r)
		if rec.Code >= 500 {
			t.Errorf("%s %s: %d %s", method, target, rec.Code, rec.Body)
		}
		if ct := rec.Header().Get("Content-Type"); ct == "application/json" && !json.Valid(rec.Body.Bytes()) {
			t.Errorf("%s %s: no JSON: %s", method, target, rec.Body)
		}
	})
}

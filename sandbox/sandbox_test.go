package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/smtp"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"sallyport/sandbox/okta"
	"sallyport/sandbox/okta/systemlog"
	"sallyport/sandbox/scenario"
)

// world is a sandbox that is served on a socket.
type world struct {
	*Sandbox
	client *http.Client

	mu   sync.Mutex
	skew time.Duration // how far the sandbox's clock is ahead
}

func setup(t testing.TB, change ...func(*Options)) *world {
	t.Helper()
	x := &world{client: &http.Client{Transport: &http.Transport{}}}
	var err error
	opt := Options{Users: 60, Seed: 5, Now: x.clock}
	for _, f := range change {
		f(&opt)
	}
	x.Sandbox, err = New(opt)
	if err != nil {
		t.Fatal(err)
	}
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	x.SetBaseURL("http://" + l.Addr().String())
	go func() { ended <- x.Serve(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		x.Close()
		x.client.CloseIdleConnections()
	})
	return x
}

func (x *world) clock() time.Time {
	x.mu.Lock()
	defer x.mu.Unlock()
	return time.Now().Add(x.skew)
}

func (x *world) pass(d time.Duration) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.skew += d
}

// request is a request of a test: method and URL with a path of the sandbox,
// headers as "Name: value" and a body.
type request struct {
	method, path, body string
	header             []string
}

// do sends a request. Err is the error of the connection.
func (x *world) do(t testing.TB, q request) (resp *http.Response, body string, err error) {
	t.Helper()
	if q.method == "" {
		q.method = http.MethodGet
	}
	if !strings.HasPrefix(q.path, "http") {
		q.path = x.State().URL + q.path
	}
	r, err := http.NewRequestWithContext(t.Context(), q.method, q.path, strings.NewReader(q.body))
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range q.header {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	if resp, err = x.client.Do(r); err != nil {
		return nil, "", err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return resp, string(b), err
}

// okta makes an API call as the super admin.
func (x *world) okta(t testing.TB, method, path, body string) (int, string) {
	t.Helper()
	resp, out, err := x.do(t, request{method, path, body, []string{"Authorization: SSWS " + x.State().Okta.Token, "Content-Type: application/json"}})
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, out
}

// control makes a control call that has to answer a status, and reads the
// answer.
func (x *world) control(t testing.TB, method, path, body string, want int, into any) {
	t.Helper()
	resp, out, err := x.do(t, request{method: method, path: "/_sandbox/" + path, body: body})
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != want {
		t.Fatalf("%s %s: HTTP %d, want %d: %s", method, path, resp.StatusCode, want, out)
	}
	if into == nil {
		return
	}
	if err := json.Unmarshal([]byte(out), into); err != nil {
		t.Fatalf("%s: %v", out, err)
	}
}

// seen returns the requests of a query.
func (x *world) seen(t testing.TB, query string) []requestJSON {
	t.Helper()
	var out []requestJSON
	x.control(t, http.MethodGet, "requests?"+query, "", 200, &out)
	return out
}

// eventually waits until something is so.
func eventually(t testing.TB, what string, so func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); {
		if so() {
			return
		}
		tick := time.NewTimer(5 * time.Millisecond)
		<-tick.C
	}
	t.Fatal("never: " + what)
}

// TestStateOpensEveryService uses the URLs and tokens of the state, and finds
// what it did in the control API.
func TestStateOpensEveryService(t *testing.T) {
	x := setup(t)
	var st State
	x.control(t, http.MethodGet, "state", "", 200, &st)
	if diff := cmp.Diff(x.State(), st); diff != "" {
		t.Fatal(diff)
	}
	if status, body := x.okta(t, http.MethodGet, "/api/v1/users/me", ""); status != 200 || !strings.Contains(body, st.Okta.Admin) {
		t.Errorf("okta: HTTP %d %s", status, body)
	}
	say := func(path, body string, header ...string) (int, string) {
		resp, out, err := x.do(t, request{http.MethodPost, path, body, header})
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, out
	}
	form := url.Values{"channel": {st.Slack.Channels[0].ID}, "text": {"hello"}}.Encode()
	if status, body := say(st.Slack.URL+"chat.postMessage", form, "Content-Type: application/x-www-form-urlencoded", "Authorization: Bearer "+st.Slack.Token); status != 200 || !strings.Contains(body, `"ok":true`) {
		t.Errorf("slack: HTTP %d %s", status, body)
	}
	card := `{"type":"message","attachments":[{"contentType":"application/vnd.microsoft.card.adaptive","content":{"type":"AdaptiveCard","body":[{"type":"TextBlock","text":"card"}]}}]}`
	if status, body := say(st.Teams.WorkflowURL, card); status != 202 || body != "" {
		t.Errorf("teams: HTTP %d %q", status, body)
	}
	if status, body := say(st.Teams.LegacyURL, `{"text":"old"}`); status != 200 || body != "1" {
		t.Errorf("teams connector: HTTP %d %q", status, body)
	}
	auth := smtp.PlainAuth("", st.Mail.Username, st.Mail.Password, st.Mail.Host)
	if err := smtp.SendMail(st.Mail.Address, auth, "a@b.example", []string{"ada@acme.example"}, []byte("Subject: hi\r\n\r\nthere\r\n")); err != nil {
		t.Error(err)
	}
	var slackGot, teamsGot, mailGot []map[string]any
	x.control(t, http.MethodGet, "slack", "", 200, &slackGot)
	x.control(t, http.MethodGet, "teams", "", 200, &teamsGot)
	x.control(t, http.MethodGet, "mail?to=ada@acme.example", "", 200, &mailGot)
	got := []any{slackGot[0]["text"], teamsGot[0]["text"], teamsGot[1]["text"], mailGot[0]["subject"], mailGot[0]["text"]}
	if diff := cmp.Diff([]any{"hello", "card", "old", "hi", "there\n"}, got); diff != "" {
		t.Errorf("arrived: %s", diff)
	}
}

func TestSameSeedSameCompany(t *testing.T) {
	a, b := setup(t).State(), setup(t).State()
	ports := cmpopts.IgnoreFields(State{}, "URL", "Control", "Okta.URL", "Auth0.URL", "Auth0.Domain", "Auth0.Audience", "Slack.URL", "Teams", "Mail.URL", "Mail.Address", "Mail.Port")
	if diff := cmp.Diff(a, b, ports); diff != "" {
		t.Error(diff)
	}
	other, err := New(Options{Seed: 6})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if st := other.State(); st.Slack.Token == a.Slack.Token || st.Okta.Token == a.Okta.Token || st.Mail.Password == a.Mail.Password {
		t.Error("another seed has the same secrets")
	}
}

// TestStory is what a rehearsal is: an event hook is told of a scenario, and
// answers by acting on the org.
func TestStory(t *testing.T) {
	x := setup(t)
	delivered := make(chan string, 100)
	product := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if challenge := r.Header.Get("X-Okta-Verification-Challenge"); challenge != "" {
			_ = json.NewEncoder(w).Encode(map[string]string{"verification": challenge})
			return
		}
		b, _ := io.ReadAll(r.Body)
		w.WriteHeader(http.StatusNoContent)
		delivered <- string(b)
	}))
	defer product.Close()
	hook := `{"name":"product","events":{"type":"EVENT_TYPE","items":["user.account.report_suspicious_activity_by_enduser"]},` +
		`"channel":{"type":"HTTP","version":"1.0.0","config":{"uri":"` + product.URL + `/hooks/okta","authScheme":{"type":"HEADER","key":"Authorization","value":"s3cret"}}}}`
	_, body := x.okta(t, http.MethodPost, "/api/v1/eventHooks", hook)
	var made struct{ ID string }
	if err := json.Unmarshal([]byte(body), &made); err != nil {
		t.Fatal(err)
	}
	if status, body := x.okta(t, http.MethodPost, "/api/v1/eventHooks/"+made.ID+"/lifecycle/verify", ""); status != 200 {
		t.Fatalf("HTTP %d %s", status, body)
	}
	var report scenario.Report
	x.control(t, http.MethodPost, "scenarios/report_suspicious_activity", "", 200, &report)
	last := report.Events[len(report.Events)-1].UUID
	var got string
	select {
	case got = <-delivered:
	case <-time.After(10 * time.Second):
		t.Fatal("the event hook was not called")
	}
	if !strings.Contains(got, last) {
		t.Errorf("delivered: %s", got)
	}
	before := userOf(t, x, report.User.Login)
	if status, _ := x.okta(t, http.MethodDelete, "/api/v1/users/"+report.User.ID+"/sessions?oauthTokens=true", ""); status != 204 {
		t.Errorf("HTTP %d", status)
	}
	if status, _ := x.okta(t, http.MethodPost, "/api/v1/users/"+report.User.ID+"/lifecycle/expire_password", ""); status != 200 {
		t.Errorf("HTTP %d", status)
	}
	after := userOf(t, x, report.User.ID)
	if before.Sessions < 2 || after.Sessions != 0 || after.OAuthTokens != 0 || before.Status != "ACTIVE" || after.Status != "PASSWORD_EXPIRED" {
		t.Errorf("before %+v, after %+v", before, after)
	}
	var mails []map[string]any
	x.control(t, http.MethodGet, "mail?to="+url.QueryEscape(before.Email), "", 200, &mails)
	if len(mails) != 1 || mails[0]["via"] != "okta" {
		t.Errorf("mails: %v", mails)
	}
	// The time from the hook's POST to the first containing call, by one clock.
	// The delivery is noted once its answer was read.
	eventually(t, "the delivery is in the request log", func() bool { return len(x.seen(t, "service=hooks&method=POST")) == 1 })
	posts, cleared := x.seen(t, "service=hooks&method=POST"), x.seen(t, "service=okta&path=/api/v1/users/*/sessions")
	if len(cleared) != 1 || posts[0].Status != 204 || posts[0].URL != product.URL+"/hooks/okta" || posts[0].Auth != "present" {
		t.Fatalf("posts %+v, cleared %+v", posts, cleared)
	}
	if posts[0].Time > cleared[0].Time || len(posts[0].Time) != len("2026-01-02T15:04:05.123456Z") {
		t.Errorf("posted at %s, cleared at %s", posts[0].Time, cleared[0].Time)
	}
	if scenarioCalls := x.seen(t, "service=okta&path=/api/v1/users/"+report.User.ID); len(scenarioCalls) != 2 {
		t.Errorf("calls: %+v", scenarioCalls)
	}
}

func userOf(t testing.TB, x *world, login string) userView {
	t.Helper()
	var u userView
	x.control(t, http.MethodGet, "users/"+url.PathEscape(login), "", 200, &u)
	return u
}

func TestScenariosByControl(t *testing.T) {
	x := setup(t)
	var all []scenario.Scenario
	x.control(t, http.MethodGet, "scenarios", "", 200, &all)
	if len(all) != len(scenario.All()) || all[0].Name == "" || all[0].Expect == "" {
		t.Errorf("%+v", all)
	}
	var r, again scenario.Report
	x.control(t, http.MethodPost, "scenarios/user_deactivated", `{"user":"helpdesk.lead@acme.example"}`, 200, &r)
	if r.User.Login != "helpdesk.lead@acme.example" || len(r.Events) == 0 {
		t.Errorf("%+v", r)
	}
	var played []scenario.Report
	x.control(t, http.MethodGet, "performances", "", 200, &played)
	x.control(t, http.MethodGet, "performances/"+r.ID, "", 200, &again)
	if len(played) != 1 || played[0].ID != r.ID || again.Scenario != r.Scenario || len(again.Events) != len(r.Events) || again.At.IsZero() {
		t.Errorf("%+v", played)
	}
	x.control(t, http.MethodGet, "performances/none", "", 404, nil)
	if u := userOf(t, x, r.User.Login); u.Status != "DEPROVISIONED" {
		t.Errorf("%+v", u)
	}
	x.control(t, http.MethodPost, "scenarios/user_deactivated", `{"user":"helpdesk.lead@acme.example"}`, 409, nil)
	x.control(t, http.MethodPost, "scenarios/user_deactivated", `{"user":"nobody"}`, 404, nil)
	x.control(t, http.MethodPost, "scenarios/earthquake", "", 404, nil)
	x.control(t, http.MethodPost, "scenarios/mfa_fatigue", `{"user":`, 400, nil)
	x.control(t, http.MethodPost, "scenarios/mfa_fatigue", `{"who":"a"}`, 400, nil)
	resp, _, err := x.do(t, request{http.MethodPost, "/_sandbox/scenarios/mfa_fatigue", "user=", []string{"Content-Type: application/x-www-form-urlencoded"}})
	if err != nil || resp.StatusCode != 200 {
		t.Errorf("from the page: %v %v", resp, err)
	}
	x.control(t, http.MethodGet, "nothing", "", 404, nil)
}

// What the org holds, and what is wrong with it, can be asked for.
func TestCensusByControl(t *testing.T) {
	for name, weak := range map[string]bool{"ordinary": false, "weak": true} {
		t.Run(name, func(t *testing.T) {
			x := setup(t, func(o *Options) { o.Weak, o.Groups, o.Apps = weak, 80, 50 })
			var c okta.Census
			x.control(t, http.MethodGet, "census", "", http.StatusOK, &c)
			if c.Count("group") < 80 || c.Count("app") < 45 || c.Entities["group"][c.Everyone] != "Everyone" {
				t.Errorf("%d groups, %d apps", c.Count("group"), c.Count("app"))
			}
			var p okta.Plant
			x.control(t, http.MethodGet, "planted", "", http.StatusOK, &p)
			if (len(p.Weaknesses) > 0) != weak {
				t.Errorf("%d weaknesses", len(p.Weaknesses))
			}
		})
	}
}

func TestUsers(t *testing.T) {
	x := setup(t)
	var all, active, one []userView
	x.control(t, http.MethodGet, "users", "", 200, &all)
	x.control(t, http.MethodGet, "users?status=ACTIVE", "", 200, &active)
	x.control(t, http.MethodGet, "users?limit=1", "", 200, &one)
	var none []userView
	x.control(t, http.MethodGet, "users?status=NONE", "", 200, &none)
	if none == nil || len(none) != 0 {
		t.Errorf("of a status that there is not: %v", none)
	}
	if len(all) != 60 || len(active) == 0 || len(active) >= 60 || len(one) != 1 {
		t.Errorf("%d, %d active, %d", len(all), len(active), len(one))
	}
	u := userOf(t, x, "SECURITY.LEAD@acme.example")
	if u.Status != "ACTIVE" || u.PasswordChanged == nil || !slices.Contains(u.AdminRoles, "SUPER_ADMIN") || !slices.Contains(u.Groups, "Security") || u.Factors != len(u.FactorTypes) {
		t.Errorf("%+v", u)
	}
	i := slices.IndexFunc(all, func(u userView) bool { return u.Status == "STAGED" || u.Status == "PROVISIONED" })
	if i < 0 || all[i].PasswordChanged != nil {
		t.Error("somebody without a password has changed it")
	}
	x.control(t, http.MethodGet, "users/nobody", "", 404, nil)
	x.control(t, http.MethodGet, "users?limit=none", "", 400, nil)
}

// TestSlackKnowsThePeopleOfTheOrg goes through both directories.
func TestSlackKnowsThePeopleOfTheOrg(t *testing.T) {
	x := setup(t)
	call := func(method, form string) map[string]any {
		resp, body, err := x.do(t, request{http.MethodPost, "/slack/api/" + method, form, []string{
			"Content-Type: application/x-www-form-urlencoded", "Authorization: Bearer " + x.State().Slack.Token,
		}})
		if err != nil || resp.StatusCode != 200 {
			t.Fatalf("%v %v", resp, err)
		}
		var out map[string]any
		if err := json.Unmarshal([]byte(body), &out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	var emails, want []string
	for cursor := ""; ; {
		out := call("users.list", "limit=7&cursor="+cursor)
		for _, m := range out["members"].([]any) {
			m := m.(map[string]any)
			email := m["profile"].(map[string]any)["email"].(string)
			emails = append(emails, email)
			if found := call("users.info", "user="+m["id"].(string)); found["user"].(map[string]any)["profile"].(map[string]any)["email"] != email {
				t.Errorf("%s is somebody else by id", email)
			}
		}
		if cursor = out["response_metadata"].(map[string]any)["next_cursor"].(string); cursor == "" {
			break
		}
	}
	for _, u := range x.Org().UsersAfter("", 100) {
		want = append(want, u.Email)
	}
	if diff := cmp.Diff(want, emails); diff != "" {
		t.Error(diff)
	}
	if out := call("users.info", "user=U1"); out["error"] != "user_not_found" {
		t.Error(out)
	}
	if out := call("users.lookupByEmail", "email=Security.Lead@acme.example"); out["user"].(map[string]any)["real_name"] != "Imani Sterling" {
		t.Error(out)
	}
}

func TestPagesOfOtherSitesCannotAct(t *testing.T) {
	x := setup(t)
	resp, _, err := x.do(t, request{http.MethodPost, "/_sandbox/scenarios/mfa_fatigue", "", []string{"Origin: https://evil.example", "Sec-Fetch-Site: cross-site"}})
	if err != nil || resp.StatusCode != http.StatusForbidden {
		t.Errorf("%v %v", resp, err)
	}
}

func TestIndexPage(t *testing.T) {
	x := setup(t)
	for _, path := range []string{"/_sandbox", "/_sandbox/"} {
		resp, body, err := x.do(t, request{path: path})
		if err != nil || resp.StatusCode != 200 || !strings.Contains(body, "mfa_fatigue") || !strings.Contains(body, x.State().Slack.Token) {
			t.Errorf("%s: %v %v", path, resp, err)
		}
		if strings.Contains(body, "src=") || strings.Contains(body, "<script") || strings.Contains(body, "@import") {
			t.Error("the page needs something else")
		}
	}
}

// TestURLsFollowTheRequest is a sandbox in a test of somebody else, who has
// not said where it is.
func TestURLsFollowTheRequest(t *testing.T) {
	s, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	server := httptest.NewServer(s)
	defer server.Close()
	resp, err := server.Client().Get(server.URL + "/_sandbox/state")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var st State
	if err := json.NewDecoder(resp.Body).Decode(&st); err != nil || st.Okta.URL != server.URL || st.Users != 50 {
		t.Errorf("%+v, %v", st, err)
	}
}

// TestStopsAlthoughSomebodyWaits ends a sandbox during a request that a fault
// holds up.
func TestStopsAlthoughSomebodyWaits(t *testing.T) {
	s, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.faults.add(Fault{DelayMS: 3_600_000}); err != nil {
		t.Fatal(err)
	}
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, l) }()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "GET /api/v1/org HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the request waits", func() bool { return s.faults.all()[0].Hits == 1 })
	cancel()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("it does not stop")
	}
}

func FuzzControl(f *testing.F) {
	s, err := New(Options{Users: 10})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(s.Close)
	f.Add("faults", `{"service":"okta","method":"GET","path":"/api/*","status":503,"count":2}`)
	f.Add("faults", `{"kind":"rate_limit","reset_s":1}`)
	f.Add("switches", `{"edition":"integrator","late_events":{"every":2}}`)
	f.Add("scenarios/password_spray", `{"user":"admin"}`)
	f.Fuzz(func(t *testing.T, what, body string) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/_sandbox/", strings.NewReader(body))
		r.URL.Path += what
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code >= 500 || w.Code < 300 && !json.Valid(w.Body.Bytes()) {
			t.Errorf("HTTP %d: %s", w.Code, w.Body)
		}
		s.faults.clear("")
		if err := s.SetSwitches(defaultSwitches()); err != nil {
			t.Error(err)
		}
	})
}

func FuzzRequestFilter(f *testing.F) {
	s, err := New(Options{Users: 10})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(s.Close)
	s.requests.add(Request{Service: serviceSlack, Method: http.MethodPost, Path: "/slack/api/auth.test", Time: time.Now()})
	f.Add("service=slack&path=/api/*&since=1")
	f.Add("since=2026-01-02T03:04:05Z&limit=3&method=post")
	f.Add("path=[a-")
	f.Fuzz(func(t *testing.T, query string) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/_sandbox/requests", http.NoBody)
		r.URL.RawQuery = query
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code != http.StatusOK && w.Code != http.StatusBadRequest || !json.Valid(w.Body.Bytes()) {
			t.Errorf("HTTP %d: %s", w.Code, w.Body)
		}
	})
}

// BenchmarkServe measures what the sandbox adds to a service that does
// nothing.
func BenchmarkServe(b *testing.B) {
	s, err := New(Options{Users: 10})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(s.Close)
	nothing := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(http.StatusNoContent)
	})
	body := bytes.Repeat([]byte("x"), 500)
	run := func(h http.Handler) func(*testing.B) {
		return func(b *testing.B) {
			for b.Loop() {
				r := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "/api/v1/users?limit=200", bytes.NewReader(body))
				h.ServeHTTP(httptest.NewRecorder(), r)
			}
		}
	}
	b.Run("bare", run(nothing))
	b.Run("wrapped", run(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.serve(w, r, serviceOkta, nothing) })))
}

// TestTraffic switches ordinary life on and off.
func TestTraffic(t *testing.T) {
	x := setup(t)
	for name, body := range map[string]string{"less than none": `{"per_minute":-1}`, "too much": `{"per_minute":1e9}`, "no number": `{"per_minute":"many"}`} {
		t.Run(name, func(t *testing.T) { x.control(t, http.MethodPost, "traffic", body, 400, nil) })
	}
	logged := func() int { return len(x.org.Logged(100_000, func(*systemlog.Event) bool { return true })) }
	before := logged()
	var got TrafficSwitch
	if x.control(t, http.MethodPost, "traffic", `{"per_minute":30000}`, 200, &got); got.PerMinute != 30000 {
		t.Errorf("%+v", got)
	}
	for deadline := time.Now().Add(20 * time.Second); logged() < before+50; {
		if time.Now().After(deadline) {
			t.Fatal("nobody does anything")
		}
		<-time.After(5 * time.Millisecond)
	}
	if x.control(t, http.MethodPost, "traffic", `{"per_minute":0}`, 200, &got); got.PerMinute != 0 {
		t.Errorf("%+v", got)
	}
	if x.control(t, http.MethodGet, "traffic", "", 200, &got); got.PerMinute != 0 {
		t.Errorf("%+v", got)
	}
	if after := logged(); logged() != after {
		t.Error("life goes on")
	}
}

// TestHistory makes a sandbox that has been there for three hours.
func TestHistory(t *testing.T) {
	now := time.Now()
	s, err := New(Options{Users: 100, Seed: 3, History: 3 * time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	found := s.Org().Logged(100_000, func(e *systemlog.Event) bool { return e.Published.After(now.Add(-3 * time.Hour)) })
	if len(found) < 500 {
		t.Errorf("%d events in three hours", len(found))
	}
	for _, e := range found {
		if e.Published.After(time.Now()) {
			t.Fatalf("%s is in the future", e.EventType)
		}
	}
	if behind := time.Since(s.now()); behind > time.Second {
		t.Errorf("the clock is %s behind", behind)
	}
}

func TestProvisioningByControl(t *testing.T) {
	x := setup(t)
	var apps []struct{ ID, Label string }
	if _, out := x.okta(t, http.MethodGet, "/api/v1/apps?q=zoom", ""); json.Unmarshal([]byte(out), &apps) != nil || len(apps) != 1 {
		t.Fatalf("apps %s", out)
	}
	var state okta.ProvisioningState
	x.control(t, http.MethodPost, "provisioning/"+apps[0].ID, `{"mode": "catalogue", "base_url": "http://127.0.0.1:1/scim", "token": "t", "enabled": true, "create": true}`, 200, &state)
	if state.Mode != "catalogue" || !state.Enabled || state.Token != "" {
		t.Errorf("%+v", state)
	}
	var tested struct {
		OK    bool
		Error string
	}
	x.control(t, http.MethodPost, "provisioning/"+apps[0].ID+"/test", "", 200, &tested)
	if tested.OK || tested.Error == "" {
		t.Errorf("nobody is there: %+v", tested)
	}
	var all provisioned
	x.control(t, http.MethodGet, "provisioning", "", 200, &all)
	if len(all.Apps) != 1 || all.Apps[0].App != apps[0].ID || len(all.Tasks) != 0 {
		t.Errorf("%+v", all)
	}
	x.control(t, http.MethodPost, "provisioning/"+apps[0].ID, `{"base_url": "http://scim.example"}`, 400, nil)
	x.control(t, http.MethodPost, "provisioning/none", `{}`, 404, nil)
	x.control(t, http.MethodPost, "tasks/none/retry", "", 404, nil)
	x.control(t, http.MethodPost, "revocation/"+apps[0].ID, `{"endpoint": "http://127.0.0.1:1/revoke", "subject": "email"}`, 200, nil)
	x.control(t, http.MethodPost, "revocation/"+apps[0].ID, `{"endpoint": "http://app.example/revoke"}`, 400, nil)
}

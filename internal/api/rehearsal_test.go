package api

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"sallyport/internal/portal"
	"sallyport/internal/value"
	"sallyport/sandbox"
)

// realSandbox is a sandbox on loopback.
func realSandbox(t *testing.T) (*sandbox.Sandbox, string) {
	t.Helper()
	box, err := sandbox.New(sandbox.Options{Users: 50, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(box)
	t.Cleanup(func() {
		srv.Close()
		box.Close()
	})
	box.SetBaseURL(srv.URL)
	return box, srv.URL
}

func TestRehearsal(t *testing.T) {
	box, url := realSandbox(t)
	b := setup(t, func(d *Deps) { d.Sandbox = url + "/" })
	c := b.as(b.acme, "rob@acme.example", portal.Responder)
	state := c.get("/api/v1/rehearsal/state", 200)
	if at(state, "okta.url") != url || state.At("users") != 50.0 || at(state, "slack.channels.0.id") == nil || at(state, "mail.domain") != box.State().Mail.Domain {
		t.Errorf("%s", value.JSON(state))
	}
	scenarios := items(c.get("/api/v1/rehearsal/scenarios", 200))
	if len(scenarios) < 12 || scenarios[0].Text("expect") == "" || at(scenarios[0], "raises.0.rule.slug") == nil || at(scenarios[0], "raises.0.events.0") == nil {
		t.Errorf("%v", scenarios)
	}
	people := items(c.get("/api/v1/rehearsal/users?status=ACTIVE&limit=3", 200))
	if len(people) != 3 || people[0].Text("status") != "ACTIVE" || people[0].At("sessions") == nil {
		t.Errorf("%v", people)
	}
	report := c.post("/api/v1/rehearsal/scenarios/mfa_fatigue", nil, 200)
	login := value.String(at(report, "user.login"))
	if at(report, "events.0.uuid") == nil || login == "" || report.Text("scenario") != "mfa_fatigue" {
		t.Errorf("%s", value.JSON(report))
	}
	if again := c.post("/api/v1/rehearsal/scenarios/mfa_fatigue", value.Map("user", login), 200); at(again, "user.login") != login {
		t.Errorf("%s", value.JSON(again))
	}
	played := items(c.get("/api/v1/rehearsal/performances", 200))
	if len(played) != 2 || at(played[1], "user.login") != login || at(played[1], "expected.0.entity.name") != login || at(played[1], "expected.0.rule.title") == nil || at(played[1], "raised") != 0.0 {
		t.Errorf("%v", played)
	}
	if one := c.get("/api/v1/rehearsal/performances/"+value.String(at(report, "id")), 200); one.Text("id") != report.Text("id") || at(one, "expected.0.alertId") != nil {
		t.Errorf("%s", value.JSON(one))
	}
	c.get("/api/v1/rehearsal/performances/none", 404)
	if got := c.get("/api/v1/rehearsal/traffic", 200); at(got, "perMinute") != 0.0 {
		t.Errorf("%s", value.JSON(got))
	}
	c.do(http.MethodPut, "/api/v1/rehearsal/traffic", value.Map("perMinute", -1.0), 400)
	if got := c.do(http.MethodPut, "/api/v1/rehearsal/traffic", value.Map("perMinute", 60.0), 200); at(got, "perMinute") != 60.0 || box.Traffic().PerMinute != 60 {
		t.Errorf("%s", value.JSON(got))
	}
	c.do(http.MethodPut, "/api/v1/rehearsal/traffic", value.Map("perMinute", 0.0), 200)
	if got := c.get("/api/v1/rehearsal/users/"+login, 200); got.Text("login") != login {
		t.Errorf("%s", value.JSON(got))
	}
	if e := failure(c.post("/api/v1/rehearsal/scenarios/nope", nil, 404)); !strings.Contains(e.Text("message"), "no such scenario") {
		t.Errorf("%s", value.JSON(e))
	}
	c.get("/api/v1/rehearsal/users/nobody", 404)
	for _, away := range []string{"%2e%2e", ".%2E", "%2e"} {
		if resp, raw := c.send(http.MethodGet, "/api/v1/rehearsal/users/"+away, "", nil); resp.StatusCode != 404 || !strings.Contains(string(raw), "nothing of the name") {
			t.Errorf("%s: %d %s", away, resp.StatusCode, raw)
		}
		if resp, raw := c.send(http.MethodPost, "/api/v1/rehearsal/scenarios/"+away, "application/json", strings.NewReader("{}")); resp.StatusCode != 404 {
			t.Errorf("%s: %d %s", away, resp.StatusCode, raw)
		}
	}
	eve := b.as(b.evil, "eve@evil.example", portal.Admin)
	eve.get("/api/v1/rehearsal/state", 404)
	eve.post("/api/v1/rehearsal/scenarios/mfa_fatigue", nil, 404)
	if mine, theirs := c.get("/api/v1/session", 200), eve.get("/api/v1/session", 200); at(mine, "features.sandbox") != true || at(theirs, "features.sandbox") != false {
		t.Errorf("%s %s", value.JSON(mine), value.JSON(theirs))
	}
	slack := value.Map("channel", at(state, "slack.channels.0.id"), "text", "A drill", "blocks", []any{value.Map("type", "section", "text", value.Map("type", "plain_text", "text", "A drill"))})
	b.tell(url+"/slack/api/chat.postMessage", box.State().Slack.Token, slack)
	b.tell(box.State().Teams.WorkflowURL, "", value.Map("type", "message", "attachments", []any{value.Map("contentType", "application/vnd.microsoft.card.adaptive",
		"content", value.Map("type", "AdaptiveCard", "version", "1.4", "body", []any{value.Map("type", "TextBlock", "text", "A drill")}))}))
	if got := items(c.get("/api/v1/rehearsal/slack", 200)); len(got) != 1 || got[0].Text("text") != "A drill" || got[0].Text("channelName") == "" {
		t.Errorf("%v", got)
	}
	if got := items(c.get("/api/v1/rehearsal/teams", 200)); len(got) != 1 || got[0].Text("text") != "A drill" || got[0].At("delivered") != true {
		t.Errorf("%v", got)
	}
	c.get("/api/v1/rehearsal/mail", 200)
	if got := items(c.get("/api/v1/rehearsal/requests?service=slack", 200)); len(got) != 1 || got[0].Text("auth") != "Bearer" || got[0].At("durationUs") == nil {
		t.Errorf("%v", got)
	}
	s := box.State()
	for _, rt := range Routes() {
		if !strings.HasPrefix(rt.Path(), "/api/v1/rehearsal/") || rt.Method() != http.MethodGet {
			continue
		}
		_, raw := c.send(http.MethodGet, strings.Replace(rt.Path(), "{login}", login, 1), "", nil)
		for _, secret := range []string{s.Okta.Token, s.Okta.ReadOnlyToken, s.Slack.Token, s.Mail.Password, s.Teams.WorkflowURL[strings.LastIndexByte(s.Teams.WorkflowURL, '/')+1:]} {
			if strings.Contains(string(raw), secret) {
				t.Errorf("%s shows the secret %s: %s", rt.Pattern, secret, raw)
			}
		}
	}
	b.as(b.acme, "ann@acme.example", portal.Analyst).get("/api/v1/rehearsal/state", 403)
	setup(t).admin().get("/api/v1/rehearsal/state", 404)
}

// tell posts JSON to a simulated tenant.
func (b *bench) tell(url, token string, body *value.Object) {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, url, strings.NewReader(string(value.JSON(body))))
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if raw, _ := io.ReadAll(resp.Body); resp.StatusCode >= 300 || strings.Contains(string(raw), `"ok":false`) {
		b.t.Fatalf("%s: %d %s", url, resp.StatusCode, raw)
	}
}

// What a sandbox of another version says is passed on without its secrets, or
// not at all.
func TestOddSandbox(t *testing.T) {
	sandbox := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.EscapedPath() {
		case "/_sandbox/requests":
			_, _ = io.WriteString(w, `[{"seq":1,"service":"okta","time":"2026-01-01T00:00:00Z","method":"POST","path":"/x","query":"client_assertion=ey.x.y&a=b",
				"body":"{\"password\":\"hunter2-hunter2\",\"nested\":{\"apiToken\":\"00tok\",\"name\":\"SSWS 00tok\"}}","status":200,"duration_us":7},
				{"seq":2,"service":"teams","time":"2026-01-01T00:00:00Z","method":"POST","path":"/teams/workflow/00tok","query":"","body":"grant_type=x&client_secret=00tok","status":200,"duration_us":7,"extra_token":"00tok"}]`)
		case "/_sandbox/mail":
			w.WriteHeader(http.StatusInternalServerError)
			_, _ = io.WriteString(w, `{"error":"Bearer 00tok broke"}`)
		case "/_sandbox/slack":
			_, _ = io.WriteString(w, `<html>`)
		case "/_sandbox/teams":
			_, _ = io.WriteString(w, `{"not":"a list"}`)
		case "/_sandbox/users/..%2Fstate":
			w.WriteHeader(http.StatusConflict)
			_, _ = io.WriteString(w, `{"error":"asked for a name"}`)
		default:
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, `{"error":"what?"}`)
		}
	}))
	t.Cleanup(sandbox.Close)
	b := setup(t, func(d *Deps) { d.Sandbox = sandbox.URL })
	c := b.admin()
	got := string(value.JSON(c.get("/api/v1/rehearsal/requests", 200)))
	for _, secret := range []string{"00tok", "hunter2", "ey.x.y"} {
		if strings.Contains(got, secret) {
			t.Errorf("%s stands in %s", secret, got)
		}
	}
	if !strings.Contains(got, "a=b") || !strings.Contains(got, `"durationUs":7`) {
		t.Error(got)
	}
	if e := failure(c.get("/api/v1/rehearsal/mail", 503)); strings.Contains(e.Text("message"), "00tok") {
		t.Errorf("%s", value.JSON(e))
	}
	c.get("/api/v1/rehearsal/slack", 503)
	c.get("/api/v1/rehearsal/teams", 503)
	c.get("/api/v1/rehearsal/scenarios", 400)
	if e := failure(c.get("/api/v1/rehearsal/users/..%2Fstate", 409)); !strings.Contains(e.Text("message"), "asked for a name") {
		t.Errorf("a name leads elsewhere: %s", value.JSON(e))
	}
	sandbox.Close()
	c.get("/api/v1/rehearsal/state", 503)
}

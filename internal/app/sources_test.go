package app_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// finding is one thing that was looked at in an org.
type finding struct {
	ID, Verdict, Said, Advice string
	Fixable                   bool
}

type findings struct{ Sight, Prerequisites []finding }

func verdicts(fs []finding) map[string]string {
	out := map[string]string{}
	for _, f := range fs {
		out[f.ID] = f.Verdict
	}
	return out
}

// change is a change of the org, made or to be made.
type change struct {
	Title, Action string
	Request       struct{ Method, URL string }
}

// hookState is a source's hook as it is in Okta.
type hookState struct {
	Registered, UpToDate, Chosen bool
	ID, Verification             string
	Types, Wanted, LogOnly       []string
	Changes                      []change
}

// alertSource is a source as the API shows it.
type alertSource struct {
	ID     string
	Hook   struct{ URL, Secret, ID string }
	Stream struct{ URL, Token string }
	Health struct {
		State   string
		Events  int
		Minutes []int
		LagMS   int
		Error   string
	}
	Rates   []struct{ Bucket string }
	Outages []struct{ Lost bool }
}

// want makes a call of the API and wants a status.
func (d *demo) want(method, path string, body, into any, status int) {
	d.t.Helper()
	if got := d.call(method, d.is.API+path, body, into); got != status {
		d.t.Fatalf("%s %s: status %d, want %d", method, path, got, status)
	}
}

// until waits for something of the API to be so.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for began := time.Now(); !holds(); <-time.After(20 * time.Millisecond) {
		if time.Since(began) > 30*time.Second {
			t.Fatalf("within 30 s not: %s", what)
		}
	}
}

// connectOkta makes a connection to the sandbox's org.
func (d *demo) connectOkta(name, token string) string {
	d.t.Helper()
	var made struct{ ID string }
	d.want("POST", "/connections", object{"connector": "okta", "name": name, "auth": "api_key", "settings": object{"domain": d.is.Sandbox}, "secrets": object{"api_key": token}}, &made, 201)
	return made.ID
}

// The life of an alert source, from an empty server to its end.
func TestAlertSource(t *testing.T) {
	eachDemo(t, func(d *demo) {
		t := d.t
		d.forgetSources()
		state := d.state()
		reader, admin := d.connectOkta("Reader", state.Okta.ReadOnlyToken), d.connectOkta("Admin", state.Okta.Token)
		d.sees(reader, map[string]string{"logs": "pass", "users": "pass", "event_hooks": "pass", "log_streams": "refused"})
		d.sees(admin, map[string]string{"logs": "pass", "zones": "pass", "policies": "pass", "log_streams": "pass"})
		var s alertSource
		d.want("POST", "/sources", object{"name": "Acme", "connection": admin, "poll": true, "hook": true, "stream": true, "file": true}, &s, 201)
		path := "/sources/" + s.ID
		d.registers(path)
		d.fixes(path)
		d.confirms(path)
		var after alertSource
		d.want("GET", path, nil, &after, 200)
		if after.Health.State != "ok" || after.Health.LagMS > 10_000 || len(after.Rates) == 0 || after.Rates[0].Bucket != "/api/v1/logs" {
			t.Errorf("health %+v, rates %+v", after.Health, after.Rates)
		}
		d.once(path, s.Stream.URL, s.Stream.Token)
		d.rotates(path, s.Stream.URL, s.Stream.Token)
		var gone struct {
			Events   int
			HookLeft string
			Changes  []change
		}
		d.want("DELETE", path, nil, &gone, 200)
		if gone.Events == 0 || gone.HookLeft != "" || len(gone.Changes) != 2 || d.eventHooks() != 0 {
			t.Errorf("deleted: %+v; Okta has %d hooks", gone, d.eventHooks())
		}
	})
}

// forgetSources deletes the demo's own sources, and what they have in Okta.
func (d *demo) forgetSources() {
	d.t.Helper()
	var all []alertSource
	d.want("GET", "/sources", nil, &all, 200)
	for _, s := range all {
		d.want("DELETE", "/sources/"+s.ID, nil, nil, 200)
	}
	if n := d.eventHooks(); n != 0 {
		d.t.Errorf("%d hooks are left in Okta", n)
	}
}

// eventHooks counts the event hooks in Okta.
func (d *demo) eventHooks() int {
	d.t.Helper()
	var all []struct{ ID string }
	d.get(d.is.Sandbox+"/api/v1/eventHooks", &all)
	return len(all)
}

func (d *demo) sees(connection string, want map[string]string) {
	d.t.Helper()
	var seen []finding
	d.want("POST", "/okta/sight", object{"connection": connection}, &seen, 200)
	got := verdicts(seen)
	for id, verdict := range want {
		if got[id] != verdict {
			d.t.Errorf("%s: %s is %q, want %s: %+v", connection, id, got[id], verdict, seen)
		}
	}
}

// registers has the hook set up in Okta, changed and set right again.
func (d *demo) registers(path string) {
	d.t.Helper()
	var h hookState
	d.want("PUT", path+"/hook", object{"preview": true}, &h, 200)
	if h.Registered || len(h.Changes) != 2 || h.Changes[0].Action != "" || d.eventHooks() != 0 {
		d.t.Errorf("previewed: %+v", h)
	}
	d.want("PUT", path+"/hook", object{}, &h, 200)
	if !h.Registered || !h.UpToDate || h.Verification != "VERIFIED" || h.Chosen || len(h.Changes) != 2 || h.Changes[0].Action == "" || !strings.Contains(strings.Join(h.Types, " "), "report_suspicious") {
		d.t.Errorf("registered: %+v", h)
	}
	d.want("PUT", path+"/hook", object{"types": []string{"user.session.start"}}, &h, 200)
	if !h.UpToDate || !h.Chosen || fmt.Sprint(h.Types) != "[user.session.start]" || d.eventHooks() != 1 {
		d.t.Errorf("changed: %+v", h)
	}
	d.want("PUT", path+"/hook", object{"types": []string{"security.threat.detected"}}, nil, 400)
	// Somebody deletes it in Okta: it is made again.
	for _, call := range []string{"POST /lifecycle/deactivate", "DELETE "} {
		method, at, _ := strings.Cut(call, " ")
		d.call(method, d.is.Sandbox+"/api/v1/eventHooks/"+h.ID+at, nil, nil)
	}
	d.want("GET", path+"/hook", nil, &h, 200)
	if h.Registered || h.UpToDate {
		d.t.Errorf("deleted in Okta: %+v", h)
	}
	d.want("PUT", path+"/hook", object{}, &h, 200)
	if !h.UpToDate || h.Chosen || d.eventHooks() != 1 {
		d.t.Errorf("made again: %+v", h)
	}
}

// fixes looks at the org, puts right what can be, and undoes it.
func (d *demo) fixes(path string) {
	d.t.Helper()
	var f findings
	d.want("POST", path+"/findings", nil, &f, 200)
	want := map[string]string{
		"read_only_role": "pass", "new_sign_on_mail": "pass", "authenticator_enrolled_mail": "pass", "authenticator_reset_mail": "fail", "password_changed_mail": "pass",
		"threat_insight": "pass",
	}
	got := verdicts(f.Prerequisites)
	for id, verdict := range want {
		if got[id] != verdict {
			d.t.Errorf("%s is %q, want %s: %+v", id, got[id], verdict, f.Prerequisites)
		}
	}
	type fixed struct {
		Finding finding
		Changes []change
	}
	fix := func(preview bool) (out fixed) {
		d.t.Helper()
		d.want("POST", path+"/fix", object{"prerequisite": "authenticator_reset_mail", "preview": preview}, &out, 200)
		return out
	}
	if out := fix(true); out.Finding.Verdict != "fail" || len(out.Changes) != 1 || out.Changes[0].Action != "" || out.Changes[0].Request.Method != "PUT" {
		d.t.Errorf("previewed: %+v", out)
	}
	out := fix(false)
	if out.Finding.Verdict != "pass" || len(out.Changes) != 1 {
		d.t.Fatalf("fixed: %+v", out)
	}
	d.want("GET", path+"/findings", nil, &f, 200)
	if got := verdicts(f.Prerequisites)["authenticator_reset_mail"]; got != "pass" {
		d.t.Errorf("the kept finding is %s", got)
	}
	d.want("POST", path+"/fix", object{"prerequisite": "authenticator_reset_mail"}, nil, 409)
	d.want("POST", path+"/fix", object{"prerequisite": "nothing"}, nil, 400)
	d.want("POST", "/actions/"+out.Changes[0].Action+"/undo", nil, nil, 200)
	if out := fix(true); out.Finding.Verdict != "fail" {
		d.t.Errorf("after it was undone: %+v", out)
	}
}

// confirms waits for somebody's report, which comes by hook and by poll, once.
func (d *demo) confirms(path string) {
	d.t.Helper()
	var trial struct {
		State string
		Event struct{ UUID string }
		LagMS int
	}
	d.want("GET", path+"/trial", nil, &trial, 200)
	if trial.State != "none" {
		d.t.Errorf("before it was begun: %+v", trial)
	}
	d.want("POST", path+"/trial", nil, &trial, 200)
	if trial.State != "waiting" {
		d.t.Errorf("begun: %+v", trial)
	}
	_, uuid := d.report("")
	until(d.t, "the report has arrived", func() bool {
		d.want("GET", path+"/trial", nil, &trial, 200)
		return trial.State == "confirmed"
	})
	if trial.Event.UUID != uuid {
		d.t.Errorf("confirmed by %s, want %s", trial.Event.UUID, uuid)
	}
}

// events returns how many events came by a source.
func (d *demo) events(path string) int {
	d.t.Helper()
	var s alertSource
	d.want("GET", path, nil, &s, 200)
	return s.Health.Events
}

// stream posts to the log stream's address.
func (d *demo) stream(url, token string, uuids ...string) (int, string) {
	d.t.Helper()
	var body strings.Builder
	for _, u := range uuids {
		_, _ = fmt.Fprintf(&body, `{"event":%s}`, anEvent(u))
	}
	req, err := http.NewRequestWithContext(d.t.Context(), http.MethodPost, url, strings.NewReader(body.String()))
	if err != nil {
		d.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Splunk "+token)
	return d.ask(req)
}

func (d *demo) ask(req *http.Request) (int, string) {
	d.t.Helper()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		d.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	return resp.StatusCode, strings.TrimSpace(string(text))
}

// anEvent is an event that did not happen in the sandbox.
func anEvent(uuid string) string {
	return fmt.Sprintf(`{"uuid":%q,"eventType":"user.account.report_suspicious_activity_by_enduser","published":"2020-01-02T03:04:05Z","actor":{"id":"00u1"}}`, uuid)
}

// once sends events by log stream and by files, some twice: each counts once, and
// those of files start nothing.
func (d *demo) once(path, url, token string) {
	d.t.Helper()
	d.want("POST", path+"/pause", nil, nil, 200) // the poll would bring others
	if status, text := d.stream(url, token, "x-1"); status != 403 || text != `{"text":"Token disabled","code":1}` {
		d.t.Errorf("while it is paused: %d %s", status, text)
	}
	d.want("POST", path+"/resume", nil, nil, 200)
	d.want("PATCH", path, object{"poll": false}, nil, 200)
	for range 2 {
		if status, text := d.stream(url, token, "x-1", "x-2"); status != 200 || text != `{"text":"Success","code":0}` {
			d.t.Errorf("stream: %d %s", status, text)
		}
	}
	for name, tt := range map[string]struct {
		text      string
		packed    bool
		read, bad int
		fresh     int
	}{
		"lines":         {anEvent("x-2") + "\n" + anEvent("x-3") + "\n{\n", false, 2, 1, 1},
		"a packed list": {"[" + anEvent("x-1") + "," + anEvent("x-4") + "]", true, 2, 0, 1},
	} {
		var taken struct {
			Read, New, Runs, Bad int
			Told                 []string
		}
		d.upload(path, tt.text, tt.packed, &taken)
		if taken.Read != tt.read || taken.New != tt.fresh || taken.Bad != tt.bad || taken.Runs != 0 || len(taken.Told) != tt.bad {
			d.t.Errorf("%s: %+v", name, taken)
		}
	}
	var kept struct{ Items []struct{ UUID string } }
	d.want("GET", "/events?since=2020-01-01T00:00:00Z&until=2020-02-01T00:00:00Z", nil, &kept, 200)
	if len(kept.Items) != 4 {
		d.t.Errorf("%d events are kept, want 4: %v", len(kept.Items), kept.Items)
	}
}

func (d *demo) upload(path, text string, packed bool, into any) {
	d.t.Helper()
	var b bytes.Buffer
	b.WriteString(text)
	if packed {
		b.Reset()
		w := gzip.NewWriter(&b)
		_, _ = io.WriteString(w, text)
		if err := w.Close(); err != nil {
			d.t.Fatal(err)
		}
	}
	req, err := http.NewRequestWithContext(d.t.Context(), http.MethodPost, d.is.API+path+"/events", &b)
	if err != nil {
		d.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+d.is.Token)
	req.Header.Set("Content-Type", "application/octet-stream")
	status, answer := d.ask(req)
	if status != 200 {
		d.t.Fatalf("upload: %d %s", status, answer)
	}
	decode(d.t, answer, into)
}

// rotates replaces the hook's secret and the stream's token.
func (d *demo) rotates(path, url, old string) {
	d.t.Helper()
	var s alertSource
	d.want("POST", path+"/token", object{"overlapMinutes": 10}, &s, 200)
	for _, token := range []string{old, s.Stream.Token} {
		if status, text := d.stream(url, token, "x-1"); status != 200 {
			d.t.Errorf("with the token %s: %d %s", token, status, text)
		}
	}
	d.want("POST", path+"/token", object{"overlapMinutes": 0}, nil, 200)
	if status, text := d.stream(url, s.Stream.Token, "x-1"); status != 403 {
		d.t.Errorf("with the token before: %d %s", status, text)
	}
	s = alertSource{}
	d.want("POST", path+"/secret", object{"overlapMinutes": 0}, &s, 200)
	if s.Hook.Secret != "" {
		d.t.Error("the secret is shown, though Okta was told of it")
	}
	before := d.events(path) // the poll is off: only the hook brings any
	d.report("")
	until(d.t, "the hook brings events with the new secret", func() bool { return d.events(path) > before })
	if _, err := http.Get(strings.TrimSuffix(url, "/event") + "/health"); err != nil {
		d.t.Error(err)
	}
}

func decode(t *testing.T, text string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), into); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
}

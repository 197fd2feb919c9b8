package app_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"sallyport/internal/app"
	"sallyport/internal/config"
	"sallyport/internal/event"
	"sallyport/internal/portal"
	"sallyport/internal/secret"
	"sallyport/internal/source"
	"sallyport/internal/store/storetest"
	"sallyport/sandbox"
	"sallyport/sandbox/slack"
)

const deniedRule = `title: A push was <denied>
id: 5b0f0a0e-7a57-4f0e-9a3e-0d8c4f1f6b01
description: Somebody denied a push that they had not asked for.
tags: [attack.credential-access, attack.t1621]
logsource: { product: okta, service: okta }
detection: { selection: { eventType: push.denied }, condition: selection }
level: high
sallyport: { entity: actor, window: 1h }
`

const contain = `flow: contain
title: Contain
trigger: { alert: { severity: low } }
cards: [ { stop: done } ]
`

// watch is a server beside a sandbox, with a rule that finds denied pushes.
type watch struct {
	t      *testing.T
	box    *sandbox.Sandbox
	app    *app.App
	org    string
	seeded app.Seeded
	log    *buffer
	api    *site
}

func startWatch(t *testing.T, dsn string) *watch {
	t.Helper()
	return startWatchOf(t, dsn, sandbox.Options{Now: time.Now})
}

// startWatchOf starts a sandbox, and a server that has its time.
func startWatchOf(t *testing.T, dsn string, of sandbox.Options) *watch {
	t.Helper()
	w := &watch{t: t, log: &buffer{}}
	var err error
	if w.box, err = sandbox.New(of); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.box.Close)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	served := make(chan error, 1)
	w.box.SetBaseURL("http://" + ln.Addr().String())
	go func() { served <- w.box.Serve(ctx, ln) }()
	c := config.Default()
	c.DataDir, c.Database, c.Listen = t.TempDir(), secret.NewText(dsn), "127.0.0.1:0"
	c.Egress.Allow = []string{"127.0.0.0/8"}
	if w.app, err = app.New(t.Context(), app.Options{Config: c, Version: "test", Log: slog.New(slog.NewJSONHandler(w.log, nil)), Content: withRules(t, deniedRule), Now: of.Now}); err != nil {
		t.Fatal(err)
	}
	w.api = &site{t: t, urls: []string{"http://" + w.app.Addr.String()}, token: adminToken(t, w.app)}
	org, err := w.app.Organization(t.Context(), w.app.Doors, app.DefaultOrganization)
	if err != nil {
		t.Fatal(err)
	}
	w.org = org.ID
	if w.seeded, err = w.app.Seed(t.Context(), org.ID, w.box.State()); err != nil {
		t.Fatal(err)
	}
	w.box.SetInteractivity(w.api.urls[0] + "/hooks/slack/" + w.seeded.Connect["slack"])
	ended := make(chan error, 1)
	go func() { ended <- w.app.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		for _, err := range []error{<-ended, <-served} {
			if err != nil {
				t.Errorf("it ended with %v\n%s", err, w.log)
			}
		}
	})
	return w
}

// member makes a person of the sandbox a member.
func (w *watch) member(login string, r string) {
	w.t.Helper()
	if _, err := w.app.Doors.People.Add(w.t.Context(), w.org, portal.NewAccount{Email: login, Name: "Who is " + login, Password: "correct horse battery"}, r); err != nil {
		w.t.Fatal(err)
	}
}

// channel makes a notification channel.
func (w *watch) channel(name, connection string, to []string, more map[string]any) string {
	w.t.Helper()
	body := map[string]any{"name": name, "connection": connection, "to": to, "severity": "medium", "moments": []string{"opened", "escalated", "overdue", "closed"}, "enabled": true}
	maps.Copy(body, more)
	var out struct{ ID string }
	if status := w.api.ask(0, "POST", "/api/v1/channels", body, &out); status != http.StatusCreated {
		w.t.Fatalf("channel %s: status %d", name, status)
	}
	return out.ID
}

// deny has a push denied.
func (w *watch) deny(uuid, login string) {
	w.t.Helper()
	raw := fmt.Sprintf(`{"uuid":%q,"eventType":"push.denied","published":%q,"outcome":{"result":"FAILURE"},"actor":{"id":"00u%s","type":"User","alternateId":"%s@acme.example","displayName":"Ada <b>&"},"client":{"ipAddress":"192.0.2.1"}}`,
		uuid, time.Now().UTC().Format(time.RFC3339Nano), login, login)
	e, err := event.NewParser().Parse([]byte(raw))
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.app.Pipeline.Accept(w.t.Context(), source.Batch{Org: w.org, Source: w.seeded.Source, Via: source.ViaHook, Events: []event.Event{e}}); err != nil {
		w.t.Fatal(err)
	}
}

// until waits until something is so.
func (w *watch) until(what string, is func() bool) {
	w.t.Helper()
	for began := time.Now(); time.Since(began) < time.Minute; pause(20 * time.Millisecond) {
		if is() {
			return
		}
	}
	w.t.Fatalf("not within a minute: %s\n%s", what, w.log)
}

func (w *watch) slack() []slack.Message {
	w.t.Helper()
	var out []slack.Message
	w.control(http.MethodGet, "/slack", nil, &out)
	return out
}

// control calls the sandbox's control API.
func (w *watch) control(method, path string, body, into any) int {
	w.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		w.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(w.t.Context(), method, w.box.State().Control+path, bytes.NewReader(text))
	if err != nil {
		w.t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
		w.t.Fatal(err)
	}
	return resp.StatusCode
}

func (w *watch) press(p slack.Press) {
	w.t.Helper()
	var got slack.Pressed
	if status := w.control(http.MethodPost, "/slack/press", p, &got); status != 200 || got.Status != 200 || got.Body != "" {
		w.t.Fatalf("press %+v: %d %+v\n%s", p, status, got, w.log)
	}
}

// shownAlert is an alert as the API shows it.
type shownAlert struct {
	ID, State, Verdict string
	Assignee           struct{ Name string }
	Timeline           []struct{ Kind, Text string }
}

func (w *watch) alert() shownAlert {
	w.t.Helper()
	var list struct{ Items []shownAlert }
	if w.api.ask(0, "GET", "/api/v1/alerts", nil, &list); len(list.Items) != 1 {
		w.t.Fatalf("%d alerts", len(list.Items))
	}
	var out shownAlert
	w.api.ask(0, "GET", "/api/v1/alerts/"+list.Items[0].ID, nil, &out)
	return out
}

// hook is a program that takes webhooks.
type hook struct {
	mu   sync.Mutex
	got  []string
	sums []string
}

func (h *hook) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	text, _ := io.ReadAll(r.Body)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.got, h.sums = append(h.got, string(text)), append(h.sums, r.Header.Get("X-Signature"))
}

func (h *hook) all() ([]string, []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.got, h.sums
}

// An alert is told everywhere, once; what is told says what it is, and means
// nothing that Okta's texts would have it mean.
func TestAlertsAreTold(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		w := startWatch(t, dsn)
		h := &hook{}
		program := httptest.NewServer(h)
		t.Cleanup(program.Close)
		var conn struct{ ID string }
		if status := w.api.ask(0, "POST", "/api/v1/connections", map[string]any{
			"connector": "http", "name": "Program", "auth": "hmac", "settings": map[string]any{"base_url": program.URL}, "secrets": map[string]string{"signing_key": "shared"},
		}, &conn); status != http.StatusCreated {
			t.Fatalf("connection: %d", status)
		}
		broken := w.channel("Broken", w.seeded.Connect["slack"], []string{"#no-such-channel"}, nil)
		w.channel("Slack", w.seeded.Connect["slack"], []string{"#security"}, nil)
		w.channel("Teams", w.seeded.Connect["teams"], []string{}, nil)
		w.channel("Mail", w.seeded.Connect["mail"], []string{"soc@acme.example"}, nil)
		w.channel("Program", conn.ID, []string{"/alerts"}, nil)
		w.channel("Critical only", w.seeded.Connect["mail"], []string{"chief@acme.example"}, map[string]any{"severity": "critical"})
		w.channel("Another type", w.seeded.Connect["mail"], []string{"other@acme.example"}, map[string]any{"types": []string{"okta_threatinsight"}})

		var mails []struct{ Subject, Text, HTML string }
		var cards []json.RawMessage
		for range 3 { // hook, poll, and once more
			w.deny("d1", "ada")
		}
		w.until("everybody is told", func() bool {
			w.control(http.MethodGet, "/mail?to=soc@acme.example", nil, &mails)
			w.control(http.MethodGet, "/teams", nil, &cards)
			hooks, _ := h.all()
			return len(w.slack()) == 1 && len(mails) == 1 && len(cards) == 1 && len(hooks) == 1
		})
		a := w.alert()
		link := w.api.urls[0] + "/alerts/" + a.ID
		m := w.slack()[0]
		if m.ChannelName != "security" || !strings.Contains(string(m.Blocks), link) || !strings.Contains(string(m.Blocks), `Ada \u0026lt;b\u0026gt;\u0026amp;`) && !strings.Contains(string(m.Blocks), `Ada &lt;b&gt;&amp;`) {
			t.Errorf("Slack: %s", m.Blocks)
		}
		if mails[0].Subject == "" || !strings.Contains(mails[0].Text, link) || strings.Contains(mails[0].HTML, "<b>&") {
			t.Errorf("mail: %+v", mails[0])
		}
		if !strings.Contains(string(cards[0]), link) {
			t.Errorf("Teams: %s", cards[0])
		}
		hooks, sums := h.all()
		mac := hmac.New(sha256.New, []byte("shared"))
		mac.Write([]byte(hooks[0]))
		if sums[0] != hex.EncodeToString(mac.Sum(nil)) || !strings.Contains(hooks[0], `"moment":"opened"`) || !strings.Contains(hooks[0], link) {
			t.Errorf("webhook: %s signed %s", hooks[0], sums[0])
		}
		var shown struct {
			Error  string
			Recent []struct{ State string }
		}
		w.until("the broken channel says so", func() bool {
			w.api.ask(0, "GET", "/api/v1/channels/"+broken, nil, &shown)
			return shown.Error != ""
		})
		if len(shown.Recent) != 1 || shown.Recent[0].State != "failed" || !strings.Contains(shown.Error, "no such channel") {
			t.Errorf("broken: %+v", shown)
		}
		w.control(http.MethodGet, "/mail?to=chief@acme.example", nil, &mails)
		if len(mails) != 0 {
			t.Errorf("the chief got %+v", mails)
		}
		w.control(http.MethodGet, "/mail?to=other@acme.example", nil, &mails)
		if len(mails) != 0 {
			t.Errorf("the other got %+v", mails)
		}
	})
}

// What is pressed in Slack is done as the member that presses, if they may.
func TestPressedInSlack(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		w := startWatch(t, dsn)
		admin := w.box.State().Okta.Admin
		w.member(admin, portal.Responder)
		var people []struct{ Login string }
		w.control(http.MethodGet, "/users?status=ACTIVE", nil, &people)
		viewer, nobody := "", ""
		for _, p := range people {
			if p.Login == admin {
				continue
			}
			if viewer == "" {
				viewer = p.Login
			} else {
				nobody = p.Login
			}
		}
		w.member(viewer, portal.Auditor)
		w.channel("Slack", w.seeded.Connect["slack"], []string{"#security"}, nil)
		w.deny("d1", "ada")
		w.until("Slack is told", func() bool { return len(w.slack()) == 1 })

		whisper := func(part string) {
			t.Helper()
			w.until("who pressed is told: "+part, func() bool {
				all := w.slack()
				last := all[len(all)-1]
				return last.EphemeralTo != "" && strings.Contains(last.Text+string(last.Blocks), part)
			})
		}
		w.press(slack.Press{User: viewer, Action: "alert.acknowledge"})
		whisper("may not work on alerts")
		w.press(slack.Press{User: nobody, Action: "alert.assign"})
		whisper("no member")
		if a := w.alert(); a.State != "open" || a.Assignee.Name != "" {
			t.Fatalf("alert: %+v", a)
		}
		w.press(slack.Press{User: admin, Action: "alert.acknowledge"})
		w.until("it is acknowledged", func() bool { return w.alert().State == "acknowledged" })
		w.until("the message says so", func() bool {
			blocks := string(w.slack()[0].Blocks)
			return strings.Contains(blocks, "Acknowledged by Who is") && !strings.Contains(blocks, "alert.acknowledge")
		})
		w.press(slack.Press{User: admin, Action: "alert.assign"})
		w.until("it is taken", func() bool { return w.alert().Assignee.Name == "Who is "+admin })

		w.press(slack.Press{User: admin, Action: "alert.respond"})
		whisper("no flow")
		id := w.api.on(contain)
		w.press(slack.Press{User: admin, Action: "alert.respond"})
		whisper("Contain")
		w.press(slack.Press{User: admin, Action: "alert.run", Value: id})
		whisper("/runs/")
		var runs struct{ Items []struct{ State string } }
		w.until("the response has run", func() bool {
			w.api.ask(0, "GET", "/api/v1/runs?flow="+id, nil, &runs)
			return len(runs.Items) == 1 && runs.Items[0].State == "stopped" || len(runs.Items) == 1 && runs.Items[0].State == "succeeded"
		})
		w.press(slack.Press{User: admin, Action: "alert.benign"})
		w.until("it is closed", func() bool { return w.alert().State == "closed" })
		said := 0
		for _, e := range w.alert().Timeline {
			if strings.Contains(e.Text, "from Slack") {
				said++
			}
		}
		if said < 4 {
			t.Errorf("the timeline: %+v", w.alert().Timeline)
		}
		unproven(w)
	})
}

// unproven makes requests that are not Slack's, or are for the second time.
func unproven(w *watch) {
	w.t.Helper()
	body := "payload=" + url.QueryEscape(`{"type":"block_actions","user":{"id":"U1"},"actions":[]}`)
	now, old := strconv.FormatInt(time.Now().Unix(), 10), strconv.FormatInt(time.Now().Add(-6*time.Minute).Unix(), 10)
	right := w.box.State().Slack.Secret
	mine := w.seeded.Connect["slack"]
	for _, tt := range []struct {
		name, connection, at, signature, body string
		status                                int
	}{
		{"nothing", mine, "", "", body, 403},
		{"another secret", mine, now, slack.Sign("other", now, body), body, 403},
		{"no secret", mine, now, slack.Sign("", now, body), body, 403},
		{"another connection", w.seeded.Connect["mail"], now, slack.Sign(right, now, body), body, 403},
		{"a connection that is not there", "nope", now, slack.Sign(right, now, body), body, 403},
		{"too old", mine, old, slack.Sign(right, old, body), body, 403},
		{"another body", mine, now, slack.Sign(right, now, body), body + "x", 403},
		{"Slack's", mine, now, slack.Sign(right, now, body), body, 200},
		{"Slack's again", mine, now, slack.Sign(right, now, body), body, 409},
		{"too large", mine, now, slack.Sign(right, now, body), body + strings.Repeat("x", 300<<10), 400},
	} {
		req, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.api.urls[0]+"/hooks/slack/"+tt.connection, strings.NewReader(tt.body))
		if err != nil {
			w.t.Fatal(err)
		}
		req.Header.Set("X-Slack-Request-Timestamp", tt.at)
		req.Header.Set("X-Slack-Signature", tt.signature)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			w.t.Fatal(err)
		}
		if err := resp.Body.Close(); err != nil || resp.StatusCode != tt.status {
			w.t.Errorf("%s: status %d, want %d", tt.name, resp.StatusCode, tt.status)
		}
	}
}

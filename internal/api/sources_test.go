package api

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"sallyport/internal/connector"
	"sallyport/internal/flow"
	"sallyport/internal/guard"
	"sallyport/internal/id"
	"sallyport/internal/portal"
	"sallyport/internal/source"
	"sallyport/internal/store"
	"sallyport/internal/value"
)

// okta stores a connection of the Okta connector, with settings that its test
// has learned.
func (b *bench) okta(learned *value.Object) string {
	b.t.Helper()
	conn := store.Connection{
		Connection: connector.Connection{Org: b.acme.ID, ID: id.New(), Connector: "okta", Name: "Okta", Settings: learned},
		Own:        &value.Object{}, State: store.ConnectionOK, CreatedAt: b.now(), UpdatedAt: b.now(),
	}
	if err := b.db.Connections.Add(b.t.Context(), conn); err != nil {
		b.t.Fatal(err)
	}
	return conn.ID
}

func TestSourceLife(t *testing.T) {
	changes := 0
	b := setup(t, func(d *Deps) { d.SourcesChanged = func() { changes++ } })
	c := b.admin()
	okta := b.okta(&value.Object{})
	desk := b.deskConnection(c, "http://127.0.0.1:1", false)
	for name, tt := range map[string]struct {
		body   *value.Object
		status int
		field  string
	}{
		"neither way":              {value.Map("name", "x"), 400, "poll"},
		"polling without a way":    {value.Map("name", "x", "poll", true), 400, "connection"},
		"through what is not Okta": {value.Map("name", "x", "poll", true, "connection", desk), 400, "connection"},
		"through what is not":      {value.Map("name", "x", "poll", true, "connection", "nope"), 404, "connection"},
		"no name":                  {value.Map("name", " ", "hook", true), 400, "name"},
		"another system":           {value.Map("name", "x", "kind", "entra", "hook", true), 400, "kind"},
	} {
		if e := failure(c.post("/api/v1/sources", tt.body, tt.status)); e.Text("field") != tt.field {
			t.Errorf("%s: %s", name, value.JSON(e))
		}
	}
	made := c.post("/api/v1/sources", value.Map("name", "Acme", "connection", okta, "poll", true, "hook", true, "test", false), 201)
	path := "/api/v1/sources/" + made.Text("id")
	secret := value.String(at(made, "hook.secret"))
	if at(made, "hook.url") != b.url+"/hooks/okta/"+made.Text("id") || len(secret) != 43 || at(made, "hook.header") != "Authorization" || at(made, "health.state") != "waiting" || at(made, "connection.name") != "Okta" {
		t.Errorf("%s", value.JSON(made))
	}
	hooks := &source.Hooks{Store: b.db.Sources, Sink: sink{}, Keys: b.keys, Now: time.Now, Log: b.deps.Log}
	knock := func(secret string) int { return b.deliver(hooks, made.Text("id"), secret) }
	if got := knock(secret); got != 204 {
		t.Errorf("the secret does not open the hook: %d", got)
	}
	for _, p := range []string{path, "/api/v1/sources"} {
		if got := string(value.JSON(c.get(p, 200))); strings.Contains(got, secret) || strings.Contains(got, `"secret"`) {
			t.Errorf("%s shows the secret: %s", p, got)
		}
	}
	c.post("/api/v1/sources", value.Map("name", "Acme", "hook", true), 409)
	if got := c.do(http.MethodPatch, path, value.Map("name", "Acme Okta", "poll", false), 200); got.Text("name") != "Acme Okta" || got.At("poll") != false || at(got, "hook.secret") != nil {
		t.Errorf("%s", value.JSON(got))
	}
	c.do(http.MethodPatch, path, value.Map("hook", false), 400) // it would have no way left
	renewed := value.String(at(c.post(path+"/secret", value.Map("overlapMinutes", 0.0), 200), "hook.secret"))
	if knock(secret) != 401 || knock(renewed) != 204 {
		t.Error("the old secret holds, or the new one does not")
	}
	if got := c.post(path+"/pause", nil, 200); got.At("enabled") != false || at(got, "health.state") != "paused" {
		t.Errorf("%s", value.JSON(got))
	}
	if got := knock(renewed); got != 404 {
		t.Errorf("a paused source takes events: %d", got)
	}
	if got := c.post(path+"/resume", nil, 200); got.At("enabled") != true {
		t.Errorf("%s", value.JSON(got))
	}
	if err := b.db.Sources.Failed(t.Context(), b.acme.ID, made.Text("id"), "the token has expired"); err != nil {
		t.Fatal(err)
	}
	if got := c.get(path, 200); at(got, "health.state") != "failing" || at(got, "health.error") != "the token has expired" || at(got, "health.failures") != 1.0 {
		t.Errorf("%s", value.JSON(got))
	}
	c.do(http.MethodPatch, path, value.Map("poll", true, "hook", false, "test", false), 200)
	c.post(path+"/secret", nil, 409)
	if again := c.do(http.MethodPatch, path, value.Map("hook", true), 200); len(value.String(at(again, "hook.secret"))) != 43 {
		t.Errorf("a hook that is taken up again has no secret: %s", value.JSON(again))
	}
	if got := c.do(http.MethodDelete, path, nil, 200); got.At("events") != 0.0 || at(got, "connection.name") != "Okta" {
		t.Errorf("%s", value.JSON(got))
	}
	c.get(path, 404)
	if changes < 8 {
		t.Errorf("the readers were told of %d changes", changes)
	}
	if strings.Contains(b.log.String(), secret) {
		t.Error("the secret is in the log")
	}
}

// sink takes what a hook delivers, and keeps none of it.
type sink struct{}

func (sink) Accept(context.Context, source.Batch) (source.Accepted, error) {
	return source.Accepted{}, nil
}

// deliver posts to a source's event hook, and returns the status.
func (b *bench) deliver(h http.Handler, src, secret string) int {
	b.t.Helper()
	mux := http.NewServeMux()
	mux.Handle("/hooks/okta/{source}", h)
	r := httptest.NewRequest(http.MethodPost, "/hooks/okta/"+src, strings.NewReader(`{"eventType":"com.okta.event_hook","data":{"events":[]}}`))
	r.Header.Set("Authorization", secret)
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	return w.Code
}

func TestEvents(t *testing.T) {
	b := setup(t)
	c := b.admin()
	f := b.fill(b.acme, "ada@acme.example")
	began := b.now().Add(-time.Hour).Truncate(time.Millisecond)
	types := []string{"user.session.start", "user.account.lock", "group.user_membership.add"}
	var want []string
	for i := range 9 {
		login := []string{"bob@acme.example", "Cyd@acme.example"}[i%2]
		want = append([]string{b.event(b.acme, f.source, types[i%3], login, began.Add(time.Duration(i/2)*time.Minute))}, want...) // two at each time
	}
	stamp := func(d time.Duration) string { return url.QueryEscape(began.Add(d).Format(time.RFC3339)) }
	tests := map[string]struct {
		query string
		want  []string
	}{
		"all":                  {"until=" + stamp(30*time.Minute), want},
		"of a type":            {"type=user.account.lock", []string{want[1], want[4], want[7]}},
		"of types":             {"type=user.account.lock&type=group.user_membership.add", []string{want[0], want[1], want[3], want[4], want[6], want[7]}},
		"of an actor":          {"actor=cyd@ACME.example", []string{want[1], want[3], want[5], want[7]}},
		"of an actor's id":     {"actor=00u1&until=" + stamp(90*time.Second), want[5:]},
		"with a word":          {"q=LOCK", []string{want[1], want[4], want[7]}},
		"with an address":      {"q=192.0.2.7&until=" + stamp(time.Minute), want[7:]},
		"with words in a row":  {"q=group.user_membership+bob@acme", []string{want[0], want[6]}},
		"of a filter":          {"filter=" + url.QueryEscape(`eventType sw "user." and actor.alternateId eq "BOB@acme.example"`) + "&until=" + stamp(30*time.Minute), []string{want[2], want[4], want[8]}},
		"since a time":         {"since=" + stamp(4*time.Minute) + "&until=" + stamp(30*time.Minute), want[:1]},
		"of another source":    {"source=nope", nil},
		"of this source, late": {"source=" + f.source + "&since=" + stamp(30*time.Minute), []string{f.event}},
	}
	for name, tt := range tests {
		for _, limit := range []int{1, 2, 50} {
			t.Run(fmt.Sprint(name, " by ", limit), func(t *testing.T) {
				var got []string
				for _, e := range c.all("/api/v1/events?"+tt.query, limit) {
					got = append(got, e.Text("uuid"))
				}
				if strings.Join(got, " ") != strings.Join(tt.want, " ") {
					t.Errorf("got  %v\nwant %v", got, tt.want)
				}
			})
		}
	}
	c.get("/api/v1/events?cursor=eA", 400)
	c.get("/api/v1/events?q="+url.QueryEscape("%"), 400)
	if e := c.get("/api/v1/events?filter="+url.QueryEscape(`actor.id eq`), 400); at(e, "error.field") != "filter" || !strings.Contains(value.String(at(e, "error.message")), "position 12") {
		t.Errorf("a filter that is cut off: %s", value.JSON(e))
	}
	c.get("/api/v1/events?cursor="+cursor(store.Place{At: began, ID: "x"}), 400)
	if list := c.all("/api/v1/events?type=user.session.start&since="+stamp(30*time.Minute), 50); list[0].At("runs") != 1.0 || at(list[0], "source.name") != "Okta of acme" || at(list[0], "targets.0.type") != "AppInstance" || at(list[0], "actor.login") != "ada@acme.example" {
		t.Errorf("%s", value.JSON(list[0]))
	}
	got := c.get("/api/v1/events/"+f.event, 200)
	for path, want := range map[string]any{
		"raw.displayMessage": "User signs in", "client.city": "Bonn", "client.browser": "FIREFOX", "outcome": "SUCCESS", "flowRuns.0.id": f.run, "actions.0.id": f.action, "url": nil,
	} {
		if v := at(got, path); v != want {
			t.Errorf("%s is %v, want %v", path, v, want)
		}
	}
	c.get("/api/v1/events/nope", 404)
}

// Where the admin console's address is known, an event leads there.
func TestEventLink(t *testing.T) {
	b := setup(t)
	c := b.admin()
	okta := b.okta(value.Map("admin_url", "https://acme-admin.okta.example"))
	src := c.post("/api/v1/sources", value.Map("name", "Acme", "connection", okta, "poll", true, "test", false), 201).Text("id")
	uuid := b.event(b.acme, src, "user.session.start", "ada", b.now())
	want := "https://acme-admin.okta.example/report/system_log_2?search=" + url.QueryEscape(`uuid eq "`+uuid+`"`)
	if got := c.get("/api/v1/events/"+uuid, 200).Text("url"); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestOverview(t *testing.T) {
	b := setup(t)
	c := b.admin()
	f := b.fill(b.acme, "ada@acme.example")
	b.run(b.acme, flow.Run{Flow: f.flow, Version: 1, Cause: flow.OnEvent, SaveData: true, State: flow.Waiting})
	b.run(b.acme, flow.Run{Flow: f.flow, Version: 1, Cause: flow.OnEvent, SaveData: true, State: flow.Succeeded})
	b.run(b.acme, flow.Run{Flow: f.flow, Version: 1, Cause: flow.OnEvent, SaveData: true, State: flow.Failed, CreatedAt: b.now().Add(-25 * time.Hour)})
	b.event(b.acme, f.source, "user.session.start", "ada", b.now().Add(-25*time.Hour))
	for _, state := range []guard.State{guard.Refused, guard.Unknown, guard.Failed} {
		e := guard.Entry{ID: id.New(), Org: b.acme.ID, Actor: "flow:" + f.flow, Why: connector.Why{Cause: "event"}, State: state, Effect: connector.Change, StartedAt: b.now()}
		if err := b.db.Actions.Add(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.db.Sources.Failed(t.Context(), b.acme.ID, f.source, "broken"); err != nil {
		t.Fatal(err)
	}
	got := c.get("/api/v1/overview", 200)
	for path, want := range map[string]any{
		"needs.failedRuns": 1.0, "needs.waitingRuns": 1.0, "needs.refusedActions": 1.0, "needs.unknownActions": 1.0, "needs.failingSources": 1.0, "needs.failedConnections": 0.0,
		"day.events": 1.0, "day.runs": 3.0, "day.failedRuns": 1.0, "day.actions": 1.0, "sources.0.health.state": "failing", "setup.flows": 2.0, "setup.enabledFlows": 0.0, "setup.connections": 1.0,
	} {
		if v := at(got, path); v != want {
			t.Errorf("%s is %v, want %v", path, v, want)
		}
	}
	nobody := b.member(b.acme, "nil@acme.example", portal.Admin)
	limited := b.anybody()
	limited.signIn("nil@acme.example")
	b.setRole(b.acme, nobody, "")
	if got := limited.get("/api/v1/overview", 200); at(got, "day.runs") != 0.0 || !value.Equal(got.At("sources"), []any{}) {
		t.Errorf("without permissions: %s", value.JSON(got))
	}
}

// Runs and what people did are one list, whatever its pages.
func TestTimeline(t *testing.T) {
	b := setup(t)
	c := b.admin()
	f := b.fill(b.acme, "ada@acme.example")
	began := b.now().Add(-time.Hour)
	for i := range 5 {
		when := began.Add(time.Duration(i) * time.Minute)
		b.run(b.acme, flow.Run{Flow: f.flow, Version: 1, Cause: flow.OnEvent, Event: f.event, SaveData: true, State: flow.Succeeded, CreatedAt: when})
		e := guard.Entry{ID: id.At(when), Org: b.acme.ID, Actor: "account:x", Why: connector.Why{Cause: "undo"}, State: guard.Done, Effect: connector.Change, Title: fmt.Sprint("by hand ", i), StartedAt: when.Add(30 * time.Second)}
		if err := b.db.Actions.Add(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	for _, limit := range []int{1, 2, 3, 50} {
		all := c.all("/api/v1/timeline", limit)
		if len(all) != 11 {
			t.Fatalf("by %d: %d entries, want 11", limit, len(all))
		}
		before := ""
		for i, e := range all {
			if at := e.Text("at"); before != "" && at > before {
				t.Errorf("by %d: entry %d is newer than the one before", limit, i)
			}
			before = e.Text("at")
		}
		if all[0].Text("kind") != "run" || at(all[0], "actions.0.id") != f.action || at(all[0], "run.event.type") != "user.session.start" || at(all[1], "action.title") != "by hand 4" {
			t.Errorf("by %d: %s", limit, value.JSON(all[0]))
		}
	}
	if all := c.all("/api/v1/timeline?flow="+f.helper, 50); len(all) != 0 {
		t.Errorf("of another flow: %d", len(all))
	}
}

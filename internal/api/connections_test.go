package api

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sallyport/internal/flow"
	"sallyport/internal/guard"
	"sallyport/internal/portal"
	"sallyport/internal/source"
	"sallyport/internal/store/storetest"
	"sallyport/internal/value"
)

// peer is a help desk on loopback.
type peer struct {
	*httptest.Server

	mu       sync.Mutex
	refuse   bool
	asked    func() // done once, while the next request waits for its answer
	requests []string
}

func newPeer(t *testing.T) *peer {
	p := &peer{}
	p.Server = httptest.NewServer(p)
	t.Cleanup(p.Close)
	return p
}

func (p *peer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	p.mu.Lock()
	asked := p.asked
	p.asked = nil
	p.mu.Unlock()
	if asked != nil {
		asked()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.requests = append(p.requests, r.Method+" "+r.URL.Path+" "+string(body))
	w.Header().Set("Content-Type", "application/json")
	switch {
	case p.refuse || r.Header.Get("Authorization") != "Bearer "+deskToken:
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = io.WriteString(w, `{}`)
	case r.URL.Path == "/queue":
		_, _ = io.WriteString(w, `{"name":"First line"}`)
	case r.Method == http.MethodPost:
		w.WriteHeader(http.StatusCreated)
		_, _ = fmt.Fprintf(w, `{"id":"T%d"}`, len(p.requests))
	default:
		w.WriteHeader(http.StatusNoContent)
	}
}

func (p *peer) setRefuse(refuse bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refuse = refuse
}

func (p *peer) saw() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.requests, "\n")
}

func TestConnectors(t *testing.T) {
	b := setup(t)
	c := b.admin()
	list := items(c.get("/api/v1/connectors", 200))
	if len(list) != 1 || list[0].Text("id") != "desk" || list[0].At("actions") != 3.0 || at(list[0], "auth.0.secrets.0.name") != "token" || at(list[0], "settings.0.required") != true {
		t.Errorf("%v", list)
	}
	got := c.get("/api/v1/connectors/desk", 200)
	if at(got, "actionList.2.id") != "open_ticket" || at(got, "actionList.2.effect") != "change" || at(got, "actionList.2.undo") != "close_ticket" || at(got, "actionList.2.inputs.0.title") != "Title" {
		t.Errorf("%s", value.JSON(got))
	}
	c.get("/api/v1/connectors/nope", 404)
}

func TestConnectionLife(t *testing.T) {
	b := setup(t)
	c := b.admin()
	p := newPeer(t)
	create := func(name, url, token string) *value.Object {
		return value.Map("connector", "desk", "name", name, "settings", value.Map("base_url", url, "team", "red"), "secrets", value.Map("token", token))
	}
	for name, tt := range map[string]struct {
		body        *value.Object
		field, want string
	}{
		"no connector":           {create("x", p.URL, deskToken).With("connector", "nope"), "connector", "no connector"},
		"no name":                {create(" ", p.URL, deskToken), "name", "needs a name"},
		"a setting that is none": {create("x", p.URL, deskToken).With("settings", value.Map("base_url", p.URL, "color", "red")), "settings.color", "color"},
		"a setting is missing":   {create("x", p.URL, deskToken).With("settings", value.Map()), "settings", "base_url"},
		"a secret that is none":  {create("x", p.URL, deskToken).With("secrets", value.Map("pin", "1")), "secrets", "pin"},
		"a way that it has not":  {create("x", p.URL, deskToken).With("auth", "api_key"), "settings", "api_key"},
		"a token that is wrong":  {create("x", p.URL, "wrong-token-0000"), "", "401"},
		"nobody at the address":  {create("x", "http://127.0.0.1:1", deskToken), "", "does not work"},
	} {
		e := failure(c.post("/api/v1/connections", tt.body, 400))
		if e.Text("field") != tt.field || !strings.Contains(e.Text("message"), tt.want) {
			t.Errorf("%s: %s", name, value.JSON(e))
		}
		if tt.field == "" && at(e, "checks.0.ok") != false {
			t.Errorf("%s: %s", name, value.JSON(e))
		}
	}
	if n := len(items(c.get("/api/v1/connections", 200))); n != 0 {
		t.Fatalf("%d connections were kept that do not work", n)
	}
	made := c.post("/api/v1/connections", create("Desk", p.URL, deskToken), 201)
	path := "/api/v1/connections/" + made.Text("id")
	for at0, want := range map[string]any{
		"state": "ok", "auth": "bearer", "connector.name": "Help desk", "settings.team": "red", "settings.base_url": p.URL, "learned.queue": "First line",
		"secrets.0.name": "token", "secrets.0.set": true, "checks.0.ok": true, "checks.0.message": "reads First line", "flows": []any{},
	} {
		if got := at(made, at0); !value.Equal(got, want) {
			t.Errorf("made: %s is %v, want %v", at0, got, want)
		}
	}
	c.post("/api/v1/connections", create("Desk", p.URL, deskToken), 409)

	changedAt := at(made, "secrets.0.changedAt")
	b.pass(time.Minute)
	renamed := c.do(http.MethodPatch, path, value.Map("name", "First desk", "settings", value.Map("team", "blue")), 200)
	if renamed.Text("name") != "First desk" || at(renamed, "settings.team") != "blue" || at(renamed, "settings.base_url") != p.URL || at(renamed, "secrets.0.changedAt") != changedAt {
		t.Errorf("renamed: %s", value.JSON(renamed))
	}
	if e := failure(c.do(http.MethodPatch, path, value.Map("settings", value.Map("base_url", "http://127.0.0.1:1"), "test", false), 400)); e.Text("field") != "secrets.token" {
		t.Errorf("the secret would go elsewhere: %s", value.JSON(e))
	}
	p.setRefuse(true)
	c.do(http.MethodPatch, path, value.Map("name", "Broken"), 400)
	if got := c.post(path+"/test", nil, 200); got.Text("state") != "failed" || !strings.Contains(got.Text("error"), "401") || at(got, "learned.queue") != "First line" || got.Text("name") != "First desk" {
		t.Errorf("tested: %s", value.JSON(got))
	}
	p.setRefuse(false)
	if got := c.post(path+"/test", nil, 200); got.Text("state") != "ok" || got.Text("error") != "" {
		t.Errorf("tested again: %s", value.JSON(got))
	}
	cleared := c.do(http.MethodPatch, path, value.Map("secrets", value.Map("token", ""), "settings", value.Map("team", nil), "test", false), 200)
	if at(cleared, "secrets.0.set") != false || at(cleared, "settings.team") != nil || cleared.Text("state") != "untested" {
		t.Errorf("cleared: %s", value.JSON(cleared))
	}
	c.do(http.MethodDelete, path, nil, 204)
	c.get(path, 404)
	if strings.Contains(b.log.String(), deskToken) {
		t.Error("the secret is in the log")
	}
}

// What somebody changes while a connection is tried out stays, and who tried out
// what is no more is told so.
func TestConnectionChangedWhileTried(t *testing.T) {
	for name, try := range map[string]func(c *client, path string){
		"a test":        func(c *client, path string) { c.post(path+"/test", nil, 409) },
		"a tested edit": func(c *client, path string) { c.do(http.MethodPatch, path, value.Map("name", "Mine"), 409) },
	} {
		t.Run(name, func(t *testing.T) {
			b := setup(t)
			c, p := b.admin(), newPeer(t)
			path := "/api/v1/connections/" + b.deskConnection(c, p.URL, true)
			p.mu.Lock()
			p.asked = func() {
				c.do(http.MethodPatch, path, value.Map("name", "Theirs", "settings", value.Map("team", "blue"), "test", false), 200)
			}
			p.mu.Unlock()
			try(c, path)
			if got := c.get(path, 200); got.Text("name") != "Theirs" || at(got, "settings.team") != "blue" || got.Text("state") != "untested" {
				t.Errorf("%s", value.JSON(got))
			}
		})
	}
}

// No answer of any route holds a secret that was entered.
func TestSecretsAreNeverShown(t *testing.T) {
	b, acme, _ := twoOrganizations(t, storetest.Open(t))
	c := b.anybody()
	c.signIn("ada@acme.example")
	p := newPeer(t)
	acme.connection = b.deskConnection(c, p.URL, true)
	for _, rt := range Routes() {
		if rt.Method() != http.MethodGet || rt.streams() {
			continue
		}
		path, _ := acme.path(t, rt)
		if _, body := c.ask(rt, path, nil); strings.Contains(body, deskToken) {
			t.Errorf("%s shows a secret: %s", rt.Pattern, body)
		}
	}
}

func TestConnectionInUse(t *testing.T) {
	b := setup(t)
	c := b.admin()
	f := b.fill(b.acme, "ada@acme.example")
	if err := b.db.Sources.Save(t.Context(), source.Source{ID: "s1", Org: b.acme.ID, Name: "Poll", Kind: source.Okta, Connection: f.connection, Poll: true, Enabled: true, CreatedAt: b.now()}); err != nil {
		t.Fatal(err)
	}
	used := b.publish(b.acme, f.folder, strings.Replace(ticket, "flow: ticket", "flow: ticket2", 1), flow.Bindings{Connections: map[string]string{"desk": f.connection, "other": f.connection}})
	e := failure(c.do(http.MethodDelete, "/api/v1/connections/"+f.connection, nil, 409))
	if at(e, "usedBy.0.id") != used || at(e, "usedBy.1.name") != "Poll" || len(e.At("usedBy").([]any)) != 2 {
		t.Errorf("%s", value.JSON(e))
	}
	if got := c.get("/api/v1/connections/"+f.connection, 200); at(got, "flows.0.name") != "Open tickets" || at(got, "sources.0.id") != "s1" {
		t.Errorf("%s", value.JSON(got))
	}
}

// A run's actions are in the ledger, and are undone through it.
func TestActionsAndUndo(t *testing.T) {
	b := setup(t)
	b.work()
	c := b.admin()
	p := newPeer(t)
	conn := b.deskConnection(c, p.URL, true)
	id := b.on(c, "flow: one\nconnections: { desk: desk }\ntrigger: { on_demand: { inputs: { name: text } } }\ncards:\n  - id: open\n    use: desk.open_ticket\n    with: { title: \"{{ input.name }}\" }\n", value.Map("connections", value.Map("desk", conn)))
	run := b.ended(c, c.post("/api/v1/flows/"+id+"/run", value.Map("inputs", value.Map("name", "printer")), 201).Text("id"))
	for path, want := range map[string]any{
		"state": "succeeded", "actions.0.title": "Open ticket", "actions.0.state": "done", "actions.0.target.id": "printer", "actions.0.connection.name": "Desk", "actions.0.connector.name": "Help desk",
		"actions.0.canUndo": true, "actions.0.undo.title": "Close ticket", "actions.0.actor.kind": "flow", "actions.0.actor.name": "one", "actions.0.status": 201.0, "actions.0.cause": "on_demand",
		"steps.items.0.action": at(run, "actions.0.id"),
	} {
		if got := at(run, path); got != want {
			t.Errorf("%s is %v, want %v", path, got, want)
		}
	}
	entry := value.String(at(run, "actions.0.id"))
	if got := c.get("/api/v1/actions/"+entry, 200); at(got, "request.method") != "POST" || strings.Contains(string(value.JSON(got)), deskToken) {
		t.Errorf("%s", value.JSON(got))
	}
	b.as(b.acme, "ann@acme.example", portal.Analyst).post("/api/v1/actions/"+entry+"/undo", nil, 403)
	undone := c.post("/api/v1/actions/"+entry+"/undo", nil, 200)
	if undone.Text("state") != "done" || undone.Text("undoOf") != entry || at(undone, "actor.name") != "Ada" || undone.Text("cause") != "undo" {
		t.Errorf("%s", value.JSON(undone))
	}
	if !strings.Contains(p.saw(), "DELETE /tickets/T") {
		t.Errorf("the desk saw\n%s", p.saw())
	}
	if got := c.get("/api/v1/actions/"+entry, 200); got.Text("undoneBy") != undone.Text("id") || got.At("canUndo") != false || got.Text("whyNotUndo") != "the action was undone already" {
		t.Errorf("%s", value.JSON(got))
	}
	c.post("/api/v1/actions/"+entry+"/undo", nil, 409)
	c.post("/api/v1/actions/"+undone.Text("id")+"/undo", nil, 409) // it has no way back
	if n := len(items(c.get("/api/v1/actions?state=done", 200))); n != 2 {
		t.Errorf("%d actions", n)
	}
	if n := len(items(c.get("/api/v1/actions?run="+run.Text("id"), 200))); n != 1 {
		t.Errorf("%d actions of the run", n)
	}
	if list := c.all("/api/v1/timeline", 1); len(list) != 2 || list[0].Text("kind") != "action" || at(list[0], "action.id") != undone.Text("id") || at(list[1], "actions.0.id") != entry {
		t.Errorf("timeline: %s", value.JSON(list[0]))
	}
}

func TestGuardPolicy(t *testing.T) {
	b := setup(t)
	c := b.admin()
	f := b.fill(b.acme, "ada@acme.example")
	const plans = `{"targets":25,"share":5,"hourTargets":50,"hourShare":10,"approveOver":5,"approveHours":24}`
	if got := c.get("/api/v1/guard/policy", 200); string(value.JSON(got)) != `{"protectedUsers":[],"protectedGroups":[],"ceiling":100,"flowCeilings":{},"dryRun":false,"plans":`+plans+`}` {
		t.Errorf("%s", value.JSON(got))
	}
	policy := value.Map("protectedUsers", []any{"breakglass@acme.example"}, "protectedGroups", []any{}, "ceiling", 7.0, "flowCeilings", value.Map(f.flow, 0.0), "dryRun", true)
	if got := c.do(http.MethodPut, "/api/v1/guard/policy", policy, 200); string(value.JSON(got.At("plans"))) != plans || !value.Equal(got.Without("plans"), policy) { // what is left out stays
		t.Errorf("%s", value.JSON(got))
	}
	policy = policy.With("plans", value.Map("targets", 7.0, "share", 1.0, "hourTargets", 9.0, "hourShare", 2.0, "approveOver", 1.0, "approveHours", 2.0))
	if got := c.do(http.MethodPut, "/api/v1/guard/policy", policy, 200); !value.Equal(got, policy) {
		t.Errorf("%s", value.JSON(got))
	}
	if got := c.get("/api/v1/guard/policy", 200); !value.Equal(got, policy) {
		t.Errorf("%s", value.JSON(got))
	}
	for field, body := range map[string]*value.Object{
		"ceiling": policy.With("ceiling", 0.0), "flowCeilings.nope": policy.With("flowCeilings", value.Map("nope", 1.0)), "": policy.With("protectedUsers", []any{" "}),
		"protectedUsers": policy.With("protectedUsers", slices.Repeat([]any{"ada"}, 1001)), "protectedGroups[1]": policy.With("protectedGroups", []any{"a", strings.Repeat("é", 256)}),
		"colour": policy.With("colour", "red"), "protectedUsers[0]": policy.With("protectedUsers", []any{1.0}),
	} {
		if e := failure(c.do(http.MethodPut, "/api/v1/guard/policy", body, 400)); e.Text("field") != field {
			t.Errorf("%s: %s", field, value.JSON(e))
		}
	}
	b.as(b.acme, "rob@acme.example", portal.Responder).do(http.MethodPut, "/api/v1/guard/policy", policy, 403)
	if p, err := b.db.Actions.Policy(t.Context(), b.acme.ID); err != nil || p.Ceiling != 7 || !p.DryRun {
		t.Errorf("%+v %v", p, err)
	}
	if p, err := b.db.Actions.Policy(t.Context(), b.evil.ID); err != nil || p.Ceiling != guard.DefaultCeiling {
		t.Errorf("another organization's: %+v %v", p, err)
	}
}

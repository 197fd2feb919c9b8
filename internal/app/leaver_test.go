package app_test

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"sallyport/content"
	"sallyport/internal/app"
	"sallyport/internal/auth0/action"
	"sallyport/internal/store/storetest"
	"sallyport/sandbox"
	"sallyport/sandbox/auth0"
)

// company is a server between an Okta org and an Auth0 tenant, over sockets, and a
// clock of all three that the test moves on.
type company struct {
	*watch

	dsn     string
	ahead   *atomic.Int64 // of the real time, in nanoseconds
	conns   map[string]string
	token   string // of the Management API, the test's own
	crowd   []person
	flow    string // that is watched: its id
	example bool   // whether it is that of the example, which has no connection to Auth0
	seen    map[string]bool
	enabled []string // flows of the present way
	exports int
	tick    string // a flow that does nothing
}

func startCompany(t *testing.T, of sandbox.Options) *company {
	t.Helper()
	dsn, ahead := storetest.Prepared(t), &atomic.Int64{}
	c := &company{dsn: dsn, ahead: ahead, conns: map[string]string{}, seen: map[string]bool{}}
	of.Now = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	c.watch = startWatchOf(t, dsn, of)
	var tenant http.Handler
	at := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { tenant.ServeHTTP(w, r) }))
	t.Cleanup(at.Close)
	tenant = c.box.Auth0(at.URL) // on a machine of its own: what leads to Okta's is judged as calls of Okta
	st := c.box.State().Auth0
	c.conns["okta"] = c.seeded.Connect["okta"]
	s := c.box.Switches()
	s.Hooks.Duplicate = true // every event comes twice, and by the poll besides
	s.RateScale, s.Auth0.RateScale = 100, 100
	if err := c.box.SetSwitches(s); err != nil {
		t.Fatal(err)
	}
	c.conns["auth0"] = c.connection(object{
		"connector": "auth0", "name": "Auth0", "auth": "oauth2_client_credentials",
		"settings": object{"base_url": st.URL, "client_id": st.ClientID}, "secrets": object{"client_secret": st.ClientSecret},
	})
	c.conns["http"] = c.connection(object{"connector": "http", "name": "HTTP", "auth": "none", "settings": object{}})
	if err := c.app.RegisterHook(t.Context(), c.seeded, []any{"user.lifecycle.deactivate", "user.lifecycle.activate", "user.lifecycle.reactivate"}); err != nil {
		t.Fatal(err)
	}
	c.tick = c.api.on("flow: tick\ntrigger: { call: {} }\ncards: [ { stop: done } ]\n")
	var all []struct {
		person
		AdminRoles []string `json:"admin_roles"`
		Groups     []string
	}
	c.control(http.MethodGet, "/users?status=ACTIVE", nil, &all)
	for _, p := range all {
		if len(p.AdminRoles) == 0 && !strings.Contains(fmt.Sprint(p.Groups), "Break glass") {
			c.crowd = append(c.crowd, p.person)
		}
	}
	return c
}

func (c *company) connection(body object) string {
	c.t.Helper()
	var made struct{ ID string }
	if status := c.api.ask(0, http.MethodPost, "/api/v1/connections", body, &made); status != http.StatusCreated {
		c.t.Fatalf("connection %v: status %d", body["name"], status)
	}
	return made.ID
}

// within has a part of the test be the one that fails.
func (c *company) within(t *testing.T) {
	whole := c.t
	c.t, c.api.t = t, t
	t.Cleanup(func() { c.t, c.api.t = whole, whole })
}

// raw makes a request, and returns the status and what was answered.
func (c *company) raw(method, url, authorization, media, body string) (int, []byte) {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Authorization", authorization)
	req.Header.Set("Content-Type", media)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return resp.StatusCode, text
}

// manage calls the Management API as somebody else does, who works at the tenant.
func (c *company) manage(method, path string, body, into any) {
	c.t.Helper()
	st := c.box.State().Auth0
	text, err := json.Marshal(body)
	if err != nil {
		c.t.Fatal(err)
	}
	for range 2 {
		if c.token == "" {
			form := url.Values{"grant_type": {"client_credentials"}, "client_id": {st.ClientID}, "client_secret": {st.ClientSecret}, "audience": {st.Audience}}
			_, got := c.raw(http.MethodPost, st.URL+"/oauth/token", "", "application/x-www-form-urlencoded", form.Encode())
			var grant struct {
				Token string `json:"access_token"`
			}
			if err := json.Unmarshal(got, &grant); err != nil || grant.Token == "" {
				c.t.Fatalf("%v: %s", err, got)
			}
			c.token = grant.Token
		}
		status, got := c.raw(method, st.URL+"/api/v2"+path, "Bearer "+c.token, "application/json", string(text))
		if status == http.StatusUnauthorized {
			c.token = ""
			continue
		}
		if status >= 300 {
			c.t.Fatalf("%s %s: %d %s", method, path, status, got)
		}
		if into != nil {
			if err := json.Unmarshal(got, into); err != nil {
				c.t.Fatal(err)
			}
		}
		return
	}
	c.t.Fatalf("%s %s: no token holds", method, path)
}

// okta calls the Okta org as its administrator.
func (c *company) okta(method, path string, body any) {
	c.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		c.t.Fatal(err)
	}
	st := c.box.State().Okta
	if status, got := c.raw(method, st.URL+path, "SSWS "+st.Token, "application/json", string(text)); status >= 300 {
		c.t.Fatalf("%s %s: %d %s", method, path, status, got)
	}
}

// next returns somebody to whom nothing has happened yet, with what others keep of
// them in Auth0, and the ID of their account there.
func (c *company) next() (person, string) {
	c.t.Helper()
	if len(c.crowd) == 0 {
		c.t.Fatal("nobody is left")
	}
	p := c.crowd[0]
	c.crowd = c.crowd[1:]
	var account struct{ ID string }
	c.control(http.MethodGet, "/auth0/users/"+url.PathEscape(p.Login), nil, &account)
	c.manage(http.MethodPatch, "/users/"+url.PathEscape(account.ID), object{"user_metadata": object{"plan": "pro", "okta": object{"id": p.ID, "deep": object{"a": []int{1}}}}}, nil)
	return p, account.ID
}

// kept is what has to be in somebody's metadata, with a mark or without.
func kept(p person, mark string) string {
	of := object{"id": p.ID, "deep": object{"a": []int{1}}}
	if mark != "" {
		of["deactivated"] = mark
	}
	text, err := json.Marshal(object{"plan": "pro", "okta": of})
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// metadata is what Auth0 has of an account.
func (c *company) metadata(account string) string {
	c.t.Helper()
	var u struct {
		Metadata object `json:"user_metadata"`
	}
	c.manage(http.MethodGet, "/users/"+url.PathEscape(account), nil, &u)
	text, err := json.Marshal(u.Metadata)
	if err != nil {
		c.t.Fatal(err)
	}
	return string(text)
}

// signIn has somebody sign in to Auth0, with the right password.
func (c *company) signIn(account string) auth0.Outcome {
	c.t.Helper()
	var out auth0.Outcome
	c.control(http.MethodPost, "/auth0/sign-in", object{"user": account}, &out)
	return out
}

func (c *company) admits(account string) {
	c.t.Helper()
	if out := c.signIn(account); !out.OK {
		c.t.Errorf("%s is not let in: %+v", account, out)
	}
}

// denies checks that an Action keeps somebody out, and not something else.
func (c *company) denies(account, with string) {
	c.t.Helper()
	out := c.signIn(account)
	if out.OK || out.Error != "access_denied" || out.Description != with {
		c.t.Errorf("sign-in of %s: %+v, want a denial with %q", account, out, with)
	}
}

func (c *company) fault(fault object) {
	c.t.Helper()
	var made struct{ ID string }
	if status := c.control(http.MethodPost, "/faults", fault, &made); status != http.StatusOK {
		c.t.Fatalf("fault %v: status %d", fault, status)
	}
}

func (c *company) heal() {
	c.t.Helper()
	var n object
	c.control(http.MethodDelete, "/faults", nil, &n)
}

// pass lets time pass: for everybody's clock, and for the queue, whose own stands
// by the machine's.
func (c *company) pass(d time.Duration) {
	c.t.Helper()
	c.ahead.Add(int64(d))
	c.due()
}

// due has the queue take up what waits, a moment after it began to.
func (c *company) due() {
	c.t.Helper()
	pause(100 * time.Millisecond)
	db, err := sql.Open("sqlite", "file:"+strings.TrimPrefix(c.dsn, "file:")+"?_pragma=busy_timeout(10000)")
	if err != nil {
		c.t.Fatal(err)
	}
	_, err = db.ExecContext(c.t.Context(), `UPDATE river_job SET state = 'available', scheduled_at = created_at WHERE state IN ('scheduled', 'available', 'retryable') AND kind = 'flow_run'`)
	if err := errors.Join(err, db.Close()); err != nil {
		c.t.Fatal(err)
	}
	c.api.ask(0, http.MethodPost, "/api/v1/flows/"+c.tick+"/run", object{}, nil) // a new job has the queue look
}

// until waits until something is so, which takes seconds at most.
func (c *company) until(what string, is func() bool) {
	c.t.Helper()
	for began := time.Now(); time.Since(began) < 15*time.Second; pause(20 * time.Millisecond) {
		if is() {
			return
		}
	}
	c.t.Fatalf("not within 15 s: %s", what)
}

// told is a run as the API shows it.
type told struct {
	ID, State, Reason, Error string
	WakeAt                   time.Time
}

// fresh are the runs of the watched flow that the test has not seen end.
func (c *company) fresh() []told {
	c.t.Helper()
	var list struct{ Items []told }
	c.api.ask(0, http.MethodGet, "/api/v1/runs?limit=100&flow="+c.flow, nil, &list)
	var out []told
	for _, r := range list.Items {
		if !c.seen[r.ID] {
			out = append(out, r)
		}
	}
	return out
}

// run waits until the one run that began is in a state, and returns it.
func (c *company) run(states ...string) told {
	c.t.Helper()
	var got []told
	c.until(fmt.Sprintf("a run is one of %v", states), func() bool {
		got = c.fresh()
		return len(got) > 0 && strings.Contains(strings.Join(states, " "), got[0].State)
	})
	if len(got) != 1 {
		c.t.Fatalf("%d runs: %+v", len(got), got)
	}
	return got[0]
}

// ends waits for the end of the one run that began.
func (c *company) ends(state, says string) {
	c.t.Helper()
	r := c.run("succeeded", "failed", "stopped", "cancelled")
	for _, other := range c.fresh() {
		c.seen[other.ID] = true
	}
	if r.State != state || !strings.Contains(r.Reason+r.Error, says) {
		var steps struct {
			Items []struct{ Path, Title, State, Reason, Error string }
		}
		c.api.ask(0, http.MethodGet, "/api/v1/runs/"+r.ID+"/steps?limit=200", nil, &steps)
		for _, s := range steps.Items {
			if s.State != "done" {
				c.t.Logf("%+v", s)
			}
		}
		c.t.Errorf("the run is %+v, want %s: %s", r, state, says)
	}
}

// patiently is ends for a run that has to wait: time passes as often as it does.
func (c *company) patiently(state, says string) {
	c.t.Helper()
	c.until("the run ends", func() bool {
		switch r := c.run("succeeded", "failed", "stopped", "cancelled", "waiting", "queued", "running"); r.State {
		case "waiting":
			if c.due(); r.WakeAt.After(time.Now().Add(time.Duration(c.ahead.Load()))) {
				c.pass(16 * time.Minute)
			}
			return false
		default:
			return r.State != "queued" && r.State != "running"
		}
	})
	c.ends(state, says)
}

// leave deactivates somebody at Okta.
func (c *company) leave(p person) {
	c.t.Helper()
	c.okta(http.MethodPost, "/api/v1/users/"+p.ID+"/lifecycle/deactivate", nil)
}

// back activates somebody at Okta again.
func (c *company) back(p person) {
	c.t.Helper()
	c.okta(http.MethodPost, "/api/v1/users/"+p.ID+"/lifecycle/activate?sendEmail=false", nil)
}

// switchOff ends a way of keeping leavers out, so that another can begin.
func (c *company) switchOff() {
	c.t.Helper()
	for _, id := range c.enabled {
		if status := c.api.ask(0, http.MethodPatch, "/api/v1/flows/"+id, object{"enabled": false}, nil); status != http.StatusOK {
			c.t.Fatalf("switched off with %d", status)
		}
	}
	c.enabled = nil
}

// template installs a template with its connections.
func (c *company) template(id, flow string, options object) {
	c.t.Helper()
	c.example = false
	var made struct {
		Flows []struct {
			ID, Name string
			Enabled  bool
		}
	}
	chosen := object{"okta": c.conns["okta"], "auth0": c.conns["auth0"]}
	if c.conns["chat"] != "" {
		chosen["chat"] = c.conns["chat"]
	}
	if options == nil {
		options = object{}
	}
	body := object{"connections": chosen, "options": options, "enable": true}
	if status := c.api.ask(0, http.MethodPost, "/api/v1/templates/"+id+"/install", body, &made); status != http.StatusCreated {
		c.t.Fatalf("template %s: status %d", id, status)
	}
	for _, f := range made.Flows {
		if c.enabled = append(c.enabled, f.ID); f.Name == flow {
			c.flow = f.ID
		}
		if !f.Enabled {
			c.t.Errorf("%s is not switched on", f.Name)
		}
	}
}

// export imports the export of a template, fills the table and switches the flows
// on, as somebody does in the console.
func (c *company) export(id, secret string) {
	c.t.Helper()
	c.example = true
	text, err := fs.ReadFile(content.FS, "templates/"+id+"/"+id+".flopack")
	if err != nil {
		c.t.Fatal(err)
	}
	c.exports++
	q := url.Values{"folder": {fmt.Sprint("Imported ", c.exports)}, "connection": {"okta=" + c.conns["okta"], "http=" + c.conns["http"]}}
	status, got := c.raw(http.MethodPost, c.api.urls[0]+"/api/v1/flows/import?"+q.Encode(), "Bearer "+c.api.token, "application/octet-stream", string(text))
	var report struct {
		Made  struct{ Flows, Tables map[string]string }
		Flows []struct {
			Slug, Title string
			Ready       bool
			Missing     []object
			Problems    []string
		}
	}
	if err := json.Unmarshal(got, &report); err != nil || status != http.StatusOK || len(report.Flows) != 5 {
		c.t.Fatalf("the import: %d %v %s", status, err, got)
	}
	st := c.box.State().Auth0
	for _, row := range []object{
		{"values": object{"name": "domain", "value": st.URL}},
		{"values": object{"name": "client_id", "value": st.ClientID}},
		{"values": object{"name": "client_secret", "value": secret}, "seal": []string{"value"}},
	} {
		if status := c.api.ask(0, http.MethodPost, "/api/v1/tables/"+report.Made.Tables["configuration"]+"/rows", row, nil); status != http.StatusCreated {
			c.t.Fatalf("row %v: status %d", row["values"], status)
		}
	}
	var main string
	for _, f := range report.Flows {
		if !f.Ready {
			c.t.Errorf("%s cannot run: %v %v", f.Slug, f.Missing, f.Problems)
		}
		id := report.Made.Flows[f.Slug]
		if strings.TrimSpace(f.Title) == "[main] User Deactivated" {
			main = id
			continue
		}
		c.switchOn(id)
	}
	c.switchOn(main) // once those that it calls are
	c.flow = main
}

func (c *company) switchOn(flow string) {
	c.t.Helper()
	c.enabled = append(c.enabled, flow)
	var said json.RawMessage
	if status := c.api.ask(0, http.MethodPatch, "/api/v1/flows/"+flow, object{"enabled": true}, &said); status != http.StatusOK {
		c.t.Fatalf("switched on with %d: %s", status, said)
	}
}

// bind makes an Action of some code the only one of the trigger post-login.
func (c *company) bind(name, code string) {
	c.t.Helper()
	var made struct{ ID string }
	c.manage(http.MethodPost, "/actions/actions", object{"name": name, "code": code, "runtime": "node22", "supported_triggers": []object{{"id": "post-login", "version": "v3"}}}, &made)
	c.until("the Action is built", func() bool {
		var is struct{ Status string }
		c.manage(http.MethodGet, "/actions/actions/"+made.ID, nil, &is)
		return is.Status == "built"
	})
	c.manage(http.MethodPost, "/actions/actions/"+made.ID+"/deploy", nil, nil)
	c.manage(http.MethodPatch, "/actions/triggers/post-login/bindings", object{"bindings": []object{{"ref": object{"type": "action_id", "value": made.ID}, "display_name": name}}}, nil)
}

// ownMessage is what our Action says in the test, which the tenant's own does not.
const ownMessage = "Your account was closed by Sallyport."

// ownAction deploys our Action by the connection, in place of the tenant's own.
func (c *company) ownAction() {
	c.t.Helper()
	c.manage(http.MethodPatch, "/actions/triggers/post-login/bindings", object{"bindings": []object{}}, nil)
	k, err := c.app.Auth0Actions(c.t.Context(), c.org, app.Auth0Credential{Connection: "Auth0"})
	if err != nil {
		c.t.Fatal(err)
	}
	if done, err := k.Deploy(c.t.Context(), action.Options{Message: ownMessage}); err != nil || len(done.Problems()) > 0 {
		c.t.Fatalf("%+v, %v", done, err)
	}
}

// articleAction returns the code of the Action as the article prints it that the
// example of Okta Workflows and Auth0 is from. The article is no part of this
// repository.
func articleAction(t *testing.T) string {
	t.Helper()
	const folder = "../../../shared/seeds"
	files, err := os.ReadDir(folder)
	if err != nil {
		t.Skipf("the article is not here: %v", err)
	}
	for _, f := range files {
		text, err := os.ReadFile(folder + "/" + f.Name())
		if err != nil {
			t.Fatal(err)
		}
		if from := strings.Index(string(text), "exports.onExecutePostLogin"); from >= 0 {
			code := string(text[from:])
			if to := strings.Index(code, "\n};"); to >= 0 {
				return code[:to+len("\n};")]
			}
		}
	}
	t.Skip("no article has an Action")
	return ""
}

// Whoever is deactivated at Okta is marked in Auth0 within seconds, loses nothing
// else of what is kept of them there, and does not get in any more: by the template
// and by Okta's own example as an export, with the tenant's Action and with the
// article's.
func TestALeaverIsKeptOut(t *testing.T) {
	c := startCompany(t, sandbox.Options{})
	for _, way := range []struct {
		name    string
		install func(*company)
		action  func(*company)
		says    string
	}{
		{"the template, by a connection", func(c *company) { c.template("auth0_deactivation_marks", "Mark Deactivated in Auth0", nil) }, (*company).ownAction, ownMessage},
		{"the example of Okta Workflows, imported", func(c *company) { c.export("auth0_user_deactivated", c.box.State().Auth0.ClientSecret) }, func(*company) {}, ownMessage},
		{"the example, and the Action of the article", func(c *company) { c.export("auth0_user_deactivated", c.box.State().Auth0.ClientSecret) }, func(c *company) {
			c.bind("Deactivated in Okta", articleAction(c.t))
		}, "Your account has been deactivated!"},
	} {
		t.Run(way.name, func(t *testing.T) {
			c.within(t)
			way.action(c)
			way.install(c)
			p, account := c.next()
			c.admits(account)
			began := time.Now()
			c.leave(p)
			c.ends("succeeded", "")
			if took := time.Since(began); took > 10*time.Second {
				t.Errorf("it took %s", took)
			}
			if got := c.metadata(account); got != kept(p, "true") {
				t.Errorf("the metadata are %s", got)
			}
			c.denies(account, way.says)
			c.switchOff()
		})
	}
}

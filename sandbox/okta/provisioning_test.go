package okta_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	gocmp "github.com/google/go-cmp/cmp"

	"sallyport/internal/scim"
	"sallyport/internal/scim/scimtest"
	"sallyport/sandbox/okta"
)

// directory is a SCIM server that notes what it is asked.
type directory struct {
	*testing.T
	base string

	mu     sync.Mutex
	lines  []string
	heads  []http.Header
	bodies []object
	names  []string // pairs of an id and a name, for a replacer
	fail   func(r *http.Request) int
}

func newDirectory(t *testing.T) *directory {
	t.Helper()
	d := &directory{T: t}
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	d.base = server.URL + "/scim/v2"
	mux.Handle("/scim/v2/", d.noted(http.StripPrefix("/scim/v2", scim.New(scim.Options{}).Handler(scimtest.NewMemory(time.Now), d.base))))
	return d
}

func (d *directory) noted(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		if err != nil {
			d.Error(err)
		}
		r.Body = io.NopCloser(bytes.NewReader(b))
		rec := httptest.NewRecorder()
		status := 0
		d.mu.Lock()
		if d.fail != nil {
			status = d.fail(r)
		}
		d.mu.Unlock()
		if status == 0 {
			h.ServeHTTP(rec, r)
		} else {
			rec.Header().Set("Retry-After", "7")
			rec.WriteHeader(status)
			fmt.Fprintf(rec, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"detail":"not today","status":"%d"}`, status)
		}
		d.note(r, b, rec)
		maps.Copy(w.Header(), rec.Header())
		w.WriteHeader(rec.Code)
		_, _ = w.Write(rec.Body.Bytes())
	})
}

func (d *directory) note(r *http.Request, b []byte, rec *httptest.ResponseRecorder) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var sent, got object
	_ = json.Unmarshal(b, &sent)
	_ = json.Unmarshal(rec.Body.Bytes(), &got)
	if r.Method == http.MethodPost && rec.Code == http.StatusCreated {
		name, _, _ := strings.Cut(cmp.Or(str(got, "userName"), str(got, "displayName")), "@")
		d.names = append(d.names, str(got, "id"), name)
	}
	query, err := url.QueryUnescape(r.URL.RawQuery)
	if err != nil {
		d.Error(err)
	}
	line := r.Method + " " + strings.TrimPrefix(r.URL.Path, "/scim/v2")
	if query != "" {
		line += "?" + query
	}
	switch {
	case r.Method == http.MethodPatch:
		ops, _ := json.Marshal(sent["Operations"])
		line += " " + string(ops)
	case sent["userName"] != nil:
		line += fmt.Sprintf(" %s %s active=%v", sent["userName"], str(sent, "name", "givenName"), sent["active"])
	case sent["displayName"] != nil:
		members := []string{}
		list, _ := sent["members"].([]any)
		for _, m := range list {
			members = append(members, str(m.(object), "value"))
		}
		line += fmt.Sprintf(" %s %v", sent["displayName"], members)
	}
	d.lines, d.heads, d.bodies = append(d.lines, line), append(d.heads, r.Header.Clone()), append(d.bodies, sent)
}

// take returns what was asked since the last time, with names for ids.
func (d *directory) take() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	out := []string{}
	for _, l := range d.lines {
		out = append(out, strings.NewReplacer(d.names...).Replace(l))
	}
	d.lines = nil
	return out
}

// state returns the users and groups of the directory.
func (d *directory) state() []string {
	d.Helper()
	out := []string{}
	for _, kind := range []string{"Users", "Groups"} {
		resp, err := http.Get(d.base + "/" + kind)
		if err != nil {
			d.Fatal(err)
		}
		var body object
		if err := json.NewDecoder(resp.Body).Decode(&body); err != nil {
			d.Fatal(err)
		}
		resp.Body.Close()
		list, _ := body["Resources"].([]any)
		for _, r := range list {
			r := r.(object)
			if kind == "Users" {
				out = append(out, fmt.Sprintf("%s %s %v", r["userName"], str(r, "name", "givenName"), r["active"]))
				continue
			}
			var members []string
			all, _ := r["members"].([]any)
			for _, m := range all {
				members = append(members, str(m.(object), "value"))
			}
			slices.Sort(members)
			out = append(out, strings.NewReplacer(d.names...).Replace(fmt.Sprintf("%s %v", r["displayName"], members)))
		}
	}
	slices.Sort(out)
	d.take()
	return out
}

// eventually waits until something is so.
func (x *tenant) eventually(what string, f func() bool) {
	x.Helper()
	late, tick := time.After(10*time.Second), time.NewTicker(2*time.Millisecond)
	defer tick.Stop()
	for !f() {
		select {
		case <-late:
			x.Fatal("never: " + what)
		case <-tick.C:
		}
	}
}

// settled waits until the org has nothing to send any more.
func (x *tenant) settled(d *directory) []string {
	x.Helper()
	x.eventually("everything is sent", func() bool {
		return !slices.ContainsFunc(x.org.Provisioning(), func(s okta.ProvisioningState) bool { return s.Waiting > 0 })
	})
	return d.take()
}

// provision connects an app to a directory.
func (x *tenant) provision(d *directory, mode string) string {
	x.Helper()
	app := x.portal()
	path := "/api/v1/apps/" + str(app, "id")
	x.post(path+"/connections/default?activate=true", object{"baseUrl": d.base, "profile": object{"authScheme": "TOKEN", "token": "s3cret"}}).want(200)
	x.put(path+"/features/USER_PROVISIONING", object{
		"create": object{"lifecycleCreate": object{"status": "ENABLED"}},
		"update": object{"profile": object{"status": "ENABLED"}, "lifecycleDeactivate": object{"status": "ENABLED"}},
	}).want(200)
	s, _ := x.org.ProvisioningOf(str(app, "id"))
	if s.Mode != "wizard" {
		x.Errorf("an app of the wizard is provisioned as one of the %s", s.Mode)
	}
	s.Mode = mode
	if !x.org.SetProvisioning(s) {
		x.Fatal("the mode was not taken")
	}
	if diff := gocmp.Diff([]string{"GET /Users?startIndex=1&count=2"}, d.take()); diff != "" {
		x.Error(diff)
	}
	return path
}

// signOnAndProvisioning does what causes events of apps that people sign in to
// and are provisioned for.
func (x *tenant) signOnAndProvisioning() {
	d := newDirectory(x.T)
	path := x.provision(d, "wizard")
	a := x.get(path).want(200).object()
	fay, red := x.person("fay"), x.team("fay's")
	tile := "/home/" + str(a, "name") + "/" + str(a, "id")
	x.browser().open(tile).signIn("fay@test.example")
	x.post(path+"/users", object{"id": fay}).want(200)
	x.browser().open(tile).signIn("fay@test.example").posted()
	x.post(path+"/credentials/keys/generate?validityYears=2", nil).want(201)
	x.put("/api/v1/groups/"+red+"/users/"+fay, nil).want(204)
	m := str(x.post(path+"/group-push/mappings", object{"sourceGroupId": red, "targetGroupName": "fay's"}).want(201).object(), "id")
	x.put("/api/v1/groups/"+red, object{"profile": object{"name": "fay's own"}}).want(200)
	x.post("/api/v1/users/"+fay, object{"profile": object{"title": "Fairy"}}).want(200)
	x.call("PATCH", path+"/group-push/mappings/"+m, object{"status": "INACTIVE"}).want(200)
	x.del(path + "/group-push/mappings/" + m + "?deleteTargetGroup=true").want(204)
	x.org.SetRevocation(okta.RevocationState{App: str(a, "id"), Endpoint: d.base + "/none"})
	x.del("/api/v1/users/" + fay + "/sessions").want(204)
	x.del(path + "/users/" + fay).want(204)
	x.post(path+"/users", object{"id": fay}).want(200)
	x.settled(d)
}

func TestUsersAreProvisioned(t *testing.T) {
	const lookup = `GET /Users?filter=userName eq "ann@test.example"&startIndex=1&count=100`
	for mode, want := range map[string]struct{ off, on []string }{
		"wizard": {
			off: []string{"GET /Users/ann", "PUT /Users/ann ann@test.example Anna active=false"},
			on:  []string{lookup, "GET /Users/ann", "PUT /Users/ann ann@test.example Anna active=true"},
		},
		"catalogue": {
			off: []string{`PATCH /Users/ann [{"op":"replace","value":{"active":false}}]`},
			on: []string{
				lookup, `PATCH /Users/ann [{"op":"replace","value":{"active":true}}]`, "GET /Users/ann",
				"PUT /Users/ann ann@test.example Anna active=true",
			},
		},
	} {
		t.Run(mode, func(t *testing.T) {
			x, d := serve(t), newDirectory(t)
			path := x.provision(d, mode)
			id := x.person("ann")
			user := "/api/v1/users/" + id
			step := func(name string, want []string, f func()) {
				t.Helper()
				f()
				if diff := gocmp.Diff(want, x.settled(d)); diff != "" {
					t.Errorf("%s: %s", name, diff)
				}
			}
			assign := func() { x.post(path+"/users", object{"id": id}).want(200) }
			step("assign", []string{lookup, "POST /Users ann@test.example ann active=true"}, assign)
			d.mu.Lock()
			sent, head := d.bodies[len(d.bodies)-1], d.heads[len(d.heads)-1]
			d.mu.Unlock()
			if sent["externalId"] != id || str(sent, "password") == "" || len(sent["groups"].([]any)) != 0 || str(sent, "emails", "0", "value") != "ann@test.example" {
				t.Errorf("sent %v", sent)
			}
			for name, want := range map[string]string{
				"User-Agent": "Okta SCIM Client 1.0.0", "Accept": "application/scim+json", "Accept-Charset": "utf-8", "Accept-Encoding": "gzip,deflate",
				"Content-Type": "application/scim+json; charset=utf-8", "Authorization": "Bearer s3cret",
			} {
				if head.Get(name) != want {
					t.Errorf("%s: %s", name, head.Get(name))
				}
			}
			if got := x.get(path + "/users/" + id).want(200).object(); str(got, "externalId") == "" || got["status"] != "PROVISIONED" {
				t.Errorf("the account in Okta: %v", got)
			}
			step("rename", []string{"GET /Users/ann", "PUT /Users/ann ann@test.example Anna active=true"}, func() {
				x.post(user, object{"profile": object{"firstName": "Anna"}}).want(200)
			})
			step("suspend", []string{}, func() { x.post(user+"/lifecycle/suspend", nil).want(200) })
			step("unsuspend", []string{}, func() { x.post(user+"/lifecycle/unsuspend", nil).want(200) })
			step("unassign", want.off, func() { x.del(path + "/users/" + id).want(204) })
			step("change without the app", []string{}, func() { x.post(user, object{"profile": object{"title": "x"}}).want(200) })
			step("assign again", want.on, assign)
			step("deactivate", want.off, func() { x.post(user+"/lifecycle/deactivate", nil).want(200) })
			if diff := gocmp.Diff([]string{"ann@test.example Anna false"}, d.state()); diff != "" {
				t.Error(diff)
			}
			step("reactivate", want.on, func() {
				x.post(user+"/lifecycle/activate?sendEmail=false", nil).want(200)
				assign()
			})
			if diff := gocmp.Diff([]string{"ann@test.example Anna true"}, d.state()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestGroupsArePushed(t *testing.T) {
	const lookup = `GET /Groups?filter=displayName eq "red"&startIndex=1&count=100`
	for mode, want := range map[string]struct{ push, join, leave, rename, last []string }{
		"wizard": {
			push:   []string{lookup, "POST /Groups red []", "PUT /Groups/red red [ann]"},
			join:   []string{"PUT /Groups/red red [ann bob]"},
			leave:  []string{"PUT /Groups/red red [bob]"},
			rename: []string{"PUT /Groups/red crimson [bob]"},
			last:   []string{"PUT /Groups/red crimson []"},
		},
		"catalogue": {
			push:   []string{lookup, "POST /Groups red []", `PATCH /Groups/red [{"op":"replace","path":"members","value":[{"display":"ann@test.example","value":"ann"}]}]`},
			join:   []string{`PATCH /Groups/red [{"op":"replace","value":{"displayName":"red","id":"red"}},{"op":"add","path":"members","value":[{"display":"bob@test.example","value":"bob"}]}]`},
			leave:  []string{`PATCH /Groups/red [{"op":"replace","value":{"displayName":"red","id":"red"}},{"op":"remove","path":"members[value eq \"ann\"]"}]`},
			rename: []string{`PATCH /Groups/red [{"op":"replace","value":{"displayName":"crimson","id":"red"}}]`},
			last:   []string{`PATCH /Groups/red [{"op":"replace","path":"members","value":[]}]`},
		},
	} {
		t.Run(mode, func(t *testing.T) {
			x, d := serve(t), newDirectory(t)
			path := x.provision(d, mode)
			ann, bob, carl, red := x.person("ann"), x.person("bob"), x.person("carl"), x.team("red")
			for _, id := range []string{ann, bob} {
				x.post(path+"/users", object{"id": id}).want(200)
			}
			for _, id := range []string{ann, carl} {
				x.put("/api/v1/groups/"+red+"/users/"+id, nil).want(204)
			}
			x.settled(d)
			step := func(name string, want []string, f func()) {
				t.Helper()
				f()
				if diff := gocmp.Diff(want, x.settled(d)); diff != "" {
					t.Errorf("%s: %s", name, diff)
				}
			}
			var m object
			step("push", want.push, func() {
				m = x.post(path+"/group-push/mappings", object{"sourceGroupId": red, "targetGroupName": "red"}).want(201).object()
			})
			step("join", want.join, func() { x.put("/api/v1/groups/"+red+"/users/"+bob, nil).want(204) })
			step("leave", want.leave, func() { x.del("/api/v1/groups/" + red + "/users/" + ann).want(204) })
			step("rename", want.rename, func() { x.put("/api/v1/groups/"+red, object{"profile": object{"name": "crimson"}}).want(200) })
			if diff := gocmp.Diff([]string{"ann@test.example ann true", "bob@test.example bob true", "crimson [bob]"}, d.state()); diff != "" {
				t.Error(diff)
			}
			step("the last leaves", want.last, func() { x.del("/api/v1/groups/" + red + "/users/" + bob).want(204) })
			mapping := path + "/group-push/mappings/" + str(m, "id")
			if got := x.get(mapping).want(200).object(); got["status"] != "ACTIVE" || got["lastPush"] == nil {
				t.Errorf("mapping %v", got)
			}
			x.del(mapping+"?deleteTargetGroup=true").fails(400, "E0000001")
			x.call("PATCH", mapping, object{"status": "INACTIVE"}).want(200)
			step("no push while it is off", []string{}, func() { x.put("/api/v1/groups/"+red+"/users/"+ann, nil).want(204) })
			step("delete", []string{"DELETE /Groups/red"}, func() { x.del(mapping + "?deleteTargetGroup=true").want(204) })
			if diff := gocmp.Diff([]string{"ann@test.example ann true", "bob@test.example bob true"}, d.state()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestProvisioningThatFails(t *testing.T) {
	var pauses []time.Duration
	var mu sync.Mutex
	x, d := serve(t, func(o *okta.Options) {
		o.After = func(wait time.Duration, f func()) func() bool {
			mu.Lock()
			pauses = append(pauses, wait)
			mu.Unlock()
			return time.AfterFunc(time.Millisecond, f).Stop
		}
	}), newDirectory(t)
	path := x.provision(d, "wizard")
	id := x.person("ann")
	failing := func(statuses ...int) {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.fail = func(r *http.Request) int {
			if r.Method != http.MethodPost || len(statuses) == 0 {
				return 0
			}
			s := statuses[0]
			statuses = statuses[1:]
			return s
		}
	}
	failing(429, 503)
	x.post(path+"/users", object{"id": id}).want(200)
	if got := x.settled(d); len(got) != 6 || !strings.HasPrefix(got[5], "POST") {
		t.Errorf("asked %v", got)
	}
	mu.Lock()
	if n := slices.Index(pauses, 7*time.Second); n < 0 || len(x.org.ProvisioningTasks()) != 0 {
		t.Errorf("paused %v", pauses)
	}
	mu.Unlock()
	failing(409)
	bob := x.person("bob")
	types, events := x.events(func() {
		x.post(path+"/users", object{"id": bob}).want(200)
		x.settled(d)
	})
	if i := slices.Index(types, "application.provision.user.push"); i < 0 || str(events[i], "outcome", "result") != "FAILURE" || !strings.Contains(str(events[i], "outcome", "reason"), "not today") {
		t.Errorf("events %v", events)
	}
	tasks := x.org.ProvisioningTasks()
	if len(tasks) != 1 || tasks[0].User != "bob@test.example" || tasks[0].Error != "Error while trying to push new user for bob@test.example: HTTP 409: not today" {
		t.Fatalf("tasks %+v", tasks)
	}
	if !x.org.RetryTask(tasks[0].ID) || x.org.RetryTask("none") {
		t.Error("the task was not tried again")
	}
	x.settled(d)
	if got := x.org.ProvisioningTasks(); len(got) != 0 {
		t.Errorf("tasks %+v", got)
	}
	if diff := gocmp.Diff([]string{"ann@test.example ann true", "bob@test.example bob true"}, d.state()); diff != "" {
		t.Error(diff)
	}
}

func TestProvisioningOfWhoHasTheAppAlready(t *testing.T) {
	x, d := serve(t), newDirectory(t)
	app := x.portal()
	x.member(app, "ann")
	path := "/api/v1/apps/" + str(app, "id")
	x.get(path+"/features").fails(400, "E0000001")
	if got := x.get(path + "/connections/default").want(200).object(); got["status"] != "UNKNOWN" {
		t.Errorf("no connection: %v", got)
	}
	for name, body := range map[string]object{
		"an underscore":   {"baseUrl": "https://scim_server.example/v2", "profile": object{"authScheme": "TOKEN", "token": "t"}},
		"nobody there":    {"baseUrl": "http://127.0.0.1:1/", "profile": object{"authScheme": "TOKEN", "token": "t"}},
		"no token":        {"baseUrl": d.base, "profile": object{"authScheme": "TOKEN"}},
		"an open network": {"baseUrl": "http://scim.example/v2", "profile": object{"authScheme": "TOKEN", "token": "t"}},
	} {
		if r := x.post(path+"/connections/default?activate=true", body); r.status != 400 {
			t.Errorf("%s: %d", name, r.status)
		}
	}
	if !x.org.SetProvisioning(okta.ProvisioningState{App: str(app, "id"), Mode: "catalogue", BaseURL: d.base, Token: "raw-token", RawHeader: true, Enabled: true, Create: true}) {
		t.Fatal("not taken")
	}
	if n := x.org.ProvisionAll(str(app, "id")); n != 1 {
		t.Errorf("%d users", n)
	}
	if got := x.settled(d); len(got) != 2 {
		t.Errorf("asked %v", got)
	}
	if got := d.heads[len(d.heads)-1].Get("Authorization"); got != "raw-token" {
		t.Errorf("Authorization %q", got)
	}
	if diff := gocmp.Diff([]any{"PUSH_NEW_USERS", "GROUP_PUSH"}, x.get(path).want(200).object()["features"]); diff != "" {
		t.Error(diff)
	}
	x.post(path+"/connections/default/lifecycle/deactivate", nil).want(204)
	id := x.person("bob")
	x.post(path+"/users", object{"id": id}).want(200)
	if got := x.settled(d); len(got) != 0 {
		t.Errorf("asked %v of a connection that is off", got)
	}
}

func TestUniversalLogout(t *testing.T) {
	x := serve(t)
	app := x.portal()
	id := x.member(app, "ann")
	type told struct {
		auth string
		body object
	}
	got := make(chan told, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body object
		_ = json.NewDecoder(r.Body).Decode(&body)
		w.WriteHeader(http.StatusNoContent)
		got <- told{r.Header.Get("Authorization"), body}
	}))
	t.Cleanup(server.Close)
	if !x.org.SetRevocation(okta.RevocationState{App: str(app, "id"), Endpoint: server.URL + "/global-token-revocation"}) {
		t.Fatal("not taken")
	}
	types, _ := x.events(func() { x.del("/api/v1/users/" + id + "/sessions").want(204) })
	if diff := gocmp.Diff([]string{"user.session.clear", "user.authentication.universal_logout"}, types); diff != "" {
		t.Error(diff)
	}
	var ask told
	select {
	case ask = <-got:
	case <-time.After(10 * time.Second):
		t.Fatal("the app was not told")
	}
	if diff := gocmp.Diff(object{"sub_id": object{"format": "iss_sub", "iss": x.url, "sub": id}}, ask.body); diff != "" {
		t.Error(diff)
	}
	var keys jose.JSONWebKeySet
	if err := json.Unmarshal(x.as("").get("/oauth2/v1/keys").want(200).body, &keys); err != nil {
		t.Fatal(err)
	}
	token, err := jwt.ParseSigned(strings.TrimPrefix(ask.auth, "Bearer "), []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		t.Fatal(err)
	}
	var claims jwt.Claims
	if err := token.Claims(keys.Keys[0].Key, &claims); err != nil {
		t.Fatal(err)
	}
	if claims.Issuer != x.url || !claims.Audience.Contains(server.URL+"/global-token-revocation") || claims.ID == "" || token.Headers[0].ExtraHeaders["typ"] != "global-token-revocation+jwt" {
		t.Errorf("claims %+v %+v", claims, token.Headers)
	}
}

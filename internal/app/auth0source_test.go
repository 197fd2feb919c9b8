package app_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"sallyport/internal/store/storetest"
	"sallyport/sandbox"
)

// tenant is the sandbox's Auth0 tenant beside a server.
type tenant struct {
	*fleet

	people []string // emails
	conn   string   // id of the connection to it
}

// besideAuth0 starts a server beside the tenant, and connects it.
func besideAuth0(t *testing.T, dsn string) *tenant {
	t.Helper()
	x := &tenant{fleet: startFleet(t, dsn, 1, 0)}
	var all []struct{ Email string }
	x.control(http.MethodGet, "/auth0/users", nil, &all)
	for _, u := range all {
		x.people = append(x.people, u.Email)
	}
	x.conn = x.connect("Auth0")
	return x
}

// control asks the sandbox itself.
func (x *tenant) control(method, path string, body, into any) {
	x.t.Helper()
	d := demo{t: x.t}
	d.is.API = "none"
	if status := d.call(method, x.box.State().URL+"/_sandbox"+path, body, into); status != http.StatusOK {
		x.t.Fatalf("%s %s: status %d", method, path, status)
	}
}

// connect makes a connection to the tenant.
func (x *tenant) connect(name string) string {
	x.t.Helper()
	state := x.box.State().Auth0
	var conn struct {
		ID    string
		Error any
	}
	if status := x.api.ask(0, http.MethodPost, "/api/v1/connections", object{
		"connector": "auth0", "name": name, "auth": "oauth2_client_credentials", "settings": object{"base_url": state.URL, "client_id": state.ClientID}, "secrets": object{"client_secret": state.ClientSecret},
	}, &conn); status != http.StatusCreated {
		x.t.Fatalf("connection: status %d: %v", status, conn.Error)
	}
	return conn.ID
}

// tenantSource is a source as the API shows it.
type tenantSource struct {
	alertSource

	Kind string
}

// add adds a source of the tenant.
func (x *tenant) add(body object) tenantSource {
	x.t.Helper()
	var s tenantSource
	body["kind"], body["connection"] = "auth0", x.conn
	if status := x.api.ask(0, http.MethodPost, "/api/v1/sources", body, &s); status != http.StatusCreated {
		x.t.Fatalf("source: status %d", status)
	}
	return s
}

// fails has somebody try a wrong password.
func (x *tenant) fails(n int) {
	x.t.Helper()
	x.control(http.MethodPost, "/auth0/sign-in", object{"user": x.people[n%len(x.people)], "password": "wrong", "ip": fmt.Sprintf("192.0.2.%d", n%250+1)}, nil)
}

// logged returns the ids of all that the tenant's log says since an entry.
func (x *tenant) logged(since string) []string {
	x.t.Helper()
	var all []struct {
		ID string `json:"log_id"`
	}
	x.control(http.MethodGet, "/auth0/logs", nil, &all)
	var ids []string
	for _, l := range all {
		if l.ID > since {
			ids = append(ids, l.ID)
		}
	}
	return ids
}

// missing returns which entries are not stored.
func (x *tenant) missing(ids []string) []string {
	x.t.Helper()
	var none []string
	kept, err := x.nodes[0].DB.Events.Some(x.t.Context(), x.org, ids)
	if err != nil {
		x.t.Fatal(err)
	}
	for _, id := range ids {
		if _, ok := kept[id]; !ok {
			none = append(none, id)
		}
	}
	return none
}

// health returns how a source is doing.
func (x *tenant) health(id string) alertSource {
	x.t.Helper()
	var s alertSource
	x.api.ask(0, http.MethodGet, "/api/v1/sources/"+id, nil, &s)
	return s
}

// A tenant that writes its log all the while is read without a gap and without an
// entry twice, also over a pause and a restart.
func TestAuth0LogIsReadOn(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		x := besideAuth0(t, dsn)
		x.fails(0)
		before := x.logged("")
		s := x.add(object{"name": "Tenant", "poll": true})
		if s.Kind != "auth0" || s.Health.State != "waiting" {
			t.Errorf("%+v", s)
		}
		const writers, each = 4, 28
		var writing sync.WaitGroup
		for w := range writers {
			writing.Go(func() {
				for i := range each {
					x.fails(w*each + i)
					pause(20 * time.Millisecond)
				}
			})
		}
		path := "/api/v1/sources/" + s.ID
		until(t, "some of it is read", func() bool { return x.health(s.ID).Health.Events > 0 })
		x.api.ask(0, http.MethodPost, path+"/pause", object{}, nil)
		x.api.ask(0, http.MethodPost, path+"/resume", object{}, nil)
		x.restart(0)
		writing.Wait()
		ids := x.logged(before[len(before)-1])
		if len(ids) < writers*each {
			t.Fatalf("%d entries were logged", len(ids))
		}
		until(t, "all of it is read", func() bool {
			ids = x.logged(before[len(before)-1]) // the server that was started got a token, which is logged, too
			return len(x.missing(ids)) == 0
		})
		// What was logged just before the source was made may be read, too.
		kept := len(ids) + len(before) - len(x.missing(before))
		if got := x.health(s.ID).Health; got.Events != kept || got.Error != "" {
			t.Errorf("%d events, want %d: %+v", got.Events, kept, got)
		}
		var found struct {
			Items []struct {
				UUID, Type, Message, IP, Severity string
				Outcome                           string
				Actor                             struct{ AlternateID string }
			}
		}
		x.api.ask(0, http.MethodGet, "/api/v1/events?limit=1&filter="+url.QueryEscape(`eventType eq "auth0.fp" and client.ipAddress eq "192.0.2.8" and data.type eq "fp"`), nil, &found)
		if len(found.Items) != 1 || found.Items[0].Outcome != "FAILURE" || found.Items[0].Severity != "WARN" || !strings.HasPrefix(found.Items[0].Message, "Failed login, wrong password") {
			t.Errorf("found %+v", found.Items)
		}
	})
}

// A look at the tenant finds what the credential sees, and which protection is off.
func TestAuth0SourceIsLookedAt(t *testing.T) {
	x := besideAuth0(t, storetest.Prepared(t))
	s := x.add(object{"name": "Tenant", "poll": true})
	var f findings
	if status := x.api.ask(0, http.MethodPost, "/api/v1/sources/"+s.ID+"/findings", object{}, &f); status != http.StatusOK {
		t.Fatalf("looked: status %d", status)
	}
	got := verdicts(append(f.Sight, f.Prerequisites...))
	for id, verdict := range map[string]string{"logs": "pass", "users": "pass", "log_streams": "pass", "brute_force_protection": "pass", "suspicious_ip_throttling": "pass", "breached_password_detection": "fail"} {
		if got[id] != verdict {
			t.Errorf("%s is %q, want %s: %+v", id, got[id], verdict, f)
		}
	}
}

// A credential that may not read the log is told of when the source is added.
func TestAuth0SourceWithoutTheScope(t *testing.T) {
	x := besideAuth0(t, storetest.Prepared(t))
	state := x.box.State().Auth0
	token := x.token(state)
	var grants []struct {
		ID       string `json:"id"`
		ClientID string `json:"client_id"`
	}
	x.manage(token, http.MethodGet, "/client-grants?client_id="+state.ClientID, nil, &grants)
	x.manage(token, http.MethodPatch, "/client-grants/"+grants[0].ID, object{"scope": []string{"read:users"}}, nil)
	x.control(http.MethodPost, "/auth0/revoke", nil, nil)
	x.conn = x.connect("Without the scope")
	var refused struct {
		Error struct{ Message, Field string }
	}
	if status := x.api.ask(0, http.MethodPost, "/api/v1/sources", object{"name": "Blind", "kind": "auth0", "connection": x.conn, "poll": true}, &refused); status != http.StatusBadRequest ||
		refused.Error.Field != "connection" || !strings.Contains(refused.Error.Message, "read:logs") {
		t.Errorf("status %d: %+v", status, refused)
	}
}

// token gets an access token of the tenant.
func (x *tenant) token(state sandbox.Auth0State) string {
	x.t.Helper()
	resp, err := http.PostForm(state.URL+"/oauth/token", url.Values{
		"grant_type": {"client_credentials"}, "client_id": {state.ClientID}, "client_secret": {state.ClientSecret}, "audience": {state.Audience},
	})
	if err != nil {
		x.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		x.t.Fatal(err)
	}
	var got struct {
		Token string `json:"access_token"`
	}
	decode(x.t, string(text), &got)
	return got.Token
}

// manage makes a call of the tenant's Management API.
func (x *tenant) manage(token, method, path string, body, into any) {
	x.t.Helper()
	s := site{t: x.t, token: token, urls: []string{x.box.State().Auth0.URL + "/api/v2"}}
	if status := s.ask(0, method, path, body, into); status >= 300 {
		x.t.Fatalf("%s %s: status %d", method, path, status)
	}
}

// post sends a body to where a log stream would.
func (x *tenant) post(to, secret, body string) int {
	x.t.Helper()
	req, err := http.NewRequestWithContext(x.t.Context(), http.MethodPost, to, strings.NewReader(body))
	if err != nil {
		x.t.Fatal(err)
	}
	if secret != "" {
		req.Header.Set("Authorization", secret)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		x.t.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}

// entry is an entry of the log as a stream sends it.
func entry(id string) string {
	return fmt.Sprintf(`{"log_id":%q,"data":{"log_id":%q,"date":%q,"type":"fp","description":"Wrong email or password.","user_name":"ada@acme.example","ip":"192.0.2.1"}}`, id, id, time.Now().UTC().Format(time.RFC3339Nano))
}

// A log stream in each of its formats, and a poll beside it: each entry is stored
// once. Who has not the secret, and what is no JSON, is refused.
func TestAuth0LogStream(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		x := besideAuth0(t, dsn)
		s := x.add(object{"name": "Tenant", "poll": true, "hook": true})
		if s.Hook.Secret == "" || s.Hook.URL != x.config.URL()+"/hooks/auth0/"+s.ID && !strings.HasSuffix(s.Hook.URL, "/hooks/auth0/"+s.ID) {
			t.Fatalf("hook %+v", s.Hook)
		}
		to := x.api.urls[0] + "/hooks/auth0/" + s.ID
		token := x.token(x.box.State().Auth0)
		for _, format := range []string{"JSONLINES", "JSONARRAY", "JSONOBJECT"} {
			x.manage(token, http.MethodPost, "/log-streams", object{"name": format, "type": "http", "sink": object{
				"httpEndpoint": to, "httpAuthorization": s.Hook.Secret, "httpContentFormat": format, "httpContentType": "application/json",
			}}, nil)
		}
		before := x.logged("")
		for n := range 10 {
			x.fails(n)
		}
		ids := x.logged(before[len(before)-1])
		until(t, "all of it came", func() bool { return len(x.missing(ids)) == 0 })
		for name, tt := range map[string]struct {
			to, secret, body string
			status           int
		}{
			"lines, one of them twice": {to, s.Hook.Secret, entry("z1") + "\n" + entry("z2") + "\n" + entry("z1") + "\n", 204},
			"a list":                   {to, s.Hook.Secret, "[" + entry("z2") + "," + entry("z3") + "]", 204},
			"one, and a strange one":   {to, s.Hook.Secret, entry("z4") + `{"a":1}`, 204},
			"no secret":                {to, "", entry("y1"), 401},
			"a wrong secret":           {to, s.Hook.Secret + "x", entry("y2"), 401},
			"garbage":                  {to, s.Hook.Secret, entry("y3") + "\n<html>", 400},
			"nothing":                  {to, s.Hook.Secret, "", 400},
			"too much":                 {to, s.Hook.Secret, strings.Repeat(" ", 9<<20), 413},
			"Okta's door":              {strings.Replace(to, "/auth0/", "/okta/", 1), s.Hook.Secret, entry("y4"), 404},
		} {
			if got := x.post(tt.to, tt.secret, tt.body); got != tt.status {
				t.Errorf("%s: status %d, want %d", name, got, tt.status)
			}
		}
		if none := x.missing([]string{"z1", "z2", "z3", "z4"}); len(none) > 0 {
			t.Errorf("not stored: %v", none)
		}
		if none := x.missing([]string{"y1", "y2", "y3", "y4"}); len(none) != 4 {
			t.Errorf("stored though refused; not stored are %v", none)
		}
		if status := x.api.ask(0, http.MethodPut, "/api/v1/sources/"+s.ID+"/hook", object{}, nil); status != http.StatusConflict {
			t.Errorf("registered with %d", status)
		}
	})
}

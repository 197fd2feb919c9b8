package auth0_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"sallyport/sandbox/auth0"
	"sallyport/sandbox/auth0/actions"
)

func TestSomebodyDeactivatedInOktaIsDenied(t *testing.T) {
	x := start(t)
	if out := x.signIn(ada); !out.OK || out.LogType != "s" || len(out.Actions) != 1 {
		t.Fatalf("%+v", out)
	}
	x.api("PATCH", "/users/"+escaped(x.id(ada)), object{"user_metadata": object{"okta": object{"deactivated": "true"}}})
	out := x.signIn(ada)
	if out.OK || out.Error != "access_denied" || out.Description != auth0.Closed || out.LogType != "f" {
		t.Fatalf("%+v", out)
	}
	entry := x.api("GET", "/logs/"+out.LogID, nil)
	if entry["description"] != auth0.Closed || entry["user_name"] != ada || entry["ip"] != "203.0.113.7" {
		t.Errorf("%v", entry)
	}
	if other := x.signIn("bob@acme.example"); !other.OK {
		t.Errorf("%+v", other)
	}
}

// bindOnly makes Actions of codes and binds them in their order, and nothing
// else.
func (x *tenant) bindOnly(codes ...string) {
	x.t.Helper()
	bindings := []any{}
	for i, code := range codes {
		name := fmt.Sprint("Test ", i, " ", len(x.logTypes()))
		a := x.api("POST", "/actions/actions", object{
			"name": name, "code": "exports.onExecutePostLogin = async (event, api) => {" + code + "};", "runtime": "node22", "supported_triggers": []any{object{"id": "post-login", "version": "v3"}},
			"secrets": []any{object{"name": "KEY", "value": "s3cret"}},
		})
		if a["status"] != "pending" {
			x.t.Errorf("a new Action is %v", a["status"])
		}
		x.api("POST", fmt.Sprintf("/actions/actions/%s/deploy", a["id"]), nil)
		bindings = append(bindings, object{"ref": object{"type": "action_name", "value": name}, "display_name": name})
	}
	x.api("PATCH", "/actions/triggers/post-login/bindings", object{"bindings": bindings})
}

func TestActionsSeeTheSignInAndChangeIt(t *testing.T) {
	x := start(t)
	x.bindOnly(
		`if (event.request.ip !== "203.0.113.7" || !event.request.geoip.countryCode || event.connection.strategy !== "auth0" || event.stats.logins_count !== 1) throw new Error(JSON.stringify(event));
		 if (event.secrets.KEY !== "s3cret" || event.client.name !== "Customer portal" || event.authentication.methods[0].name !== "pwd" || !event.transaction.id) throw new Error("b");
		 api.user.setAppMetadata("seen", {by: event.user.email});`,
		`if (event.user.app_metadata.seen.by !== "ada@acme.example") throw new Error("c"); console.log("second");`)
	out := x.signIn(ada)
	if !out.OK || len(out.Actions) != 2 || out.Actions[1].Console != "second\n" {
		t.Fatalf("%+v", out)
	}
	got := x.api("GET", "/users/"+escaped(x.id(ada)), nil)
	if fmt.Sprint(got["app_metadata"]) != "map[seen:map[by:ada@acme.example]]" || got["logins_count"] != 1.0 || got["last_ip"] != "203.0.113.7" {
		t.Errorf("%v", got)
	}
	var execution string
	for _, d := range x.Logs(10) {
		if d["type"] == "s" {
			execution = fmt.Sprint(d["details"].(object)["actions"].(object)["executions"].([]string)[0])
		}
	}
	if e := x.api("GET", "/actions/executions/"+execution, nil); len(e["results"].([]any)) != 2 {
		t.Errorf("%v", e)
	}
}

func TestActionsThatFailFailTheSignIn(t *testing.T) {
	x := start(t)
	for code, class := range map[string]string{`null.x`: actions.ClassAction, `while (true) {}`: actions.ClassTimeout, `let s = "ab"; for (;;) s += s;`: ""} {
		x.bindOnly(code)
		out := x.signIn(ada)
		if out.OK || out.LogType != "f" || out.Actions[0].Error == nil || class != "" && out.Actions[0].Error.Class != class {
			t.Errorf("%s: %+v", code, out)
		}
	}
	if !strings.Contains(x.logTypes(), "actions_execution_failed") {
		t.Errorf("logged: %s", x.logTypes())
	}
	x.bindOnly(`api.user.setUserMetadata("kept", 1); api.access.deny("no")`, `api.user.setUserMetadata("never", 1)`)
	x.signIn(ada)
	if got := x.api("GET", "/users/"+escaped(x.id(ada)), nil); fmt.Sprint(got["user_metadata"]) != "map[kept:1]" {
		t.Errorf("%v", got["user_metadata"])
	}
	x.bindOnly(`api.multifactor.enable("any")`)
	if out := x.signIn(ada); out.OK || out.Error != "mfa_required" {
		t.Errorf("%+v", out)
	}
	x.bindOnly()
	if out := x.signIn(ada); !out.OK {
		t.Errorf("%+v", out)
	}
}

func TestActionsAreBuiltDeployedAndBound(t *testing.T) {
	x := start(t)
	body := object{"name": "Broken", "code": "exports.onExecutePostLogin = (", "supported_triggers": []any{object{"id": "post-login", "version": "v3"}}}
	broken := x.api("POST", "/actions/actions", body)
	path := fmt.Sprintf("/actions/actions/%s", broken["id"])
	x.fails(409, "duplicate_action_name", "", "POST", "/actions/actions", body)
	if got := x.api("GET", path, nil); got["status"] != "failed" {
		t.Errorf("%v", got)
	}
	x.fails(400, "draft_action_not_built", "A draft must be in the 'built' state", "POST", path+"/deploy", nil)
	bound := object{"bindings": []any{object{"ref": object{"type": "action_id", "value": broken["id"]}}}}
	x.fails(400, "invalid_binding", "Only deployed", "PATCH", "/actions/triggers/post-login/bindings", bound)
	const one, two = "exports.onExecutePostLogin = async () => { console.log('one') };", "exports.onExecutePostLogin = async () => { console.log('two') };"
	x.api("PATCH", path, object{"code": one})
	first := x.api("POST", path+"/deploy", nil)
	x.api("PATCH", "/actions/triggers/post-login/bindings", bound)
	x.api("PATCH", path, object{"code": two})
	if got := x.api("GET", path, nil); got["all_changes_deployed"] != false {
		t.Errorf("%v", got)
	}
	if out := x.signIn(ada); out.Actions[0].Console != "one\n" {
		t.Errorf("a draft was run: %+v", out)
	}
	x.api("POST", path+"/deploy", nil)
	if out := x.signIn(ada); out.Actions[0].Console != "two\n" {
		t.Errorf("%+v", out)
	}
	if got := x.api("GET", path+"/versions", nil); got["total"] != 2.0 {
		t.Errorf("%v", got)
	}
	x.api("POST", fmt.Sprintf("%s/versions/%s/deploy", path, first["id"]), nil)
	if out := x.signIn(ada); out.Actions[0].Console != "one\n" {
		t.Errorf("%+v", out)
	}
	if got := x.api("GET", "/actions/triggers/post-login/bindings", nil); len(got["bindings"].([]any)) != 1 {
		t.Errorf("%v", got)
	}
	x.fails(400, "action_bound", "", "DELETE", path, nil)
	x.api("DELETE", path+"?force=true", nil)
	if out := x.signIn(ada); !out.OK || len(out.Actions) != 0 {
		t.Errorf("%+v", out)
	}
	x.fails(400, "invalid_body", "too long", "POST", "/actions/actions", object{"name": "Long", "code": strings.Repeat(" ", 100_001), "supported_triggers": []any{object{"id": "post-login"}}})
	x.api("GET", "/actions/triggers", nil)
	x.api("GET", "/actions/actions?triggerId=post-login&deployed=true", nil)
}

func TestWrongPasswordsBlockAnAddress(t *testing.T) {
	x := start(t)
	try := func(user, ip string, known bool) auth0.Outcome {
		out, err := x.SignIn(t.Context(), auth0.Attempt{User: user, Password: "wrong", Known: known, IP: ip, Agent: "curl/8"})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	if out := try("nobody@acme.example", "198.18.0.1", false); out.LogType != "fu" || out.Error != "invalid_grant" {
		t.Errorf("%+v", out)
	}
	for range 10 {
		if out := try(ada, "198.18.0.1", false); out.LogType != "fp" || out.Description != "Wrong email or password." {
			t.Fatalf("%+v", out)
		}
	}
	if out := try(ada, "198.18.0.1", true); out.OK || out.LogType != "limit_wc" {
		t.Errorf("%+v", out)
	}
	if out := try(ada, "203.0.113.9", true); !out.OK {
		t.Errorf("another address: %+v", out)
	}
	id := escaped(x.id(ada))
	if got := x.api("GET", "/user-blocks/"+id, nil); len(got["blocked_for"].([]any)) != 1 {
		t.Errorf("%v", got)
	}
	x.api("DELETE", "/user-blocks/"+id, nil)
	if out := try(ada, "198.18.0.1", true); !out.OK {
		t.Errorf("%+v", out)
	}
	if got := x.logTypes(); !strings.Contains(got, "limit_wc") || !strings.Contains(got, "ublkdu") {
		t.Errorf("logged: %s", got)
	}
}

// portal returns the id and secret of the application that people sign in to.
func (x *tenant) portal() (id, secret string) {
	x.t.Helper()
	for _, c := range x.list("/clients?app_type=regular_web") {
		return fmt.Sprint(c["client_id"]), fmt.Sprint(c["client_secret"])
	}
	x.t.Fatal("there is no portal")
	return "", ""
}

func TestPasswordsAreExchangedForTokens(t *testing.T) {
	x := start(t)
	id, secret := x.portal()
	password, _ := x.Password(ada)
	x.bindOnly(`api.idToken.setCustomClaim("https://acme/plan", "pro"); api.accessToken.setCustomClaim("https://acme/a", 1); api.accessToken.removeScope("email")`)
	form := url.Values{"grant_type": {"password"}, "client_id": {id}, "client_secret": {secret}, "username": {ada}, "password": {password}, "scope": {"openid profile email offline_access"}}
	var got struct {
		AccessToken  string `json:"access_token"`
		IDToken      string `json:"id_token"`
		RefreshToken string `json:"refresh_token"`
		Scope        string `json:"scope"`
	}
	x.want(http.StatusOK, x.do("POST", "/oauth/token", form), &got)
	if got.Scope != "openid profile offline_access" || !strings.Contains(payload(t, got.IDToken), `"https://acme/plan":"pro"`) || !strings.Contains(payload(t, got.AccessToken), `"https://acme/a":1`) || got.RefreshToken == "" {
		t.Errorf("%+v", got)
	}
	var who object
	x.want(http.StatusOK, x.do("GET", "/userinfo", nil, "Authorization", "Bearer "+got.AccessToken), &who)
	if who["email"] != ada {
		t.Errorf("%v", who)
	}
	x.bindOnly(`api.access.deny("not today")`)
	if r := x.do("POST", "/oauth/token", form); r.status != 403 || !strings.Contains(string(r.body), `"error":"access_denied","error_description":"not today"`) {
		t.Errorf("%s", r)
	}
	form.Set("password", "wrong")
	if r := x.do("POST", "/oauth/token", form); r.status != 403 || !strings.Contains(string(r.body), "Wrong email or password.") {
		t.Errorf("%s", r)
	}
}

func TestPeopleSignInInABrowser(t *testing.T) {
	x := start(t)
	id, secret := x.portal()
	const back = "http://localhost:3000/callback"
	q := url.Values{"client_id": {id}, "response_type": {"code"}, "redirect_uri": {back}, "state": {"s1"}, "scope": {"openid"}}
	r := x.do("GET", "/authorize?"+q.Encode(), nil)
	page := strings.TrimPrefix(r.header.Get("Location"), x.base)
	if r.status != 302 || !strings.HasPrefix(page, "/u/login?") {
		t.Fatalf("%s to %s", r, page)
	}
	if r = x.do("GET", page, nil); r.status != 200 || !strings.Contains(string(r.body), "Log in to Customer portal") {
		t.Errorf("%s", r)
	}
	password, _ := x.Password(ada)
	if r = x.do("POST", page, url.Values{"username": {ada}, "password": {"<wrong>"}}); r.status != 400 || !strings.Contains(string(r.body), "Wrong email or password.") {
		t.Errorf("%s", r)
	}
	enter := func() *url.URL {
		r := x.do("POST", page, url.Values{"username": {ada}, "password": {password}})
		u, err := url.Parse(r.header.Get("Location"))
		if err != nil || r.status != 302 || !strings.HasPrefix(u.String(), back) || u.Query().Get("state") != "s1" {
			t.Fatalf("%s to %s", r, u)
		}
		return u
	}
	code := url.Values{"grant_type": {"authorization_code"}, "client_id": {id}, "client_secret": {secret}, "code": {enter().Query().Get("code")}, "redirect_uri": {back}}
	x.want(http.StatusOK, x.do("POST", "/oauth/token", code), nil)
	if r := x.do("POST", "/oauth/token", code); r.status != 403 || !strings.Contains(string(r.body), "Invalid authorization code") {
		t.Errorf("a code is good once: %s", r)
	}
	x.bindOnly(`api.access.deny("` + auth0.Closed + `")`)
	if u := enter(); u.Query().Get("error") != "access_denied" || u.Query().Get("error_description") != auth0.Closed {
		t.Errorf("%s", u)
	}
	q.Set("redirect_uri", "https://elsewhere.example")
	if r := x.do("GET", "/authorize?"+q.Encode(), nil); r.status != 403 || !strings.Contains(string(r.body), "Callback URL mismatch") {
		t.Errorf("%s", r)
	}
}

func TestLogsAreReadByPageAndByCheckpoint(t *testing.T) {
	x := start(t)
	for range 7 {
		x.signIn(ada)
	}
	if got := x.list("/logs?q=" + url.QueryEscape(`type:"s" AND user_name:ada*`) + "&per_page=3&sort=date:-1"); len(got) != 3 {
		t.Errorf("%v", got)
	}
	x.api("GET", "/logs?include_totals=true&per_page=2", nil)
	x.fails(400, "invalid_paging", "", "GET", "/logs?page=10&per_page=100", nil)
	at := "/api/v2/logs?take=4"
	seen, last := map[any]bool{}, ""
	for range 10 {
		r := x.do("GET", at, nil)
		var got []object
		x.want(http.StatusOK, r, &got)
		for _, e := range got {
			if id := fmt.Sprint(e["log_id"]); seen[id] || id <= last {
				t.Errorf("%s came after %s", id, last)
			} else {
				seen[id], last = true, id
			}
		}
		link := r.header.Get("Link")
		next, _, found := strings.Cut(strings.TrimPrefix(link, "<"+x.base), ">; rel=\"next\"")
		if !found {
			t.Fatalf("Link: %s", link)
		}
		if len(got) == 0 && next != at {
			t.Errorf("an empty page leads from %s to %s", at, next)
		}
		at = next
	}
	if len(seen) != len(x.Logs(1000)) {
		t.Errorf("%d of %d entries were seen", len(seen), len(x.Logs(1000)))
	}
	x.signIn(ada)
	var got []object
	x.want(http.StatusOK, x.do("GET", at, nil), &got)
	if len(got) != 1 || got[0]["type"] != "s" {
		t.Errorf("%v", got)
	}
}

func TestLogStreamsAreDelivered(t *testing.T) {
	x := start(t)
	var mu sync.Mutex
	var got []string
	refuse := 2
	arrived := make(chan struct{}, 100)
	collector := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		mu.Lock()
		defer mu.Unlock()
		if refuse > 0 {
			refuse--
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		got = append(got, r.Header.Get("Authorization")+" "+r.Header.Get("Content-Type")+" "+string(b))
		arrived <- struct{}{}
	}))
	t.Cleanup(collector.Close)
	x.api("POST", "/log-streams", object{
		"name": "SIEM", "type": "http", "filters": []any{object{"type": "category", "name": "auth.login.fail"}},
		"sink": object{"httpEndpoint": collector.URL, "httpAuthorization": "Secret value 1", "httpContentFormat": "JSONARRAY", "httpContentType": "application/json"},
	})
	x.signIn(ada)
	if _, err := x.SignIn(t.Context(), auth0.Attempt{User: ada, Password: "wrong", IP: "203.0.113.1"}); err != nil {
		t.Fatal(err)
	}
	select {
	case <-arrived:
	case <-time.After(10 * time.Second):
		t.Fatal("nothing arrived")
	}
	mu.Lock()
	defer mu.Unlock()
	if len(got) != 1 || !strings.HasPrefix(got[0], "Secret value 1 application/json [{") || !strings.Contains(got[0], `"type":"fp"`) || !strings.Contains(got[0], `"log_id"`) {
		t.Errorf("%v", got)
	}
}

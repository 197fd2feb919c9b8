package sandbox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"sallyport/sandbox/auth0"
	"sallyport/sandbox/auth0/actions"
	"sallyport/sandbox/scenario"
)

func TestMain(m *testing.M) {
	if actions.Asked(os.Args[1:]) {
		if err := actions.Main(os.Stdin, os.Stdout); err != nil {
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

// auth0Token gets an access token of the tenant.
func (x *world) auth0Token(t testing.TB) string {
	t.Helper()
	st := x.State().Auth0
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {st.ClientID}, "client_secret": {st.ClientSecret}, "audience": {st.Audience}}
	resp, body, err := x.do(t, request{"POST", "/auth0/oauth/token", form.Encode(), []string{"Content-Type: application/x-www-form-urlencoded"}})
	var got struct {
		AccessToken string `json:"access_token"`
	}
	if err != nil || resp.StatusCode != http.StatusOK || json.Unmarshal([]byte(body), &got) != nil {
		t.Fatalf("%v: %s", err, body)
	}
	return got.AccessToken
}

// manage makes a call of the tenant's Management API.
func (x *world) manage(t testing.TB, token, method, path, body string) (int, string) {
	t.Helper()
	resp, out, err := x.do(t, request{method, "/auth0/api/v2" + path, body, []string{"Authorization: Bearer " + token, "Content-Type: application/json"}})
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, out
}

// steer makes a call of the control API and reads the answer.
func (x *world) steer(t testing.TB, method, path, body string, into any) {
	t.Helper()
	resp, out, err := x.do(t, request{method: method, path: "/_sandbox/" + path, body: body})
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s %s: %v %s", method, path, err, out)
	}
	if err := json.Unmarshal([]byte(out), into); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
}

func TestAPersonWhoLeavesIsKeptOutOfAuth0(t *testing.T) {
	x := setup(t)
	var report scenario.Report
	x.steer(t, "POST", "scenarios/user_deactivated", "", &report)
	if len(report.Steps) != 2 || !report.Steps[0].OK || report.Steps[0].Where != "auth0" || report.Steps[1].Where != "okta" {
		t.Fatalf("%+v", report.Steps)
	}
	// What a flow does.
	token := x.auth0Token(t)
	status, body := x.manage(t, token, "GET", "/users-by-email?email="+url.QueryEscape(strings.ToLower(report.User.Login)), "")
	var found []struct {
		ID string `json:"user_id"`
	}
	if err := json.Unmarshal([]byte(body), &found); err != nil || status != http.StatusOK || len(found) != 1 {
		t.Fatalf("%d %s", status, body)
	}
	if status, body := x.manage(t, token, "PATCH", "/users/"+url.PathEscape(found[0].ID), `{"user_metadata":{"okta":{"deactivated":"true"}}}`); status != http.StatusOK {
		t.Fatalf("%d %s", status, body)
	}
	deadline := time.Now().Add(20 * time.Second)
	for len(report.Steps) < 4 && time.Now().Before(deadline) {
		x.steer(t, "GET", "performances/"+report.ID, "", &report)
	}
	if len(report.Steps) != 4 || !report.Steps[2].OK || report.Steps[3].OK || report.Steps[3].Detail != auth0.Closed {
		t.Fatalf("%+v", report.Steps)
	}
	var again auth0.Outcome
	x.steer(t, "POST", "auth0/sign-in", fmt.Sprintf(`{"user":%q}`, found[0].ID), &again)
	if again.OK || again.Error != "access_denied" || len(again.Actions) != 1 {
		t.Errorf("%+v", again)
	}
}

func TestAuth0IsSteered(t *testing.T) {
	x := setup(t)
	var people []auth0.State
	x.steer(t, "GET", "auth0/users", "", &people)
	if len(people) < 60 {
		t.Fatalf("%d people", len(people))
	}
	var one auth0.State
	x.steer(t, "POST", "auth0/users", `{"email":"New@partner.example","first":"New","last":"Comer"}`, &one)
	x.steer(t, "GET", "auth0/users/new@partner.example", "", &one)
	if one.Email != "new@partner.example" || one.Password == "" {
		t.Errorf("%+v", one)
	}
	var out auth0.Outcome
	x.steer(t, "POST", "auth0/sign-in", `{"user":"new@partner.example","password":"wrong","ip":"198.18.3.4"}`, &out)
	if out.OK || out.LogType != "fp" {
		t.Errorf("%+v", out)
	}
	x.steer(t, "POST", "auth0/sign-in", fmt.Sprintf(`{"user":"new@partner.example","password":%q}`, one.Password), &out)
	if !out.OK {
		t.Errorf("%+v", out)
	}
	var bound []auth0.Bound
	x.steer(t, "GET", "auth0/actions", "", &bound)
	if len(bound) != 1 || bound[0].Name != auth0.DeactivatedAction || !strings.Contains(bound[0].Code, "api.access.deny") {
		t.Errorf("%+v", bound)
	}
	var logs []map[string]any
	x.steer(t, "GET", "auth0/logs", "", &logs)
	if len(logs) < 2 {
		t.Errorf("%v", logs)
	}
}

func TestAuth0Fails(t *testing.T) {
	x := setup(t)
	token := x.auth0Token(t)
	for fault, want := range map[string]string{
		`{"service":"auth0","kind":"rate_limit","count":1}`:   `429 {"error":"Too Many Requests","errorCode":"too_many_requests"`,
		`{"service":"auth0","kind":"expire_token","count":1}`: `401 {"error":"Unauthorized","message":"Expired token received`,
		`{"service":"auth0","status":503,"count":1}`:          `503 {"error":"Service Unavailable"`,
	} {
		var f Fault
		x.steer(t, "POST", "faults", fault, &f)
		status, body := x.manage(t, token, "GET", "/users", "")
		if got := fmt.Sprint(status, " ", body); !strings.HasPrefix(got, want) {
			t.Errorf("%s: %s", fault, got)
		}
		if status, body := x.manage(t, token, "GET", "/users", ""); status != http.StatusOK {
			t.Errorf("after it: %d %s", status, body)
		}
	}
	x.pass(time.Hour)
	var down Fault
	x.steer(t, "POST", "faults", `{"service":"auth0","kind":"drop","path":"/api/v2"}`, &down)
	if _, _, err := x.do(t, request{path: "/auth0/api/v2/users", header: []string{"Authorization: Bearer " + token}}); err == nil {
		t.Error("it is not down")
	}
	var n map[string]any
	x.steer(t, "DELETE", "faults", "", &n)
	x.steer(t, "POST", "auth0/revoke", "", &n)
	if status, _ := x.manage(t, token, "GET", "/users", ""); status != http.StatusUnauthorized {
		t.Errorf("a revoked token: %d", status)
	}
	token = x.auth0Token(t)
	x.steer(t, "POST", "switches", `{"auth0":{"rate_limits":true}}`, &n)
	for range 12 {
		status, _ := x.manage(t, token, "GET", "/users", "")
		if status == http.StatusTooManyRequests {
			return
		}
	}
	t.Error("no call was refused")
}

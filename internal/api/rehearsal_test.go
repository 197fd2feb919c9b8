package api

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"sallyport/internal/portal"
	"sallyport/internal/secret"
	"sallyport/internal/value"
)

func TestRehearsal(t *testing.T) {
	var asked []string
	sandbox := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Method+" "+r.URL.EscapedPath())
		switch r.URL.Path {
		case "/_sandbox/state":
			_, _ = io.WriteString(w, `{"okta":{"url":"http://127.0.0.1:9","admin_token":"00abc","apiTokens":["x"],"users":50,"tokens":3},"slack":{"botToken":"xoxb-1-2"}}`)
		case "/_sandbox/requests":
			_, _ = io.WriteString(w, `[{"method":"GET","headers":{"Authorization":"SSWS 00abc","Accept":"*/*"},"note":"sent with SSWS 00abc and xoxb-12-ab"}]`)
		case "/_sandbox/mail":
			w.WriteHeader(http.StatusInternalServerError)
		case "/_sandbox/slack":
			_, _ = io.WriteString(w, `<html>`)
		case "/_sandbox/scenarios/mfa fatigue":
			w.WriteHeader(http.StatusAccepted)
		case "/_sandbox/scenarios/odd":
			w.WriteHeader(http.StatusBadRequest)
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(sandbox.Close)
	b := setup(t, func(d *Deps) { d.Sandbox = sandbox.URL + "/" })
	c := b.as(b.acme, "rob@acme.example", portal.Responder)
	state := c.get("/api/v1/rehearsal/state", 200)
	for path, want := range map[string]any{
		"answer.okta.url": "http://127.0.0.1:9", "answer.okta.users": 50.0, "answer.okta.tokens": 3.0, "answer.okta.admin_token": secret.Mask, "answer.okta.apiTokens.0": secret.Mask, "answer.slack.botToken": secret.Mask,
	} {
		if got := at(state, path); got != want {
			t.Errorf("%s is %v, want %v", path, got, want)
		}
	}
	requests := string(value.JSON(c.get("/api/v1/rehearsal/requests", 200)))
	if strings.Contains(requests, "00abc") || strings.Contains(requests, "xoxb") || !strings.Contains(requests, `"Accept":"*/*"`) {
		t.Error(requests)
	}
	c.get("/api/v1/rehearsal/mail", 503)
	c.get("/api/v1/rehearsal/slack", 503)
	c.get("/api/v1/rehearsal/teams", 404)
	c.get("/api/v1/rehearsal/users/..%2Fstate", 404)
	c.post("/api/v1/rehearsal/scenarios/mfa%20fatigue", nil, 200)
	c.post("/api/v1/rehearsal/scenarios/odd", nil, 400)
	if got := asked[len(asked)-3]; got != "GET /_sandbox/users/..%2Fstate" {
		t.Errorf("a name leads elsewhere: %s", got)
	}
	b.as(b.acme, "ann@acme.example", portal.Analyst).get("/api/v1/rehearsal/state", 403)
	sandbox.Close()
	c.get("/api/v1/rehearsal/state", 503)
	b = setup(t)
	b.admin().get("/api/v1/rehearsal/state", 404)
}

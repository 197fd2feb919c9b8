package sandbox

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func TestRequestLog(t *testing.T) {
	x := setup(t)
	x.okta(t, http.MethodGet, "/api/v1/users?limit=2&client_assertion=ey.J&x=1", "")
	x.okta(t, http.MethodPost, "/api/v1/groups", `{"profile":{"name":"`+strings.Repeat("n", maxBody)+`"}}`)
	_, _, err := x.do(t, request{http.MethodPost, "/slack/api/auth.test", "token=xoxb-hidden&a=b", []string{"Content-Type: application/x-www-form-urlencoded"}})
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = x.do(t, request{http.MethodPost, "/nowhere", "read by nobody", nil})
	if err != nil {
		t.Fatal(err)
	}
	all := x.seen(t, "")
	if len(all) != 4 {
		t.Fatalf("%d requests", len(all))
	}
	for i, want := range []struct {
		service, method, path, query, body, auth string
		status                                   int
		truncated                                bool
	}{
		{"okta", "GET", "/api/v1/users", "limit=2&client_assertion=[redacted]&x=1", "", "SSWS", 200, false},
		{"okta", "POST", "/api/v1/groups", "", `{"profile":{"name":"nnn`, "SSWS", 400, true},
		{"slack", "POST", "/slack/api/auth.test", "", "token=[redacted]&a=b", "", 200, false},
		{"okta", "POST", "/nowhere", "", "read by nobody", "", 404, false},
	} {
		got := all[i]
		if got.Service != want.service || got.Method != want.method || got.Path != want.path || got.Query != want.query || got.Auth != want.auth ||
			!strings.HasPrefix(got.Body, want.body) || got.Truncated != want.truncated || len(got.Body) > maxBody || i > 0 && got.Seq <= all[i-1].Seq {
			got.Body = got.Body[:min(len(got.Body), 100)]
			t.Errorf("request %d: %+v", i, got)
		}
		if i != 1 && got.Status != want.status {
			t.Errorf("request %d: HTTP %d, want %d", i, got.Status, want.status)
		}
	}
	for query, want := range map[string]int{
		"service=okta": 3, "service=teams": 0, "path=/api/v1": 2, "path=auth.test": 1, "path=/api/auth.test": 1, "path=/slack": 1, "path=/api/v1/*": 2,
		"path=/api/v1/us??s": 1, "method=get": 1, "limit=1": 1, fmt.Sprintf("since=%d", all[1].Seq): 2, "since=2100-01-01T00:00:00Z": 0,
		"since=" + all[2].Time: 2,
	} {
		if got := x.seen(t, query); len(got) != want {
			t.Errorf("%s: %d requests, want %d", query, len(got), want)
		}
	}
	for _, bad := range []string{"since=yesterday", "limit=x", "path=["} {
		x.control(t, http.MethodGet, "requests?"+bad, "", 400, nil)
	}
}

func TestRequestLogForgetsTheOldest(t *testing.T) {
	l := newRequestLog()
	for range maxRequests + 1 {
		l.add(Request{Service: "okta"})
	}
	got := l.find(requestFilter{})
	if len(got) != maxRequests*9/10 || got[len(got)-1].Seq != maxRequests+1 {
		t.Errorf("%d requests, the last is number %d", len(got), got[len(got)-1].Seq)
	}
	for range 600 {
		l.add(Request{Service: "slack", Body: strings.Repeat("x", maxBody)})
	}
	if n := len(l.find(requestFilter{service: "slack"})); n*maxBody > maxBodies || n == 0 {
		t.Errorf("%d bodies of %d bytes are kept", n, maxBody)
	}
}

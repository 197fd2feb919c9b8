package sandbox

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/smtp"
	"net/textproto"
	"strconv"
	"strings"
	"testing"
	"time"
)

// fault has something go wrong.
func (x *world) fault(t testing.TB, body string) Fault {
	t.Helper()
	var f Fault
	x.control(t, http.MethodPost, "faults", body, 200, &f)
	return f
}

func TestFaultsOfAStatus(t *testing.T) {
	auth := "Authorization: SSWS "
	for name, c := range map[string]struct {
		fault, method, path string
		status              int
		body                string // a part of it
	}{
		"by service":              {`{"service":"okta","status":503}`, "GET", "/api/v1/users/me", 503, "E0000009"},
		"of another service":      {`{"service":"slack","status":503}`, "GET", "/api/v1/users/me", 200, "admin@"},
		"by method":               {`{"method":"get","status":500}`, "GET", "/api/v1/users/me", 500, "E0000009"},
		"of another method":       {`{"method":"POST","status":500}`, "GET", "/api/v1/users/me", 200, "admin@"},
		"by prefix":               {`{"path":"/api/v1/users","status":404}`, "GET", "/api/v1/users/me", 404, "E0000007"},
		"by wildcard":             {`{"path":"/api/v1/*/me","status":403}`, "GET", "/api/v1/users/me", 403, "E0000006"},
		"of another path":         {`{"path":"/api/v1/groups","status":403}`, "GET", "/api/v1/users/me", 200, "admin@"},
		"a rate limit by status":  {`{"status":429}`, "GET", "/api/v1/users/me", 429, "E0000047"},
		"with another body":       {`{"status":502,"body":"<html>bad gateway","header":{"Retry-After":"7"}}`, "GET", "/api/v1/users/me", 502, "<html>"},
		"expired":                 {`{"kind":"expire_token"}`, "GET", "/api/v1/users/me", 401, "E0000011"},
		"slack by method name":    {`{"service":"slack","path":"auth.test","status":500}`, "POST", "/slack/api/auth.test", 500, "internal_error"},
		"slack expired":           {`{"service":"slack","kind":"expire_token"}`, "POST", "/slack/api/auth.test", 200, "token_expired"},
		"slack with its own body": {`{"service":"slack","status":200,"body":"{\"ok\":false,\"error\":\"account_inactive\"}"}`, "POST", "/slack/api/auth.test", 200, "account_inactive"},
		"teams":                   {`{"service":"teams","path":"/legacy","status":502}`, "POST", "/teams/legacy/x", 502, "Bad Gateway"},
	} {
		t.Run(name, func(t *testing.T) {
			x := setup(t)
			x.fault(t, c.fault)
			resp, body, err := x.do(t, request{c.method, c.path, "", []string{auth + x.State().Okta.Token}})
			if err != nil {
				t.Fatal(err)
			}
			if resp.StatusCode != c.status || !strings.Contains(body, c.body) {
				t.Errorf("HTTP %d %s, want %d with %s", resp.StatusCode, body, c.status, c.body)
			}
			if strings.HasPrefix(body, "{") && !json.Valid([]byte(body)) {
				t.Errorf("no JSON: %s", body)
			}
			if seen := x.seen(t, ""); len(seen) != 1 || seen[0].Status != c.status {
				t.Errorf("%+v", seen)
			}
		})
	}
}

func TestFaultsAreCountedAndCleared(t *testing.T) {
	x := setup(t)
	first := x.fault(t, `{"service":"okta","status":500,"count":2}`)
	x.fault(t, `{"service":"okta","status":503}`)
	var got []int
	for range 3 {
		status, _ := x.okta(t, http.MethodGet, "/api/v1/org", "")
		got = append(got, status)
	}
	if got[0] != 500 || got[1] != 500 || got[2] != 503 {
		t.Errorf("%v, want 500 500 503", got)
	}
	var list []Fault
	x.control(t, http.MethodGet, "faults", "", 200, &list)
	if len(list) != 2 || list[0].ID != first.ID || list[0].Hits != 2 || list[1].Hits != 1 {
		t.Errorf("%+v", list)
	}
	x.control(t, http.MethodDelete, "faults/"+list[1].ID, "", 200, nil)
	if status, _ := x.okta(t, http.MethodGet, "/api/v1/org", ""); status != 200 {
		t.Errorf("HTTP %d after the fault was cleared", status)
	}
	x.control(t, http.MethodDelete, "faults/"+list[1].ID, "", 404, nil)
	x.control(t, http.MethodDelete, "faults", "", 200, nil)
	x.control(t, http.MethodGet, "faults", "", 200, &list)
	if len(list) != 0 {
		t.Errorf("%+v", list)
	}
}

func TestFaultsThatCannotBe(t *testing.T) {
	x := setup(t)
	for name, body := range map[string]string{
		"nothing":            `{}`,
		"no status":          `{"status":42}`,
		"an unknown kind":    `{"kind":"earthquake"}`,
		"an unknown service": `{"service":"github","status":500}`,
		"a negative count":   `{"status":500,"count":-1}`,
		"a broken pattern":   `{"status":500,"path":"/["}`,
		"an unknown field":   `{"status":500,"times":3}`,
		"no JSON":            `{`,
	} {
		t.Run(name, func(t *testing.T) { x.control(t, http.MethodPost, "faults", body, 400, nil) })
	}
}

func TestFaultsOfDelay(t *testing.T) {
	x := setup(t)
	x.fault(t, `{"service":"okta","delay_ms":60,"count":1}`)
	began := time.Now()
	if status, _ := x.okta(t, http.MethodGet, "/api/v1/org", ""); status != 200 || time.Since(began) < 60*time.Millisecond {
		t.Errorf("HTTP %d after %s", status, time.Since(began))
	}
	x.fault(t, `{"service":"okta","status":500,"delay_ms":60,"count":1}`)
	began = time.Now()
	if status, _ := x.okta(t, http.MethodGet, "/api/v1/org", ""); status != 500 || time.Since(began) < 60*time.Millisecond {
		t.Errorf("HTTP %d after %s", status, time.Since(began))
	}
}

func TestFaultsOfTheWire(t *testing.T) {
	x := setup(t)
	x.fault(t, `{"kind":"malformed","count":1}`)
	if status, body := x.okta(t, http.MethodGet, "/api/v1/users/me", ""); status != 200 || body == "" || json.Valid([]byte(body)) {
		t.Errorf("malformed: HTTP %d %s", status, body)
	}
	x.fault(t, `{"kind":"drop"}`)
	if _, _, err := x.do(t, request{path: "/api/v1/users/me"}); err == nil {
		t.Error("the connection was not dropped")
	}
	eventually(t, "the drop is noted", func() bool { seen := x.seen(t, "limit=1"); return len(seen) == 1 && seen[0].Status == 0 })
}

func TestFaultsOfARateLimit(t *testing.T) {
	x := setup(t)
	f := x.fault(t, `{"kind":"rate_limit","reset_s":30}`)
	resp, body, err := x.do(t, request{path: "/api/v1/users/me", header: []string{"Authorization: SSWS " + x.State().Okta.Token}})
	if err != nil {
		t.Fatal(err)
	}
	reset, err := strconv.ParseInt(resp.Header.Get("X-Rate-Limit-Reset"), 10, 64)
	if err != nil || resp.StatusCode != 429 || !strings.Contains(body, "E0000047") || resp.Header.Get("X-Rate-Limit-Remaining") != "0" {
		t.Errorf("HTTP %d %v %s", resp.StatusCode, resp.Header, body)
	}
	if until := time.Unix(reset, 0); until.Before(f.Until) || until.After(f.Until.Add(time.Second)) {
		t.Errorf("reset at %s, the fault ends at %s", until, f.Until)
	}
	resp, body, err = x.do(t, request{http.MethodPost, "/slack/api/auth.test", "", nil})
	if err != nil || resp.StatusCode != 429 || resp.Header.Get("Retry-After") != "30" || !strings.Contains(body, "ratelimited") {
		t.Errorf("slack: %v %s %v", resp, body, err)
	}
	x.pass(31 * time.Second)
	if status, _ := x.okta(t, http.MethodGet, "/api/v1/users/me", ""); status != 200 {
		t.Errorf("HTTP %d after the reset", status)
	}
}

func TestFaultsOfMail(t *testing.T) {
	x := setup(t)
	send := func(to string) int {
		err := smtp.SendMail(x.State().Mail.Address, nil, "a@b.example", []string{to}, []byte("Subject: a\r\n\r\nb\r\n"))
		if e, ok := errors.AsType[*textproto.Error](err); ok {
			return e.Code
		}
		if err != nil {
			t.Error(err)
		}
		return 0
	}
	for fault, want := range map[string]int{
		`{"service":"mail","status":451,"count":1}`: 451, `{"service":"mail","kind":"rate_limit","count":1}`: 450, `{"service":"mail","kind":"expire_token","count":1}`: 535,
		`{"service":"mail","kind":"drop","count":1}`: 421, `{"service":"mail","delay_ms":5,"count":1}`: 0, `{"service":"mail","path":"ada@","status":550,"count":1}`: 550,
	} {
		x.control(t, http.MethodDelete, "faults", "", 200, nil)
		x.fault(t, fault)
		if got := send("ada@acme.example"); got != want {
			t.Errorf("%s: code %d, want %d", fault, got, want)
		}
	}
	x.fault(t, `{"service":"mail","path":"ben@","status":550}`)
	if got := send("ada@acme.example"); got != 0 {
		t.Errorf("a fault of somebody else: %d", got)
	}
	refused, taken := 0, 0
	for _, r := range x.seen(t, "service=mail") {
		if r.Status == 250 {
			taken++
		} else {
			refused++
		}
		if r.Path != "ada@acme.example" || !strings.Contains(r.Body, "Subject: a") {
			t.Errorf("%+v", r)
		}
	}
	if refused != 5 || taken != 2 {
		t.Errorf("%d refused, %d taken", refused, taken)
	}
}

func TestSwitches(t *testing.T) {
	x := setup(t)
	var sw Switches
	x.control(t, http.MethodGet, "switches", "", 200, &sw)
	if sw != defaultSwitches() {
		t.Errorf("%+v", sw)
	}
	x.control(t, http.MethodPost, "switches", `{"edition":"integrator","rate_limits":true}`, 200, &sw)
	want := defaultSwitches()
	want.Edition, want.RateLimits = "integrator", true
	if sw != want || x.Switches() != want {
		t.Errorf("%+v", sw)
	}
	refused := false
	for range 11 { // the integrator edition has 20 a minute, half of it for a token
		status, _ := x.okta(t, http.MethodGet, "/api/v1/apps?limit=1", "")
		refused = refused || status == 429
	}
	if !refused {
		t.Error("the limits of the edition are not enforced")
	}
	x.control(t, http.MethodPost, "switches", `{"rate_limits":false,"teams":{"lie":true}}`, 200, &sw)
	if status, _ := x.okta(t, http.MethodGet, "/api/v1/apps?limit=1", ""); status != 200 || !sw.Teams.RateLimits || !sw.Teams.Lie {
		t.Errorf("HTTP %d, %+v", status, sw)
	}
	resp, body, err := x.do(t, request{http.MethodPost, x.State().Teams.LegacyURL, `{"text":"a"}`, nil})
	if err != nil || resp.StatusCode != 200 || !strings.Contains(body, "Webhook message delivery failed") {
		t.Errorf("the connector does not lie: %s %v", body, err)
	}
	for _, bad := range []string{`{"edition":"gold"}`, `{"late_events":{"every":-1}}`, `{"speed":1}`} {
		x.control(t, http.MethodPost, "switches", bad, 400, nil)
	}
	if x.Switches() != sw {
		t.Error("a refused change has changed something")
	}
}

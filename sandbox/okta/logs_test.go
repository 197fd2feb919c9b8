package okta_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"sallyport/sandbox/okta"
)

// say emits an event that a test can find again.
func (x *tenant) say(name string) string {
	return x.org.Emit(okta.Event{Type: "user.session.start", Actor: "admin@acme.example", DebugData: map[string]any{"name": name}})
}

func uuids(list []object) []string {
	out := []string{}
	for _, e := range list {
		out = append(out, str(e, "uuid"))
	}
	return out
}

func TestPollingLogs(t *testing.T) {
	x := serve(t)
	x.advance(time.Minute)
	since := x.now().UTC().Format(time.RFC3339)
	r := x.get("/api/v1/logs?since=" + since).want(200)
	if len(r.list()) != 0 || r.next() == "" {
		t.Fatalf("an empty page must have a next link: %s %v", r.body, r.header["Link"])
	}
	if n := len(r.header.Values("Link")); n != 2 || !strings.HasSuffix(r.header.Values("Link")[0], `rel="self"`) {
		t.Errorf("links %q", r.header["Link"])
	}
	var want []string
	for i := range 5 {
		x.advance(time.Second)
		want = append(want, x.say(fmt.Sprint(i)))
	}
	r = x.get(r.next() + "&limit=3").want(200)
	got := uuids(r.list())
	late := x.org.Emit(okta.Event{Type: "user.session.end", Published: x.now().Add(-time.Hour)})
	r = x.get(r.next()).want(200)
	got = append(got, uuids(r.list())...)
	if diff := cmp.Diff(append(want, late), got); diff != "" {
		t.Error(diff)
	}
	if n := len(x.get(r.next()).want(200).list()); n != 0 {
		t.Errorf("%d events came twice", n)
	}
}

func TestBoundedLogs(t *testing.T) {
	x := serve(t)
	x.advance(time.Minute)
	from := x.now()
	var want []string
	for i := range 5 {
		x.advance(time.Second)
		want = append(want, x.say(fmt.Sprint(i)))
	}
	x.advance(time.Second)
	query := "/api/v1/logs?limit=2&since=" + from.UTC().Format(time.RFC3339) + "&until=" + x.now().UTC().Format(time.RFC3339)
	for order, wanted := range map[string][]string{"ASCENDING": want, "DESCENDING": reversed(want)} {
		var got []string
		pages := 0
		for path := query + "&sortOrder=" + order; path != ""; pages++ {
			r := x.get(path).want(200)
			got = append(got, uuids(r.list())...)
			path = r.next()
		}
		if diff := cmp.Diff(wanted, got); diff != "" || pages != 3 {
			t.Errorf("%s in %d pages: %s", order, pages, diff)
		}
	}
}

func reversed(in []string) []string {
	out := slices.Clone(in)
	slices.Reverse(out)
	return out
}

func TestLogFilters(t *testing.T) {
	x := serve(t)
	x.advance(time.Minute)
	since := x.now().UTC().Format(time.RFC3339)
	u := x.person("ann")
	x.post("/api/v1/users/"+u+"/lifecycle/suspend", nil).want(200)
	tests := map[string]struct {
		query string
		want  int
	}{
		"by type":           {`filter=eventType eq "user.lifecycle.suspend"`, 1},
		"by types":          {`filter=eventType eq "user.lifecycle.suspend" or eventType eq "user.lifecycle.create"`, 2},
		"by target":         {`filter=target.id eq "` + u + `" and target.type eq "User" and eventType sw "user.lifecycle"`, 3},
		"by debug data":     {`filter=debugContext.debugData.requestUri ew "/suspend"`, 1},
		"by word":           {`q=suspend`, 1},
		"by words":          {`q=SUSPEND okta`, 1},
		"by words that are": {`q=suspend create`, 0},
		"by outcome":        {`filter=outcome.result ne "SUCCESS"`, 0},
		"nothing, by limit": {`limit=0`, 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			x := x.in(t)
			if got := x.get("/api/v1/logs?since=" + since + "&" + encode(tt.query)).want(200).list(); len(got) != tt.want {
				t.Errorf("%d events, want %d", len(got), tt.want)
			}
		})
	}
	token := str(x.get("/api/v1/logs?since=" + since).want(200).list()[0], "transaction", "detail", "requestApiTokenId")
	if !strings.HasPrefix(token, "00T") {
		t.Errorf("token %q", token)
	}
}

func TestLogRefuses(t *testing.T) {
	x := serve(t)
	tests := map[string]struct{ query, code string }{
		"a false date":         {"since=yesterday", "E0000001"},
		"a date too old":       {"since=2025-01-01T00:00:00Z", "E0000053"},
		"a false order":        {"sortOrder=UP", "E0000001"},
		"a limit too large":    {"limit=1001", "E0000001"},
		"a negative limit":     {"limit=-1", "E0000001"},
		"a false filter":       {"filter=eventType is x", "E0000053"},
		"an unknown field":     {`filter=weather eq "fine"`, "E0000053"},
		"published":            {`filter=published gt "2026-01-01T00:00:00Z"`, "E0000053"},
		"contains of url":      {`filter=debugContext.debugData.url co "x"`, "E0000031"},
		"too many words":       {"q=a b c d e f g h i j k", "E0000001"},
		"a word too long":      {"q=" + strings.Repeat("x", 41), "E0000001"},
		"a cursor of its own":  {"after=nonsense", "E0000031"},
		"a bracket in filters": {`filter=target[type eq "User"]`, "E0000053"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			x.in(t).get("/api/v1/logs?"+encode(tt.query)).fails(400, tt.code)
		})
	}
}

func TestRetention(t *testing.T) {
	x := serve(t)
	x.say("old")
	x.advance(91 * 24 * time.Hour)
	since := x.now().Add(-100 * 24 * time.Hour).UTC().Format(time.RFC3339)
	if got := x.get("/api/v1/logs?since=" + since).want(200).list(); len(got) != 0 {
		t.Errorf("%d events are older than 90 days", len(got))
	}
}

// TestEventForm looks at one event whole.
func TestEventForm(t *testing.T) {
	x := serve(t)
	_, events := x.events(func() {
		x.org.Emit(okta.Event{
			Type: "user.account.lock", Actor: "admin@acme.example", Targets: []okta.Target{{Login: "breakglass@acme.example"}}, Result: "FAILURE", Reason: "LOCKED_OUT",
			Client:      okta.Client{IP: "203.0.113.5", UserAgent: "Mozilla/5.0 (Windows NT 10.0) Chrome/139.0 Safari/537.36", City: "Paris", Country: "France", Lat: 48.9, Lon: 2.3, ASNumber: 57119, ASOrg: "NET", Via: []string{"198.51.100.1"}},
			Transaction: "tx1", Session: "idxS", DebugData: map[string]any{"requestUri": "/idp/idx/challenge/answer"},
		})
	})
	e := events[0]
	admin, _ := x.org.User("admin@acme.example")
	glass, _ := x.org.User("breakglass@acme.example")
	place := object{"city": "Paris", "state": nil, "country": "France", "postalCode": nil, "geolocation": object{"lat": 48.9, "lon": 2.3}}
	want := object{
		"actor": object{"id": admin.ID, "type": "User", "alternateId": "admin@acme.example", "displayName": "Robin Castellan", "detailEntry": nil},
		"client": object{
			"userAgent": object{"rawUserAgent": "Mozilla/5.0 (Windows NT 10.0) Chrome/139.0 Safari/537.36", "os": "Windows 10", "browser": "CHROME"},
			"zone":      "null", "device": "Computer", "id": nil, "ipAddress": "203.0.113.5", "geographicalContext": place,
		},
		"device": nil,
		"authenticationContext": object{
			"authenticationProvider": nil, "credentialProvider": nil, "credentialType": nil, "issuer": nil, "interface": nil, "authenticationStep": 0.0,
			"rootSessionId": "idxS", "externalSessionId": "idxS",
		},
		"displayMessage": "Max sign in attempts exceeded", "eventType": "user.account.lock", "outcome": object{"result": "FAILURE", "reason": "LOCKED_OUT"},
		"published": "2026-03-02T09:00:00.000Z", "securityContext": object{"asNumber": 57119.0, "asOrg": "NET", "isp": nil, "domain": nil, "isProxy": false},
		"severity": "DEBUG", "debugContext": object{"debugData": object{"requestUri": "/idp/idx/challenge/answer"}},
		"legacyEventType": "core.user_auth.account_locked", "transaction": object{"type": "WEB", "id": "tx1", "detail": object{}}, "uuid": e["uuid"], "version": "0",
		"request": object{"ipChain": []any{
			object{"ip": "203.0.113.5", "geographicalContext": place, "version": "V4", "source": nil},
			object{"ip": "198.51.100.1", "geographicalContext": nil, "version": "V4", "source": nil},
		}},
		"target": []any{object{"id": glass.ID, "type": "User", "alternateId": "breakglass@acme.example", "displayName": "Break Glass", "detailEntry": nil}},
	}
	if diff := cmp.Diff(want, e); diff != "" {
		t.Error(diff)
	}
}

func TestEmitActors(t *testing.T) {
	x := serve(t)
	for actor, want := range map[string]string{"": "SystemPrincipal", "203.0.113.7": "IP address", "admin@acme.example": "User"} {
		_, events := x.events(func() { x.org.Emit(okta.Event{Type: "security.threat.detected", Actor: actor}) })
		if got := str(events[0], "actor", "type"); got != want || events[0]["severity"] != "WARN" {
			t.Errorf("%q is a %s", actor, got)
		}
	}
	_, events := x.events(func() {
		x.org.Emit(okta.Event{Type: "system.agent.ad.connect", Message: "Agent is back", Severity: "ERROR", Job: true, Targets: []okta.Target{{ID: "a1", Type: "AD_AGENT"}}})
	})
	if e := events[0]; e["displayMessage"] != "Agent is back" || e["severity"] != "ERROR" || str(e, "transaction", "type") != "JOB" {
		t.Errorf("event %v", e)
	}
}

func TestLateEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		org, err := okta.New(okta.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer org.Close()
		var order []string
		next := poll(t, org, "/api/v1/logs?since="+time.Now().Add(time.Second).UTC().Format(time.RFC3339), &order)
		time.Sleep(2 * time.Second)
		late := org.Emit(okta.Event{Type: "user.session.start", LateBy: time.Minute})
		now := org.Emit(okta.Event{Type: "user.session.start"})
		next = poll(t, org, next, &order)
		time.Sleep(time.Minute + time.Second)
		poll(t, org, next, &order)
		if diff := cmp.Diff([]string{now, late}, order); diff != "" {
			t.Error(diff)
		}
		org.SetLate(okta.Late{Every: 2, By: time.Hour})
		order = nil
		for range 4 {
			if err := org.SignIn("admin@acme.example", okta.Client{IP: "203.0.113.1"}); err != nil {
				t.Fatal(err)
			}
		}
		poll(t, org, next, &order)
		if len(order) < 2 {
			t.Errorf("%d events", len(order))
		}
	})
}

package auth0_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sallyport/internal/auth0"
	"sallyport/internal/event"
	"sallyport/internal/okta"
)

const failed = `{ "date":"2026-01-31T10:00:00.123Z","type":"fp","description":"Wrong email or password.","connection":"Users","connection_id":"con_1","client_id":"app1","client_name":"Portal",
 "ip":"192.0.2.7","user_agent":"Chrome 126.0.0 / Windows 10.0.0","user_id":"auth0|1","user_name":"ada@acme.example","strategy":"auth0","isMobile":false,
 "location_info":{"country_name":"Norway","city_name":"Oslo","latitude":59.9,"longitude":"10.7"},"details":{"session_id":"ses1","asn":"64500"},"log_id":"900" }`

const assigned = `{"log_id":"901","data":{"log_id":"901","date":"2026-01-31T10:00:00Z","type":"sapi","description":"Assign roles to a user","user_id":"","client_id":"dash","client_name":"Dashboard",
 "details":{"request":{"method":"post","path":"/api/v2/users/auth0%7C2/roles","body":{"roles":["rol_1"]},"auth":{"user":{"user_id":"auth0|adm","name":"Adm","email":"adm@acme.example"}}},
 "response":{"statusCode":204,"body":{}}}}}`

func parse(t testing.TB, raw string) event.Event {
	t.Helper()
	e, err := auth0.NewParser().Parse([]byte(raw))
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// An entry becomes an event with what all events have; the entry itself is in it
// byte for byte.
func TestParse(t *testing.T) {
	e := parse(t, failed)
	got := map[string]string{
		"uuid": e.UUID, "type": e.Type, "at": e.Published.Format(time.RFC3339Nano), "severity": e.Severity, "message": e.Message, "outcome": e.Outcome, "reason": e.Reason,
		"ip": e.IP, "session": e.SessionID, "actor": fmt.Sprint(e.Actor), "targets": fmt.Sprint(e.Targets()),
	}
	for _, path := range []string{
		"client.userAgent.os", "client.userAgent.browser", "client.device", "client.id", "client.geographicalContext.country", "client.geographicalContext.geolocation.lon", "securityContext.asNumber",
		"authenticationContext.authenticationProvider", "data.details.session_id", "log_id",
	} {
		got[path] = e.Text(path)
	}
	want := map[string]string{
		"uuid": "900", "type": "auth0.fp", "at": "2026-01-31T10:00:00.123Z", "severity": "WARN", "message": "Failed login, wrong password: Wrong email or password.", "outcome": "FAILURE",
		"reason": "Wrong email or password.", "ip": "192.0.2.7", "session": "ses1", "actor": "{auth0|1 User ada@acme.example ada@acme.example}",
		"targets":             "[{app1 AppInstance Portal Portal} {con_1 Connection Users Users}]",
		"client.userAgent.os": "Windows 10.0.0", "client.userAgent.browser": "Chrome 126.0.0", "client.device": "Computer", "client.id": "app1", "client.geographicalContext.country": "Norway",
		"client.geographicalContext.geolocation.lon": "10.7", "securityContext.asNumber": "64500", "authenticationContext.authenticationProvider": "Users", "data.details.session_id": "ses1", "log_id": "900",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if raw := string(e.Lookup("data")); raw != failed {
		t.Errorf("the entry is kept as %s", raw)
	}
}

// Whom an entry is about depends on its kind: who called the API and on what, who
// signed in, which application got a token.
func TestWhoAndWhat(t *testing.T) {
	at := `"date":"2026-01-31T10:00:00Z"`
	for name, tt := range map[string]struct{ raw, actor, targets, message string }{
		"an admin": {assigned, "{auth0|adm User adm@acme.example Adm}", "[{auth0|2 User  }]", "API operation: Assign roles to a user"},
		"an application": {
			`{"_id":"1",` + at + `,"type":"sapi","client_id":"m2m","client_name":"Robot","details":{"request":{"method":"post","path":"/api/v2/roles/rol_1/users","body":{"users":["auth0|3","auth0|4"]},"auth":{"user":"m2m@clients"}},"response":{"body":{"name":"Admins"}}}}`,
			"{m2m App Robot Robot}", "[{rol_1 Role Admins Admins} {auth0|3 User  } {auth0|4 User  }]", "API operation",
		},
		"what is made": {
			`{"log_id":"1",` + at + `,"type":"sapi","client_id":"m2m","details":{"request":{"method":"post","path":"/api/v2/users"},"response":{"body":{"user_id":"auth0|5","email":"new@acme.example"}}}}`,
			"{m2m App  }", "[{auth0|5 User new@acme.example new@acme.example}]", "API operation",
		},
		"a setting":          {`{"log_id":"1",` + at + `,"type":"sapi","details":{"request":{"method":"patch","path":"/api/v2/tenants/settings"}}}`, "{   }", "[{tenants/settings Setting  }]", "API operation"},
		"an Action":          {`{"log_id":"1",` + at + `,"type":"sapi","details":{"request":{"method":"post","path":"/api/v2/actions/actions/a1/deploy"},"response":{"body":{"id":"v1"}}}}`, "{   }", "[{a1 Action  }]", "API operation"},
		"a token":            {`{"log_id":"1",` + at + `,"type":"seccft","client_id":"m2m","client_name":"Robot","user_id":"","user_name":""}`, "{m2m App Robot Robot}", "[]", "Application got a token for its credentials"},
		"a stranger":         {`{"log_id":"1",` + at + `,"type":"fu","user_name":"x@y.example","client_id":"app1"}`, "{ User x@y.example x@y.example}", "[{app1 AppInstance  }]", "Failed login, unknown user"},
		"nobody":             {`{"log_id":"1",` + at + `,"type":"api_limit","client_id":null,"user_id":7,"details":"odd"}`, "{7 User  }", "[]", "A rate limit was reached"},
		"a type that is new": {`{"log_id":"1",` + at + `,"type":"brand_new","description":"Hm"}`, "{   }", "[]", "Auth0 logged brand_new: Hm"},
	} {
		e := parse(t, tt.raw)
		if got := fmt.Sprint(e.Actor); got != tt.actor {
			t.Errorf("%s: actor %s, want %s", name, got, tt.actor)
		}
		if got := fmt.Sprint(e.Targets()); got != tt.targets {
			t.Errorf("%s: targets %s, want %s", name, got, tt.targets)
		}
		if e.Message != tt.message {
			t.Errorf("%s: %q", name, e.Message)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for raw, want := range map[string]string{
		"":     "there is nothing",
		"[]":   "an object is wanted",
		"null": "an object is wanted",
		`{"a"`: "no JSON",
		`{"type":"f","date":"2026-01-31T10:00:00Z"}`:    "no log_id",
		`{"log_id":"1","date":"2026-01-31T10:00:00Z"}`:  "no type",
		`{"log_id":"1","type":"f"}`:                     "no date",
		`{"log_id":"1","type":"f","date":"yesterday"}`:  "is no time",
		`{"log_id":"1","data":{"type":"f"}}`:            "no date",
		`{"log_id":"1","data":[{"type":"f"}]}`:          "no type",
		`{"log_id":"1","type":{"a":1},"date":"2026-1"}`: "no type",
	} {
		if _, err := auth0.NewParser().Parse([]byte(raw)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", raw, err, want)
		}
	}
}

// Every type of Auth0's own schema is known.
func TestTypesAreThoseOfTheSchema(t *testing.T) {
	text, err := os.ReadFile("../../../shared/specs/auth0/auth0-tenant-logs-schema.json")
	if err != nil {
		t.Skip("there is no ../shared/specs/auth0")
	}
	var schema struct {
		Components struct {
			Schemas map[string]struct {
				Properties map[string]json.RawMessage
			}
		}
	}
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	known, fields := map[string]bool{}, map[string]bool{}
	for _, x := range auth0.Types() {
		known[x.ID] = true
		if x.Title == "" || x.Severity == "" {
			t.Errorf("%+v", x)
		}
	}
	for _, f := range auth0.Fields() {
		fields[f] = true
	}
	for id, s := range schema.Components.Schemas {
		if !known[id] {
			t.Errorf("the type %s is not known", id)
		}
		for f := range s.Properties {
			if !fields[f] {
				t.Errorf("the field %s is not known", f)
			}
		}
	}
	if len(known) != len(schema.Components.Schemas)+1 {
		t.Errorf("%d types, the schema has %d", len(known), len(schema.Components.Schemas))
	}
}

// answered is a tenant that always answers the same.
type answered struct{ a okta.Answer }

func (f answered) Fetch(context.Context, string) (okta.Answer, error) { return f.a, nil }

func TestReadLog(t *testing.T) {
	const next = "/api/v2/logs?from=901&take=100"
	checkpoint := "/api/v2/logs?from=900&take=100"
	first := auth0.FirstPage(time.Date(2026, 1, 31, 10, 0, 0, 0, time.UTC))
	if q, err := url.ParseQuery(strings.TrimPrefix(first, "/api/v2/logs?")); err != nil || q.Get("q") != "date:[* TO 2026-01-31T09:59:00.000Z]" || q.Get("sort") != "date:-1" || q.Get("per_page") != "1" {
		t.Errorf("first page %s", first)
	}
	full := "[" + strings.Repeat(failed+",", auth0.PageSize-1) + failed + "]"
	for name, tt := range map[string]struct {
		target, link, body string
		events, bad        int
		next               string
		more               bool
	}{
		"the place to begin":    {first, "", "[" + failed + "]", 0, 0, "/api/v2/logs?from=900&take=100", true},
		"an empty tenant":       {first, "", "[]", 0, 0, "/api/v2/logs?take=100", true},
		"a page":                {checkpoint, `<https://acme.eu.auth0.com` + next + `>; rel="next"`, "[" + failed + "," + assigned + `,{"log_id":"3"}]`, 2, 1, next, false},
		"a full page":           {checkpoint, `<https://evil.example/x` + next + `>; rel="next"`, full, 100, 0, next, true},
		"a link elsewhere":      {checkpoint, `<https://acme.eu.auth0.com/api/v2/users?from=1>; rel="next"`, "[" + assigned + "]", 1, 0, next, false},
		"an empty page":         {checkpoint, `<https://acme.eu.auth0.com` + checkpoint + `>; rel="next"`, "[]", 0, 0, checkpoint, false},
		"an empty page, unsaid": {checkpoint, "", "[]", 0, 0, "", false},
	} {
		h := http.Header{}
		if tt.link != "" {
			h.Set("Link", tt.link)
		}
		p, err := auth0.ReadLog(t.Context(), answered{okta.Answer{Status: 200, Header: h, Body: []byte(tt.body)}}, tt.target)
		if err != nil || len(p.Events) != tt.events || len(p.Bad) != tt.bad || p.Next != tt.next || p.More != tt.more {
			t.Errorf("%s: %d events, %d bad, next %q, more %v, %v", name, len(p.Events), len(p.Bad), p.Next, p.More, err)
		}
	}
}

func TestReadLogErrors(t *testing.T) {
	checkpoint := "/api/v2/logs?from=900&take=100"
	for name, tt := range map[string]struct {
		target             string
		status             int
		body, says         string
		badCursor, refused bool
	}{
		"no scope":               {checkpoint, 403, `{"statusCode":403,"error":"Forbidden","message":"Insufficient scope","errorCode":"insufficient_scope"}`, "Auth0 answered 403: Insufficient scope (insufficient_scope)", false, true},
		"an expired token":       {checkpoint, 401, `{"message":"Expired token"}`, "Expired token", false, true},
		"an entry long gone":     {checkpoint, 404, `{"message":"Log not found"}`, "Log not found", true, false},
		"an entry that is none":  {checkpoint, 400, `{}`, "Auth0 answered 400 Bad Request", true, false},
		"a search it refuses":    {auth0.FirstPage(time.Now()), 400, `{}`, "400", false, false},
		"a proxy":                {checkpoint, 502, "<html>", "Auth0 answered 502 Bad Gateway", false, false},
		"no list":                {checkpoint, 200, "{}", "no list of entries: a list is wanted, not an object", false, false},
		"a place to begin, none": {auth0.FirstPage(time.Now()), 200, "[{}]", "newest entry", false, false},
	} {
		_, err := auth0.ReadLog(t.Context(), answered{okta.Answer{Status: tt.status, Body: []byte(tt.body)}}, tt.target)
		if err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v", name, err)
		}
		re, ok := errors.AsType[*auth0.ResponseError](err)
		if !ok {
			re = &auth0.ResponseError{}
		}
		if re.BadCursor() != tt.badCursor || re.Refused() != tt.refused {
			t.Errorf("%s: bad cursor %v, refused %v", name, re.BadCursor(), re.Refused())
		}
	}
}

// Whatever a Link header says, the next request stays on the log of the tenant
// that was asked.
func FuzzNextLink(f *testing.F) {
	f.Add(`<https://a.auth0.com/api/v2/logs?from=1>; rel="next"`)
	f.Add(`<a>; rel="self", <b`)
	f.Fuzz(func(t *testing.T, link string) {
		p, err := auth0.ReadLog(t.Context(), answered{okta.Answer{Status: 200, Header: http.Header{"Link": {link}}, Body: []byte("[]")}}, "/api/v2/logs?take=100")
		if err != nil || p.Next != "" && !strings.HasPrefix(p.Next, "/api/v2/logs?") {
			t.Fatalf("%q leads to %q, %v", link, p.Next, err)
		}
	})
}

// Whatever is posted, what is taken of it are events with an id, a type and a
// time, of which the entry is a part; every other one is told.
func FuzzParseDelivery(f *testing.F) {
	f.Add([]byte(assigned + "\n" + assigned))
	f.Add([]byte("[" + failed + "]"))
	f.Add([]byte(`{"log_id":"1","data":{"type":"\u00e9","date":"2026-01-31T10:00:00Z","details":{"request":{"body":{"users":[1]}}}}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		d, err := auth0.ParseDelivery(body)
		if err != nil && len(d.Events)+len(d.Bad) > 0 {
			t.Fatalf("refused, and taken: %+v", d)
		}
		for _, e := range d.Events {
			if e.UUID == "" || !auth0.Is(e.Type) || e.Published.IsZero() || !json.Valid(e.Raw) || !json.Valid(e.Lookup("data")) {
				t.Fatalf("taken: %+v", e)
			}
		}
	})
}

// Each format of a log stream is read.
func TestParseDelivery(t *testing.T) {
	for name, tt := range map[string]struct {
		body        string
		events, bad int
		fails       bool
	}{
		"lines":         {assigned + "\n" + assigned + "\n", 2, 0, false},
		"a list":        {"[" + assigned + "," + failed + "]", 2, 0, false},
		"one":           {assigned, 1, 0, false},
		"a bad one":     {assigned + `{"log_id":1}`, 1, 1, false},
		"no JSON":       {assigned + "\nx", 0, 0, true},
		"nothing":       {" ", 0, 0, true},
		"an empty list": {"[]", 0, 0, true},
	} {
		d, err := auth0.ParseDelivery([]byte(tt.body))
		if len(d.Events) != tt.events || len(d.Bad) != tt.bad || (err != nil) != tt.fails {
			t.Errorf("%s: %d events, bad %v, %v", name, len(d.Events), d.Bad, err)
		}
	}
}

// In a file that may be of either, entries become events, and everything else is as
// it was.
func TestEither(t *testing.T) {
	const oktas = `{"uuid":"u","eventType":"user.session.start","published":"2026-01-31T10:00:00Z","data":{"type":"fp"}}`
	parse := auth0.ParseEither()
	for raw, want := range map[string]string{failed: "auth0.fp", assigned: "auth0.sapi", oktas: "user.session.start"} {
		if e, err := parse([]byte(raw)); err != nil || e.Type != want {
			t.Errorf("%s: %v, want %s", e.Type, err, want)
		}
	}
	for _, raw := range []string{oktas, `{"a":1}`, "x"} {
		if got := auth0.NewParser().Event([]byte(raw)); string(got) != raw {
			t.Errorf("%s became %s", raw, got)
		}
	}
}

package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/flow"
	"sallyport/internal/portal"
	"sallyport/internal/secret"
	"sallyport/internal/store"
	"sallyport/internal/value"
)

// What is wrong with a body is said, with the place.
func TestBodies(t *testing.T) {
	b := setup(t)
	c := b.admin()
	tests := map[string]struct{ method, path, media, body, field, message string }{
		"no JSON":                {"POST", "/api/v1/folders", "application/json", `{"name":`, "", "no JSON"},
		"nothing":                {"POST", "/api/v1/folders", "application/json", ``, "", "no JSON"},
		"two bodies":             {"POST", "/api/v1/folders", "application/json", `{"name":"a"}{"name":"b"}`, "", "no JSON"},
		"another type":           {"POST", "/api/v1/folders", "text/plain", `{"name":"a"}`, "", "application/json is wanted"},
		"no type":                {"POST", "/api/v1/folders", "", `{"name":"a"}`, "", "application/json is wanted"},
		"a list":                 {"POST", "/api/v1/folders", "application/json", `["a"]`, "", "an object is wanted, not a list"},
		"an unknown field":       {"POST", "/api/v1/folders", "application/json", `{"name":"a","label":"b"}`, "label", "there is no field"},
		"a field in other case":  {"POST", "/api/v1/folders", "application/json", `{"Name":"a"}`, "Name", "there is no field"},
		"a Go name":              {"PATCH", "/api/v1/folders/x", "application/json", `{"ID":"y","name":"a"}`, "ID", "there is no field"},
		"where it came from":     {"POST", "/api/v1/session", "application/json", `{"email":"a","password":"b","From":{}}`, "From", "there is no field"},
		"a missing field":        {"POST", "/api/v1/folders", "application/json", `{}`, "name", "a value is wanted"},
		"null":                   {"POST", "/api/v1/folders", "application/json", `{"name":null}`, "name", "a text is wanted, not null"},
		"a wrong kind":           {"POST", "/api/v1/folders", "application/json", `{"name":1}`, "name", "a text is wanted, not a number"},
		"an empty text":          {"POST", "/api/v1/folders", "application/json", `{"name":""}`, "name", "a value is wanted"},
		"a long text":            {"POST", "/api/v1/folders", "application/json", `{"name":"` + strings.Repeat("x", 101) + `"}`, "name", "at most 100 characters"},
		"deep inside":            {"POST", "/api/v1/tables", "application/json", `{"title":"t","columns":[{"name":"a","type":"text"},{"name":"b","type":"blob"}]}`, "columns[1].type", "not one of"},
		"a wrong time":           {"POST", "/api/v1/tokens", "application/json", `{"name":"t","permissions":["flows:read"],"endsAt":"tomorrow"}`, "endsAt", "no time"},
		"a part of a number":     {"PUT", "/api/v1/guard/policy", "application/json", `{"protectedUsers":[],"protectedGroups":[],"ceiling":1.5,"flowCeilings":{},"dryRun":false}`, "ceiling", "whole number"},
		"a wrong kind in a map":  {"PUT", "/api/v1/guard/policy", "application/json", `{"protectedUsers":[],"protectedGroups":[],"ceiling":1,"flowCeilings":{"f":"x"},"dryRun":false}`, "flowCeilings.f", "an integer is wanted"},
		"a body that is too big": {"POST", "/api/v1/folders", "application/json", strings.Repeat(" ", maxBody-1) + `{}`, "", "larger than 1048576 bytes"},
		"one that is too deep":   {"POST", "/api/v1/folders", "application/json", strings.Repeat(`[`, 100_000), "", "no JSON"},
		"no character":           {"POST", "/api/v1/folders", "application/json", `{"name":"a\u0000b"}`, "name", "no character"},
		"a field twice":          {"POST", "/api/v1/folders", "application/json", `{"name":"a","name":"b"}`, "name", "the field name stands there twice"},
		"a field twice, inside":  {"POST", "/api/v1/tables", "application/json", `{"title":"t","columns":[{"name":"a","type":"text","name":"b"}]}`, "columns[0].name", "stands there twice"},
		"no UTF-8":               {"POST", "/api/v1/folders", "application/json", "{\"name\":\"a\xff\"}", "", "no JSON in UTF-8"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			resp, raw := c.send(tt.method, tt.path, tt.media, strings.NewReader(tt.body))
			v, err := value.ParseJSON(raw)
			if err != nil {
				t.Fatal(err)
			}
			e := failure(v.(*value.Object))
			if resp.StatusCode != 400 || e.Text("kind") != "invalid" || e.Text("field") != tt.field || !strings.Contains(e.Text("message"), tt.message) {
				t.Errorf("%d %s", resp.StatusCode, raw)
			}
		})
	}
}

// A query that cannot be read is refused, and not passed over.
func TestMalformedQueries(t *testing.T) {
	c := setup(t).admin()
	for _, query := range []string{"state=failed%zz", "state=failed;limit=1", "%gg", "limit=1&state=%f"} {
		if got := failure(c.get("/api/v1/runs?"+query, 400)); !strings.Contains(got.Text("message"), "not well formed") {
			t.Errorf("%s: %s", query, value.JSON(got))
		}
	}
}

// Reading a body never fails by itself, and takes nothing that the schema refuses.
func FuzzBody(f *testing.F) {
	f.Add([]byte(`{"title":"t","columns":[{"name":"a","type":"text","default":[1,{"x":null}]}]}`))
	f.Add([]byte(`{"title":"t","columns":[{}]}`))
	f.Add([]byte(`[1e999,"\ud800"]`))
	var rt Route
	for _, r := range Routes() {
		if r.Name == "createTable" {
			rt = r
		}
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var in createTableIn
		err := rt.in.fillBody(&in, strings.NewReader(string(body)), "application/json")
		if err != nil && errs.KindOf(err) != errs.Invalid {
			t.Errorf("%q: %v", body, err)
		}
		if err == nil && (in.Title == "" || len(in.Columns) == 0 || in.Columns[0].Name == "") {
			t.Errorf("%q is taken as %+v", body, in)
		}
	})
}

func FuzzCursor(f *testing.F) {
	f.Add("MTc5NTI2NjU2MDAwMDAwMCBhYmM")
	f.Add("x")
	f.Fuzz(func(t *testing.T, text string) {
		p := paging{Cursor: text}
		place, err := p.place()
		if err != nil && errs.KindOf(err) != errs.Invalid {
			t.Error(err)
		}
		if err == nil && text != "" {
			if again, err := (paging{Cursor: cursor(place)}).place(); err != nil || again.ID != place.ID || !again.At.Equal(place.At) {
				t.Errorf("%q: %v, then %v %v", text, place, again, err)
			}
		}
		if n, err := p.offset(); err == nil && n < 0 {
			t.Errorf("%q: %d", text, n)
		}
	})
}

// A filter of rows is a column, an operation and a value, or it is refused with
// its name.
func FuzzRowFilter(f *testing.F) {
	f.Add(`{"column":"login","op":"is","value":"ada"}`)
	f.Add(`{"column":1}`)
	f.Fuzz(func(t *testing.T, text string) {
		term, err := readFilter("filter[0]", text)
		if err != nil {
			if errs.KindOf(err) != errs.Invalid {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		if term.Column == "" || term.Op == "" {
			t.Fatalf("%q is taken as %+v", text, term)
		}
	})
}

func TestAnswers(t *testing.T) {
	b := setup(t)
	c := b.admin()
	c.header.Set("X-Request-Id", "from-the-console-1")
	resp, raw := c.send(http.MethodGet, "/api/v1/flows/nope", "", nil)
	if resp.Header.Get("X-Request-Id") != "from-the-console-1" || !strings.Contains(string(raw), `"requestId":"from-the-console-1"`) || resp.StatusCode != 404 {
		t.Errorf("%v %s", resp.Header, raw)
	}
	c.header.Set("X-Request-Id", "bad id\twith blanks")
	resp, _ = c.send(http.MethodGet, "/api/v1/flows/nope", "", nil)
	if got := resp.Header.Get("X-Request-Id"); len(got) != 20 {
		t.Errorf("a made-up id: %q", got)
	}
	c.header = http.Header{}
	for name, want := range map[string]string{
		"Cache-Control": "no-store", "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
		"X-Frame-Options": "DENY", "Content-Type": "application/json", "Cross-Origin-Opener-Policy": "same-origin",
	} {
		if got := resp.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	for _, path := range []string{"/api/v1/nope", "/api/", "/nope"} {
		if e := failure(c.get(path, 404)); e.Text("kind") != "not_found" {
			t.Errorf("%s: %s", path, value.JSON(e))
		}
	}
	for path, field := range map[string]string{"/api/v1/events?q=a%00b": "q", "/api/v1/events?q=%ff": "q", "/api/v1/flows/a%00b": "id"} {
		if e := failure(c.get(path, 400)); e.Text("field") != field {
			t.Errorf("%s: %s", path, value.JSON(e))
		}
	}
	resp, _ = c.send(http.MethodPut, "/api/v1/flows", "", nil)
	if resp.StatusCode != 405 || strings.Join(resp.Header.Values("Allow"), " ") != "GET POST" {
		t.Errorf("%d %v", resp.StatusCode, resp.Header.Values("Allow"))
	}
	resp, _ = c.send(http.MethodHead, "/api/v1/flows", "", nil)
	if resp.StatusCode != 200 {
		t.Errorf("HEAD: %d", resp.StatusCode)
	}
	if doc := c.get("/api/openapi.json", 200); doc.Text("openapi") != "3.1.0" || at(doc, "info.version") != "1.2.3" {
		t.Errorf("%v", doc.Keys())
	}
}

// Each kind of error has its status, and says nothing of what is inside.
func TestErrors(t *testing.T) {
	inner := errors.New("dial 10.0.0.1: refused")
	tests := map[string]struct {
		err    error
		status int
		kind   string
	}{
		"invalid":        {errs.New(errs.Invalid, "wrong"), 400, "invalid"},
		"nobody":         {&portal.AuthError{Message: "wrong"}, 401, "unauthenticated"},
		"denied":         {errs.New(errs.Denied, "wrong"), 403, "denied"},
		"not there":      {fmt.Errorf("look: %w", errs.New(errs.NotFound, "wrong")), 404, "not_found"},
		"conflict":       {errs.New(errs.Conflict, "wrong"), 409, "conflict"},
		"too many":       {&portal.LimitError{RetryAfter: 1500 * time.Millisecond}, 429, "too_many"},
		"away":           {errs.Wrap(errs.Unavailable, inner, "wrong"), 503, "unavailable"},
		"ours":           {inner, 500, "internal"},
		"too slow":       {fmt.Errorf("ask: %w", context.DeadlineExceeded), 503, "unavailable"},
		"ours, in words": {errs.Wrap(errs.Internal, inner, "wrong"), 500, "internal"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			status, e := describe(tt.err)
			if status != tt.status || string(e.Kind) != tt.kind || strings.Contains(e.Message, "10.0.0.1") {
				t.Errorf("%d %+v", status, e)
			}
		})
	}
}

func TestPanicsAreAnswered(t *testing.T) {
	b := setup(t, func(d *Deps) { d.Working = func() error { panic("a mistake") } })
	c := b.anybody()
	e := failure(c.get("/readyz", 500))
	if e.Text("message") != "internal error" {
		t.Errorf("%s", value.JSON(e))
	}
	if log := b.log.String(); strings.Count(log, "handler panicked") != 1 || !strings.Contains(log, e.Text("requestId")) || !strings.Contains(log, "a mistake") {
		t.Errorf("%s", log)
	}
	c.get("/healthz", 200)
}

func TestHealth(t *testing.T) {
	working := errors.New("they have not started")
	b := setup(t, func(d *Deps) { d.Working = func() error { return working } })
	c := b.anybody()
	if got := c.get("/healthz", 200); got.Text("status") != "ok" {
		t.Errorf("%s", value.JSON(got))
	}
	if e := failure(c.get("/readyz", 503)); !strings.Contains(e.Text("message"), "workers") || strings.Contains(e.Text("message"), "started") {
		t.Errorf("%s", value.JSON(e))
	}
	if log := b.log.String(); strings.Count(log, "request failed") != 1 || !strings.Contains(log, "they have not started") {
		t.Errorf("%s", log)
	}
	working = nil
	if got := c.get("/readyz", 200); got.Text("workers") != "ok" || got.Text("database") != "ok" {
		t.Errorf("%s", value.JSON(got))
	}
	full := errs.New(errs.Unavailable, "the disk is full")
	if err := b.db.Write(t.Context(), func(*store.Tx) error { return full }); !errors.Is(err, full) {
		t.Fatal(err)
	}
	if e := failure(c.get("/readyz", 503)); !strings.Contains(e.Text("message"), "could not take what was written") {
		t.Errorf("%s", value.JSON(e))
	}
}

func TestMetrics(t *testing.T) {
	b := setup(t)
	c := b.admin()
	f := b.fill(b.acme, "ada@acme.example")
	b.run(b.acme, flow.Run{Flow: f.flow, Version: 1, Cause: flow.OnEvent, SaveData: true, State: flow.Waiting})
	b.deps.Metrics.Accepted("hook", 3)
	b.deps.Metrics.RunChanged(flow.Succeeded)
	c.get("/api/v1/flows", 200)
	c.get("/api/v1/flows/nope", 404)
	resp, raw := c.send(http.MethodGet, "/metrics", "", nil)
	for _, line := range []string{
		`sallyport_http_requests_total{route="GET /api/v1/flows",status="200"} 1`, `sallyport_http_requests_total{route="GET /api/v1/flows/{id}",status="404"} 1`,
		`sallyport_events_accepted_total{via="hook"} 3`, `sallyport_run_changes_total{state="succeeded"} 1`, `sallyport_runs_open{state="waiting"} 1`, `sallyport_runs_open{state="queued"} 0`,
		`sallyport_http_request_seconds_count{route="GET /api/v1/flows"} 1`,
	} {
		if !strings.Contains(string(raw), line+"\n") {
			t.Errorf("%s is missing in\n%s", line, raw)
		}
	}
	if resp.StatusCode != 200 {
		t.Errorf("%d", resp.StatusCode)
	}
	c.header.Set("X-Forwarded-For", "198.51.100.7")
	if resp, _ := c.send(http.MethodGet, "/metrics", "", nil); resp.StatusCode != 403 {
		t.Errorf("for others, through a proxy here: %d", resp.StatusCode)
	}
	b = setup(t, func(d *Deps) { d.MetricsToken = secret.NewText("scrape-me") })
	for token, want := range map[string]int{"": 403, "wrong": 403, "scrape-me": 200} {
		c := b.anybody()
		c.bearer = token
		if resp, _ := c.send(http.MethodGet, "/metrics", "", nil); resp.StatusCode != want {
			t.Errorf("with the token %q: %d, want %d", token, resp.StatusCode, want)
		}
	}
}

func TestSecure(t *testing.T) {
	rec := &headerOnly{h: http.Header{}}
	Secure("http://localhost", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })).ServeHTTP(rec, &http.Request{})
	policy := rec.h.Get("Content-Security-Policy")
	if strings.Contains(policy, "unsafe") || !strings.Contains(policy, "default-src 'self'") || !strings.Contains(policy, "frame-ancestors 'none'") || rec.h.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%v", rec.h)
	}
}

type headerOnly struct{ h http.Header }

func (h *headerOnly) Header() http.Header         { return h.h }
func (h *headerOnly) Write(p []byte) (int, error) { return len(p), nil }
func (h *headerOnly) WriteHeader(int)             {}

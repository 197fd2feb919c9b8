package okta_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"sallyport/sandbox/okta"
	"sallyport/sandbox/okta/eventhook"
)

// ask calls an org without a socket, as its super admin.
func ask(t *testing.T, org *okta.Org, method, path, body string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Authorization", "SSWS "+org.AdminToken())
	r.Header.Set("Content-Type", "application/json")
	rec := httptest.NewRecorder()
	org.ServeHTTP(rec, r)
	return rec
}

// poll reads a page of the log, appends the ids of its events, and returns
// the path of the next.
func poll(t *testing.T, org *okta.Org, path string, order *[]string) string {
	t.Helper()
	rec := ask(t, org, "GET", path, "")
	r := reply{t, rec.Code, rec.Header(), rec.Body.Bytes()}.want(200)
	*order = append(*order, uuids(r.list())...)
	return r.next()
}

// endpoint plays the server behind an event hook. It answers verifications,
// and deliveries as told.
type endpoint struct {
	mu         sync.Mutex
	deliveries []object
	headers    []http.Header
	times      []time.Time
	answers    []func() (int, error) // of the deliveries, in order; 204 after them
}

// RoundTrip makes the endpoint a transport, for tests with a clock of their
// own.
func (e *endpoint) RoundTrip(r *http.Request) (*http.Response, error) {
	rec := httptest.NewRecorder()
	if r.Method == http.MethodGet {
		_ = json.NewEncoder(rec).Encode(map[string]string{"verification": r.Header.Get("X-Okta-Verification-Challenge")})
		return rec.Result(), nil
	}
	var body object
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		return nil, err
	}
	e.mu.Lock()
	e.deliveries, e.headers, e.times = append(e.deliveries, body), append(e.headers, r.Header), append(e.times, time.Now())
	var answer func() (int, error)
	if len(e.answers) > 0 {
		answer, e.answers = e.answers[0], e.answers[1:]
	}
	e.mu.Unlock()
	if answer == nil {
		rec.WriteHeader(http.StatusNoContent)
		return rec.Result(), nil
	}
	status, err := answer()
	if err != nil {
		return nil, err
	}
	if status == 0 { // never answers
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	rec.WriteHeader(status)
	return rec.Result(), nil
}

func (e *endpoint) taken() []object {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.deliveries)
}

// hookBody is a request that makes a hook.
func hookBody(uri string, types ...string) object {
	return object{
		"name": "Watch", "events": object{"type": "EVENT_TYPE", "items": types},
		"channel": object{"type": "HTTP", "version": "1.0.0", "config": object{
			"uri": uri, "headers": []any{object{"key": "X-Team", "value": "red"}}, "authScheme": object{"type": "HEADER", "key": "Authorization", "value": "s3cret"},
		}},
	}
}

func TestHookLifecycle(t *testing.T) {
	x := serve(t)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "s3cret" || r.Header.Get("X-Team") != "red" {
			t.Errorf("headers %v", r.Header)
		}
		_ = json.NewEncoder(w).Encode(map[string]string{"verification": r.Header.Get("X-Okta-Verification-Challenge")})
	}))
	defer srv.Close()
	var h object
	types, _ := x.events(func() { h = x.post("/api/v1/eventHooks", hookBody(srv.URL, "user.session.start")).want(200).object() })
	if diff := cmp.Diff([]string{"event_hook.created"}, types); diff != "" {
		t.Error(diff)
	}
	if h["status"] != "ACTIVE" || h["verificationStatus"] != "UNVERIFIED" || at(h, "channel", "config", "method") != "POST" {
		t.Errorf("hook %v", h)
	}
	path := "/api/v1/eventHooks/" + str(h, "id")
	types, _ = x.events(func() { h = x.post(path+"/lifecycle/verify", nil).want(200).object() })
	if diff := cmp.Diff([]string{"event_hook.verified"}, types); diff != "" || h["verificationStatus"] != "VERIFIED" {
		t.Errorf("%s %v", diff, h["verificationStatus"])
	}
	if strings.Contains(string(x.get(path).want(200).body), "s3cret") {
		t.Error("the secret is shown")
	}
	same := hookBody(srv.URL, "user.session.start", "user.session.end")
	if h = x.put(path, same).want(200).object(); h["verificationStatus"] != "VERIFIED" {
		t.Error("other event types ask for another verification")
	}
	if h = x.put(path, hookBody(srv.URL+"/other", "user.session.start")).want(200).object(); h["verificationStatus"] != "UNVERIFIED" {
		t.Error("another channel needs no verification")
	}
	if n := len(x.get("/api/v1/eventHooks").want(200).list()); n != 1 {
		t.Errorf("%d hooks", n)
	}
	x.del(path).fails(400, "E0000001")
	types, _ = x.events(func() { h = x.post(path+"/lifecycle/deactivate", nil).want(200).object() })
	if diff := cmp.Diff([]string{"event_hook.deactivated"}, types); diff != "" || h["status"] != "INACTIVE" || at(h, "_links", "delete") == nil {
		t.Errorf("%s %v", diff, h)
	}
	if h = x.post(path+"/lifecycle/activate", nil).want(200).object(); h["status"] != "ACTIVE" {
		t.Errorf("status %v", h["status"])
	}
	off := hookBody(srv.URL, "user.session.start")
	off["status"] = "INACTIVE"
	types, _ = x.events(func() { h = x.put(path, off).want(200).object() })
	if diff := cmp.Diff([]string{"event_hook.updated", "event_hook.deactivated"}, types); diff != "" || h["status"] != "INACTIVE" {
		t.Errorf("%s %v", diff, h["status"])
	}
	x.del(path).want(204)
	if e := x.get(path).fails(404, "E0000007"); !strings.HasSuffix(str(e, "errorSummary"), "(Webhook)") {
		t.Error(e["errorSummary"])
	}
}

func TestHookRefuses(t *testing.T) {
	x := serve(t)
	without := func(name string) object {
		b := hookBody("https://hook.example", "user.session.start")
		delete(b, name)
		return b
	}
	for name, body := range map[string]object{
		"no name":              without("name"),
		"no events":            without("events"),
		"no channel":           without("channel"),
		"an ineligible type":   hookBody("https://hook.example", "policy.evaluate_sign_on"),
		"an unknown type":      hookBody("https://hook.example", "user.session"),
		"http elsewhere":       hookBody("http://hook.example", "user.session.start"),
		"no absolute URL":      hookBody("/hook", "user.session.start"),
		"more than 300 events": hookBody("https://hook.example", slices.Repeat([]string{"user.session.start"}, 301)...),
	} {
		t.Run(name, func(t *testing.T) {
			x.in(t).post("/api/v1/eventHooks", body).fails(400, "E0000001")
		})
	}
	strict := serve(t, func(o *okta.Options) { o.HTTPSOnly = true })
	strict.post("/api/v1/eventHooks", hookBody("http://127.0.0.1:9", "user.session.start")).fails(400, "E0000001")
	for range 25 {
		x.post("/api/v1/eventHooks", hookBody("https://hook.example", "user.session.start")).want(200)
	}
	x.post("/api/v1/eventHooks", hookBody("https://hook.example", "user.session.start")).fails(400, "E0000001")
}

func TestVerificationFails(t *testing.T) {
	x := serve(t)
	for name, answer := range map[string]func(w http.ResponseWriter){
		"another challenge": func(w http.ResponseWriter) { _, _ = io.WriteString(w, `{"verification":"no"}`) },
		"no JSON":           func(w http.ResponseWriter) { _, _ = io.WriteString(w, `hello`) },
		"not found":         func(w http.ResponseWriter) { w.WriteHeader(http.StatusNotFound) },
		"server error":      func(w http.ResponseWriter) { w.WriteHeader(http.StatusInternalServerError) },
		"redirect":          func(w http.ResponseWriter) { w.Header().Set("Location", "/x"); w.WriteHeader(http.StatusFound) },
	} {
		t.Run(name, func(t *testing.T) {
			x := x.in(t)
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { answer(w) }))
			defer srv.Close()
			path := "/api/v1/eventHooks/" + str(x.post("/api/v1/eventHooks", hookBody(srv.URL, "user.session.start")).want(200).object(), "id")
			_, events := x.events(func() { x.post(path+"/lifecycle/verify", nil).fails(400, "E0000001") })
			if len(events) != 1 || str(events[0], "outcome", "result") != "FAILURE" {
				t.Errorf("events %v", events)
			}
			if h := x.get(path).want(200).object(); h["verificationStatus"] != "UNVERIFIED" {
				t.Errorf("hook is %v", h["verificationStatus"])
			}
		})
	}
}

// TestDelivery goes over real sockets, from a change to the endpoint.
func TestDelivery(t *testing.T) {
	x := serve(t)
	got := make(chan object, 10)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			_ = json.NewEncoder(w).Encode(map[string]string{"verification": r.Header.Get("X-Okta-Verification-Challenge")})
			return
		}
		if r.Header.Get("Authorization") != "s3cret" || r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("headers %v", r.Header)
		}
		var body object
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			t.Error(err)
		}
		got <- body
	}))
	defer srv.Close()
	h := x.post("/api/v1/eventHooks", hookBody(srv.URL, "user.lifecycle.create", "user.lifecycle.activate", "user.lifecycle.suspend")).want(200).object()
	id := x.person("before") // not verified yet
	x.post("/api/v1/eventHooks/"+str(h, "id")+"/lifecycle/verify", nil).want(200)
	x.post("/api/v1/users/"+id+"/lifecycle/suspend", nil).want(200)
	d := <-got
	if d["eventType"] != "com.okta.event_hook" || d["cloudEventsVersion"] != "0.1" || d["source"] != x.url+"/api/v1/eventHooks/"+str(h, "id") || str(d, "eventId") == "" {
		t.Errorf("envelope %v", d)
	}
	e := at(d, "data", "events", "0").(object)
	if e["eventType"] != "user.lifecycle.suspend" || str(e, "debugContext", "debugData", "targetEventHookIds") != str(h, "id") || e["request"] != nil {
		t.Errorf("event %v", e)
	}
	if at(e, "client", "ipChain") == nil {
		t.Error("client has no chain of addresses")
	}
	x.person("ann")
	d = <-got
	if n := len(at(d, "data", "events").([]any)); n != 2 {
		t.Errorf("%d events in the batch", n)
	}
}

// deliveries runs a test with an org, a verified hook and an endpoint under a
// clock of its own.
func deliveries(t *testing.T, answers []func() (int, error), test func(t *testing.T, org *okta.Org, e *endpoint)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		e := &endpoint{answers: answers}
		org, err := okta.New(okta.Options{HTTP: &http.Client{Transport: e}})
		if err != nil {
			t.Fatal(err)
		}
		defer org.Close()
		b, err := json.Marshal(hookBody("https://hook.example/in", "user.session.start", "user.session.end"))
		if err != nil {
			t.Fatal(err)
		}
		rec := ask(t, org, "POST", "/api/v1/eventHooks", string(b))
		h := reply{t, rec.Code, rec.Header(), rec.Body.Bytes()}.want(200).object()
		if rec := ask(t, org, "POST", "/api/v1/eventHooks/"+str(h, "id")+"/lifecycle/verify", ""); rec.Code != 200 {
			t.Fatal(rec.Body)
		}
		test(t, org, e)
	})
}

func status(n int) func() (int, error) { return func() (int, error) { return n, nil } }

func TestRetries(t *testing.T) {
	tests := map[string]struct {
		answers []func() (int, error)
		posts   int
		failure string // reason of the event_hook.delivery event, empty for none
	}{
		"success":              {nil, 1, ""},
		"server error":         {[]func() (int, error){status(500)}, 2, ""},
		"two server errors":    {[]func() (int, error){status(503), status(500)}, 2, "HTTP 500"},
		"not found":            {[]func() (int, error){status(404)}, 1, "HTTP 404"},
		"redirect":             {[]func() (int, error){status(302)}, 1, "HTTP 302"},
		"no answer":            {[]func() (int, error){status(0)}, 2, ""},
		"no answer, twice":     {[]func() (int, error){status(0), status(0)}, 2, "timeout"},
		"nobody there":         {[]func() (int, error){func() (int, error) { return 0, &url.Error{Op: "dial", Err: io.ErrUnexpectedEOF} }}, 1, "reach the endpoint"},
		"success with content": {[]func() (int, error){status(200)}, 1, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			deliveries(t, tt.answers, func(t *testing.T, org *okta.Org, e *endpoint) {
				next := poll(t, org, "/api/v1/logs?since="+time.Now().Add(time.Second).UTC().Format(time.RFC3339), &[]string{})
				time.Sleep(2 * time.Second)
				began := time.Now()
				org.Emit(okta.Event{Type: "user.session.start"})
				time.Sleep(time.Minute)
				synctest.Wait()
				got := e.taken()
				if len(got) != tt.posts {
					t.Fatalf("%d posts, want %d", len(got), tt.posts)
				}
				if tt.posts == 2 && got[0]["eventId"] != got[1]["eventId"] {
					t.Error("the retry has another eventId")
				}
				if took := e.times[len(e.times)-1].Sub(began); took > 5*time.Second {
					t.Errorf("the last post came after %v", took)
				}
				rec := ask(t, org, "GET", next, "")
				var reasons []string
				for _, x := range (reply{t, rec.Code, rec.Header(), rec.Body.Bytes()}).want(200).list() {
					if x["eventType"] == "event_hook.delivery" {
						reasons = append(reasons, str(x, "outcome", "reason"))
					}
				}
				if (tt.failure == "") != (len(reasons) == 0) || tt.failure != "" && !strings.Contains(reasons[0], tt.failure) {
					t.Errorf("failures %q, want %q", reasons, tt.failure)
				}
			})
		})
	}
}

func TestBatches(t *testing.T) {
	deliveries(t, nil, func(t *testing.T, org *okta.Org, e *endpoint) {
		for range 250 {
			org.Emit(okta.Event{Type: "user.session.start"})
		}
		org.Emit(okta.Event{Type: "user.session.clear"}) // not asked for
		time.Sleep(time.Second)
		synctest.Wait()
		var sizes []int
		for _, d := range e.taken() {
			sizes = append(sizes, len(at(d, "data", "events").([]any)))
		}
		slices.Sort(sizes) // unordered, as deliveries are
		if diff := cmp.Diff([]int{50, 100, 100}, sizes); diff != "" {
			t.Error(diff)
		}
	})
}

func TestHookFaults(t *testing.T) {
	tests := map[string]struct {
		faults eventhook.Faults
		want   []string // names of the events in each post
		after  time.Duration
	}{
		"none":       {eventhook.Faults{}, []string{"a b"}, 0},
		"duplicated": {eventhook.Faults{Duplicate: true}, []string{"a b", "a b"}, 0},
		"reordered":  {eventhook.Faults{Reorder: true}, []string{"b a"}, 0},
		"disabled":   {eventhook.Faults{Disabled: true}, nil, 0},
		"delayed":    {eventhook.Faults{Delay: 30 * time.Second}, []string{"a b"}, 30 * time.Second},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			deliveries(t, nil, func(t *testing.T, org *okta.Org, e *endpoint) {
				org.SetHookFaults(tt.faults)
				began := time.Now()
				for _, name := range []string{"a", "b"} {
					org.Emit(okta.Event{Type: "user.session.start", DebugData: map[string]any{"name": name}})
				}
				time.Sleep(time.Minute)
				synctest.Wait()
				var got []string
				for _, d := range e.taken() {
					var names []string
					for _, x := range at(d, "data", "events").([]any) {
						names = append(names, str(x.(object), "debugContext", "debugData", "name"))
					}
					got = append(got, strings.Join(names, " "))
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Error(diff)
				}
				if len(e.times) > 0 && e.times[0].Sub(began) < tt.after {
					t.Errorf("came after %v", e.times[0].Sub(began))
				}
				if tt.faults.Duplicate && e.deliveries[0]["eventId"] != e.deliveries[1]["eventId"] {
					t.Error("duplicates have the same eventId")
				}
			})
		})
	}
}

// TestCloseWhileDelivering ends an org while an endpoint keeps it waiting.
func TestCloseWhileDelivering(t *testing.T) {
	deliveries(t, []func() (int, error){status(0)}, func(t *testing.T, org *okta.Org, e *endpoint) {
		org.Emit(okta.Event{Type: "user.session.start"})
		time.Sleep(time.Second)
		org.Close()
		org.Emit(okta.Event{Type: "user.session.start"})
		time.Sleep(time.Minute)
		if n := len(e.taken()); n != 1 {
			t.Errorf("%d posts", n)
		}
	})
}

package eventhook_test

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"sallyport/sandbox/okta/eventhook"
	"sallyport/sandbox/okta/systemlog"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// wire is a sender whose waits are noted instead of waited for.
type wire struct {
	*eventhook.Sender
	failed chan error

	mu    sync.Mutex
	waits []time.Duration
	held  []func() // set off by release
	hold  bool
}

func sender(t *testing.T) *wire {
	t.Helper()
	w := &wire{failed: make(chan error, 10)}
	transport := &http.Transport{}
	w.Sender = eventhook.New(eventhook.Options{
		HTTP: &http.Client{Transport: transport},
		Now:  func() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) },
		After: func(d time.Duration, f func()) func() bool {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.waits = append(w.waits, d)
			if w.hold {
				w.held = append(w.held, f)
				return func() bool { return true }
			}
			return time.AfterFunc(0, f).Stop
		},
		NewID:  func() string { return "11111111-2222-4333-8444-555555555555" },
		Log:    slog.New(slog.DiscardHandler),
		Failed: func(_ eventhook.Endpoint, err error) { w.failed <- err },
	})
	t.Cleanup(func() {
		w.Close()
		transport.CloseIdleConnections()
	})
	return w
}

// release sets off what waits.
func (w *wire) release() {
	w.mu.Lock()
	held := w.held
	w.held, w.hold = nil, false
	w.mu.Unlock()
	for _, f := range held {
		f()
	}
}

// post is a delivery that arrived.
type post struct {
	header http.Header
	body   struct {
		EventType, Source, EventID, EventTime string
		Data                                  struct{ Events []struct{ UUID string } }
	}
}

// listen serves an endpoint that answers with the statuses given, then 204.
func listen(t *testing.T, statuses ...int) (string, chan post) {
	t.Helper()
	got := make(chan post, 10)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p := post{header: r.Header}
		if err := json.NewDecoder(r.Body).Decode(&p.body); err != nil {
			t.Error(err)
		}
		status := http.StatusNoContent
		if len(statuses) > 0 {
			status, statuses = statuses[0], statuses[1:]
		}
		w.WriteHeader(status)
		got <- p
	}))
	t.Cleanup(srv.Close)
	return srv.URL, got
}

func event(uuid string) *systemlog.Event {
	return &systemlog.Event{UUID: uuid, EventType: "user.session.start"}
}

func uuids(p post) []string {
	var out []string
	for _, e := range p.body.Data.Events {
		out = append(out, e.UUID)
	}
	return out
}

func TestSendsEventsTogether(t *testing.T) {
	w := sender(t)
	url, got := listen(t)
	to := eventhook.Endpoint{HookID: "who1", Source: "https://acme.okta.example/api/v1/eventHooks/who1", URI: url, Headers: [][2]string{{"Authorization", "s3cret"}}}
	w.hold = true
	w.Send(to, event("a"))
	w.Send(to, event("b"))
	w.release()
	p := <-got
	if diff := cmp.Diff([]string{"a", "b"}, uuids(p)); diff != "" {
		t.Error(diff)
	}
	if p.header.Get("Authorization") != "s3cret" || p.header.Get("Content-Type") != "application/json" {
		t.Errorf("headers %v", p.header)
	}
	if p.body.EventType != "com.okta.event_hook" || p.body.Source != to.Source || p.body.EventTime != "2026-03-01T12:00:00.000Z" || p.body.EventID == "" {
		t.Errorf("envelope %+v", p.body)
	}
	if diff := cmp.Diff([]time.Duration{100 * time.Millisecond}, w.waits); diff != "" {
		t.Error(diff)
	}
}

func TestTriesOnceMore(t *testing.T) {
	for name, tt := range map[string]struct {
		statuses []int
		posts    int
		says     string
	}{
		"after a server error":           {[]int{503}, 2, ""},
		"never twice":                    {[]int{500, 502}, 2, "HTTP 502"},
		"not after a refusal":            {[]int{400}, 1, "HTTP 400"},
		"not after being sent elsewhere": {[]int{302}, 1, "HTTP 302"},
	} {
		t.Run(name, func(t *testing.T) {
			w := sender(t)
			url, got := listen(t, tt.statuses...)
			w.Send(eventhook.Endpoint{HookID: "who1", URI: url}, event("a"))
			for range tt.posts {
				<-got
			}
			if tt.says != "" {
				if err := <-w.failed; !strings.Contains(err.Error(), tt.says) {
					t.Error(err)
				}
			}
			w.Close()
			if len(got) > 0 || len(w.failed) > 0 {
				t.Errorf("%d posts and %d failures more", len(got), len(w.failed))
			}
		})
	}
}

func TestFaults(t *testing.T) {
	for name, tt := range map[string]struct {
		faults eventhook.Faults
		want   [][]string
		wait   time.Duration
	}{
		"none":      {eventhook.Faults{}, [][]string{{"a", "b"}}, 100 * time.Millisecond},
		"duplicate": {eventhook.Faults{Duplicate: true}, [][]string{{"a", "b"}, {"a", "b"}}, 100 * time.Millisecond},
		"reorder":   {eventhook.Faults{Reorder: true}, [][]string{{"b", "a"}}, 100 * time.Millisecond},
		"delay":     {eventhook.Faults{Delay: time.Hour}, [][]string{{"a", "b"}}, time.Hour + 100*time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			w := sender(t)
			w.SetFaults(tt.faults)
			url, got := listen(t)
			w.hold = true
			for _, id := range []string{"a", "b"} {
				w.Send(eventhook.Endpoint{HookID: "who1", URI: url}, event(id))
			}
			w.release()
			for _, want := range tt.want {
				if diff := cmp.Diff(want, uuids(<-got)); diff != "" {
					t.Error(diff)
				}
			}
			if w.waits[0] != tt.wait {
				t.Errorf("waited %v", w.waits[0])
			}
		})
	}
}

func TestSendsNothing(t *testing.T) {
	w := sender(t)
	url, got := listen(t)
	w.SetFaults(eventhook.Faults{Disabled: true})
	w.Send(eventhook.Endpoint{HookID: "who1", URI: url}, event("lost"))
	w.SetFaults(eventhook.Faults{})
	w.hold = true
	w.Send(eventhook.Endpoint{HookID: "who1", URI: url}, event("a"))
	w.Close()
	w.release()
	w.Send(eventhook.Endpoint{HookID: "who1", URI: url}, event("b"))
	if len(got) > 0 || len(w.waits) != 1 {
		t.Errorf("%d posts, waits %v", len(got), w.waits)
	}
}

func TestVerify(t *testing.T) {
	echo := func(w http.ResponseWriter, r *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]string{"verification": r.Header.Get("X-Okta-Verification-Challenge")})
	}
	text := func(s string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, s) }
	}
	calls := 0
	for name, tt := range map[string]struct {
		endpoint http.HandlerFunc
		says     string
	}{
		"the challenge given back": {echo, ""},
		"after one server error": {func(w http.ResponseWriter, r *http.Request) {
			if calls++; calls == 1 {
				w.WriteHeader(http.StatusBadGateway)
				return
			}
			echo(w, r)
		}, ""},
		"another challenge": {text(`{"verification":"x"}`), "does not hold the challenge"},
		"no JSON":           {text("hello"), "read the verification answer"},
		"refused":           {http.NotFound, "HTTP 404"},
		"always down":       {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }, "HTTP 503"},
	} {
		t.Run(name, func(t *testing.T) {
			srv := httptest.NewServer(tt.endpoint)
			defer srv.Close()
			err := sender(t).Verify(t.Context(), eventhook.Endpoint{HookID: "who1", URI: srv.URL})
			if tt.says == "" && err != nil || tt.says != "" && (err == nil || !strings.Contains(err.Error(), tt.says)) {
				t.Error(err)
			}
		})
	}
}

package relay

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"sallyport/internal/live"
	"sallyport/internal/quota"
)

// wire is a bus within one process: everybody hears everything.
type wire struct {
	mu   sync.Mutex
	ears []chan string
}

func (w *wire) Send(_ context.Context, texts []string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, text := range texts {
		if len(text) > 600 {
			return fmt.Errorf("a text of %d bytes", len(text))
		}
		for _, ear := range w.ears {
			ear <- text
		}
	}
	return nil
}

func (w *wire) Hear(ctx context.Context, joined func(), heard func(string)) {
	ear := make(chan string, 1000)
	w.mu.Lock()
	w.ears = append(w.ears, ear)
	w.mu.Unlock()
	joined()
	for {
		select {
		case text := <-ear:
			heard(text)
		case <-ctx.Done():
			return
		}
	}
}

// server is what a relay joins with others.
type server struct {
	hub   *live.Hub
	quota *quota.Registry
	told  *live.Subscription // of the organization o
}

func serve(t *testing.T, w *wire, name string) *server {
	t.Helper()
	s := &server{hub: &live.Hub{}, quota: quota.NewRegistry(quota.Options{})}
	r := &Relay{Self: name, Bus: w, Hub: s.hub, Quota: s.quota, Most: 500, Log: slog.New(slog.NewTextHandler(t.Output(), nil))}
	s.hub.Pass = r.Tell
	s.told = s.hub.Subscribe(t.Context(), "o")
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan bool)
	go func() {
		r.Run(ctx)
		close(done)
	}()
	t.Cleanup(func() { cancel(); <-done })
	if m := s.next(t); m.Topic != live.Lost { // it listens from now on
		t.Fatalf("a server that joins hears %+v", m)
	}
	return s
}

func (s *server) next(t *testing.T) live.Message {
	t.Helper()
	for {
		select {
		case <-s.told.Ready():
		case <-time.After(10 * time.Second):
			t.Fatal("nothing is heard")
		}
		ms, err := s.told.Next()
		if err != nil {
			t.Fatal(err)
		}
		if len(ms) > 0 {
			return ms[0]
		}
	}
}

// What is published at one server is heard at another, once, and by its own
// organization alone.
func TestMessagesTravel(t *testing.T) {
	w := &wire{}
	a := serve(t, w, "a")
	b := serve(t, w, "b")
	// The other is known from its first word on, which is on its way.
	other := b.hub.Subscribe(t.Context(), "p")
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	go func() {
		for t.Context().Err() == nil {
			a.hub.Publish("o", live.Message{Topic: live.Run, ID: "r", Data: map[string]string{"state": "failed"}})
			select {
			case <-tick.C:
			case <-t.Context().Done():
			}
		}
	}()
	m := b.next(t)
	if raw, ok := m.Data.(json.RawMessage); m.Topic != live.Run || m.ID != "r" || !ok || string(raw) != `{"state":"failed"}` {
		t.Errorf("heard %+v", m)
	}
	if ms, _ := other.Next(); len(ms) > 0 {
		t.Errorf("another organization hears %+v", ms)
	}
}

// All servers together take no more of a peer's limit than one may.
func TestLimitsAreShared(t *testing.T) {
	w := &wire{}
	a, b := serve(t, w, "a"), serve(t, w, "b")
	of := func(s *server) *quota.Budget { return s.quota.Budget(quota.Key("host", "token"), quota.Okta(0.5)) }
	call := func(s *server) bool {
		p, err := of(s).Acquire(t.Context(), quota.Ask{Bucket: "/api/v1/users", Wait: -1})
		if err != nil {
			return false
		}
		p.Observe(200, http.Header{"X-Rate-Limit-Limit": {"40"}, "X-Rate-Limit-Remaining": {"39"}, "X-Rate-Limit-Reset": {fmt.Sprint(time.Now().Add(time.Minute).Unix())}, "Date": {time.Now().UTC().Format(http.TimeFormat)}})
		return true
	}
	if !call(b) { // it learns the limit
		t.Fatal("the first call is refused")
	}
	for n := range 15 {
		if !call(a) {
			t.Fatalf("call %d is refused", n)
		}
	}
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for began := time.Now(); others(b) != 15; <-tick.C {
		if time.Since(began) > 10*time.Second {
			t.Fatalf("the other is known to have called %d times, want 15", others(b))
		}
	}
	taken := 16
	for call(b) {
		taken++
	}
	if taken != 20 {
		t.Errorf("both took %d of 40, of which half is theirs", taken)
	}
}

func others(s *server) int {
	for _, u := range s.quota.Usage() {
		return u.Others
	}
	return 0
}

// What has no room in a letter goes in the next, and nothing is left behind.
func TestLettersAreShort(t *testing.T) {
	var ms []message
	for i := range 50 {
		ms = append(ms, message{Org: "o", Topic: live.Run, ID: strings.Repeat("x", i), Data: `{"state":"running"}`})
	}
	ms = append(ms, message{Org: "o", Topic: live.Alert, ID: "a", Data: `"` + strings.Repeat("y", 600) + `"`})
	got := 0
	for _, l := range split("me", ms, []quota.Share{{Budget: "b", Bucket: "k"}}, 500) {
		text, err := json.Marshal(l)
		if err != nil || len(text) > 500 {
			t.Errorf("a letter of %d bytes, %v", len(text), err)
		}
		got += len(l.Messages) + len(l.Usage)
	}
	if got != 52 {
		t.Errorf("%d of 52 are in the letters", got)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(`{"f":"a","m":[{"o":"o","t":"run","i":"r","d":"{\"state\":\"failed\"}"}],"q":[{"b":"h#1","k":"/api","u":3,"r":"2026-01-01T00:00:00Z"}]}`)
	f.Add(`{"f":"a","h":true}`)
	f.Fuzz(func(t *testing.T, text string) {
		l, err := read(text)
		if err != nil {
			return
		}
		for _, m := range l.Messages {
			if m.Data != "" && !json.Valid([]byte(m.Data)) {
				t.Errorf("%q is let through", m.Data)
			}
		}
	})
}

package source_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/okta"
	"sallyport/internal/source"
)

// memory is a store and sink of the simplest kind: it keeps what it is given.
type memory struct {
	mu      sync.Mutex
	source  source.Source
	batches []source.Batch
	notes   []string
	refuse  error
	got     chan source.Batch
	noted   chan string
}

func newMemory(s source.Source) *memory {
	return &memory{source: s, got: make(chan source.Batch, 100), noted: make(chan string, 100)}
}

func (m *memory) All(context.Context) ([]source.Source, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return []source.Source{m.source}, nil
}

func (m *memory) Get(ctx context.Context, _, id string) (source.Source, error) {
	return m.ByID(ctx, id)
}

func (m *memory) ByID(_ context.Context, id string) (source.Source, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if id != m.source.ID {
		return source.Source{}, errs.New(errs.NotFound, "there is no such source")
	}
	return m.source, nil
}

func (m *memory) Failed(_ context.Context, _, _, why string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.notes = append(m.notes, why)
	m.noted <- why
	return nil
}

func (m *memory) Accept(_ context.Context, b source.Batch) (source.Accepted, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.refuse != nil {
		return source.Accepted{}, m.refuse
	}
	m.batches = append(m.batches, b)
	m.got <- b
	return source.Accepted{New: len(b.Events)}, nil
}

func (m *memory) Hold(context.Context, string, string, time.Duration) (bool, error) { return true, nil }

func (m *memory) Release(context.Context, string, string) error { return nil }

func wait[T any](t *testing.T, c <-chan T) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(20 * time.Second):
		t.Fatal("nothing came within 20 s")
		panic("unreachable")
	}
}

// plain fetches without signing in.
type plain struct{ base string }

func (p plain) Fetch(ctx context.Context, target string) (okta.Answer, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.base+target, nil)
	if err != nil {
		return okta.Answer{}, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return okta.Answer{}, errs.Wrap(errs.Unavailable, err, "Okta does not answer")
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	return okta.Answer{Status: resp.StatusCode, Header: resp.Header, Body: body}, err
}

func event(uuid string) string {
	return fmt.Sprintf(`{"uuid":%q,"eventType":"t","published":"2026-01-02T03:04:05.678Z"}`, uuid)
}

// poll runs a poller against a peer until the test ends.
func poll(t *testing.T, m *memory, peer http.HandlerFunc) {
	t.Helper()
	srv := httptest.NewServer(peer)
	t.Cleanup(srv.Close)
	p := &source.Poller{
		Store: m, Leases: m, Sink: m, Fetcher: func(source.Source) okta.Fetcher { return plain{srv.URL} }, Holder: "me",
		Intervals: source.Intervals{Least: time.Millisecond, Most: 2 * time.Millisecond}, Now: time.Now, Log: slog.New(slog.DiscardHandler),
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		p.Run(ctx)
		close(done)
	}()
	t.Cleanup(func() {
		cancel()
		<-done
	})
}

func TestPollFollowsTheNextLink(t *testing.T) {
	m := newMemory(source.Source{ID: "s", Org: "o", Poll: true, StartAt: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)})
	poll(t, m, func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		switch q.Get("after") {
		case "":
			if q.Get("since") != "2026-01-01T00:00:00.000Z" || q.Get("until") != "" || q.Get("sortOrder") != "ASCENDING" || q.Get("limit") != "1000" {
				t.Errorf("first page asked for with %s", r.URL.RawQuery)
			}
			w.Header().Add("Link", `<https://elsewhere.example/api/v1/logs?after=none>; rel="self"`)
			w.Header().Add("Link", `<https://elsewhere.example/api/v1/logs?limit=1000&after=1>; rel="next"`)
			_, _ = io.WriteString(w, "["+event("a")+","+event("b")+"]")
		case "1":
			w.Header().Add("Link", `<https://elsewhere.example/api/v1/logs?limit=1000&after=2>; rel="next"`)
			_, _ = io.WriteString(w, `[{"uuid":"broken"},`+event("c")+"]")
		default:
			w.Header().Add("Link", `<https://elsewhere.example/api/v1/logs?limit=1000&after=2>; rel="next"`)
			_, _ = io.WriteString(w, "[]")
		}
	})
	if b := wait(t, m.got); len(b.Events) != 2 || b.Cursor != "/api/v1/logs?limit=1000&after=1" || b.Via != source.ViaPoll {
		t.Errorf("first batch = %+v", b)
	}
	if b := wait(t, m.got); len(b.Events) != 1 || b.Events[0].UUID != "c" || b.Cursor != "/api/v1/logs?limit=1000&after=2" {
		t.Errorf("second batch = %+v", b)
	}
	if note := wait(t, m.noted); !strings.Contains(note, "event 0 of the page") {
		t.Errorf("note = %q", note)
	}
	if b := wait(t, m.got); len(b.Events) != 0 {
		t.Errorf("third batch = %+v", b)
	}
}

// A full page says that the log goes on, and the next is read at once.
func TestPollSaysThatThereIsMore(t *testing.T) {
	m := newMemory(source.Source{ID: "s", Org: "o", Poll: true})
	poll(t, m, func(w http.ResponseWriter, r *http.Request) {
		after, n := 1, okta.PageSize
		if r.URL.Query().Get("after") == "1" {
			after, n = 2, 1
		}
		events := make([]string, n)
		for i := range events {
			events[i] = event(fmt.Sprint(after, "-", i))
		}
		w.Header().Add("Link", fmt.Sprintf(`<https://elsewhere.example/api/v1/logs?limit=1000&after=%d>; rel="next"`, after))
		_, _ = io.WriteString(w, "["+strings.Join(events, ",")+"]")
	})
	if b := wait(t, m.got); len(b.Events) != okta.PageSize || !b.More {
		t.Errorf("first batch: %d events, more %v", len(b.Events), b.More)
	}
	if b := wait(t, m.got); len(b.Events) != 1 || b.More {
		t.Errorf("second batch: %d events, more %v", len(b.Events), b.More)
	}
}

func TestPollGoesOnAfterTrouble(t *testing.T) {
	m := newMemory(source.Source{ID: "s", Org: "o", Poll: true, Cursor: "/api/v1/logs?after=old"})
	answers := []func(http.ResponseWriter, *http.Request){
		func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusInternalServerError)
			_, _ = io.WriteString(w, `{"errorCode":"E0000009","errorSummary":"Internal Server Error"}`)
		},
		func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `[{"uuid":`) },
		func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, `{"errorCode":"E0000031","errorSummary":"Invalid search criteria."}`)
		},
		func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Query().Get("since") == "" {
				t.Errorf("after a bad cursor asked for %s", r.URL)
			}
			w.Header().Add("Link", `</api/v1/logs?after=new>; rel="next"`)
			_, _ = io.WriteString(w, "["+event("a")+"]")
		},
	}
	var n int
	var mu sync.Mutex
	poll(t, m, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		i := min(n, len(answers)-1)
		n++
		if i < 3 && r.URL.Query().Get("after") != "old" {
			t.Errorf("request %d is for %s, not where it stood", i, r.URL)
		}
		answers[i](w, r)
	})
	for _, want := range []string{"E0000009", "no list of events", "E0000031"} {
		if note := wait(t, m.noted); !strings.Contains(note, want) {
			t.Errorf("note = %q, want one with %q", note, want)
		}
	}
	if b := wait(t, m.got); len(b.Events) != 1 || b.Cursor != "/api/v1/logs?after=new" {
		t.Errorf("batch = %+v", b)
	}
}

func TestPollTellsOfARefusedToken(t *testing.T) {
	m := newMemory(source.Source{ID: "s", Org: "o", Poll: true})
	poll(t, m, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = io.WriteString(w, `{"errorCode":"E0000011","errorSummary":"Invalid token provided"}`)
	})
	if note := wait(t, m.noted); !strings.Contains(note, "Invalid token provided") || !strings.Contains(note, "renew it") {
		t.Errorf("note = %q", note)
	}
}

// open is a seal that any key opens.
type open struct{}

func (open) Unseal(sealed, context []byte) ([]byte, error) {
	if string(context) != "source/hook/s" {
		return nil, fmt.Errorf("context %q", context)
	}
	return sealed, nil
}

func TestHook(t *testing.T) {
	delivery := `{"eventType":"com.okta.event_hook","eventId":"d","data":{"events":[` + event("a") + `,{"uuid":"broken"}]}}`
	tests := map[string]struct {
		method, path, auth, challenge, body string
		refuse                              error
		change                              func(*source.Source)
		status                              int
		events                              int
	}{
		"a delivery":     {auth: "s3cret", body: delivery, status: 204, events: 1},
		"a verification": {method: "GET", challenge: "xyz", status: 200},
		"no challenge":   {method: "GET", status: 400},
		"the secret before, in its time": {auth: "old", body: delivery, change: func(s *source.Source) {
			s.HookBefore = source.KeyOf("old")
			s.HookBefore.Until = time.Now().Add(time.Minute)
		}, status: 204, events: 1},
		"the secret before, after it": {auth: "old", body: delivery, change: func(s *source.Source) {
			s.HookBefore = source.KeyOf("old")
			s.HookBefore.Until = time.Now().Add(-time.Second)
		}, status: 401},
		"wrong secret":       {auth: "s3cre", body: delivery, status: 401},
		"no secret":          {body: delivery, status: 401},
		"no JSON":            {auth: "s3cret", body: `{`, status: 400},
		"no hook's body":     {auth: "s3cret", body: `{"eventType":"x"}`, status: 400},
		"too large":          {auth: "s3cret", body: strings.Repeat(" ", 8<<20+1), status: 413},
		"not stored":         {auth: "s3cret", body: delivery, refuse: errors.New("disk"), status: 503},
		"other source":       {path: "/hooks/okta/t", auth: "s3cret", body: delivery, status: 404},
		"hook is off":        {auth: "s3cret", body: delivery, change: func(s *source.Source) { s.Hook = false }, status: 404},
		"source is off":      {auth: "s3cret", body: delivery, change: func(s *source.Source) { s.Enabled = false }, status: 404},
		"without any secret": {auth: "", body: delivery, change: func(s *source.Source) { s.HookSecret = nil }, status: 401},
		"other method":       {method: "PUT", auth: "s3cret", body: delivery, status: 405},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			m := newMemory(source.Source{ID: "s", Org: "o", Hook: true, Enabled: true, HookSecret: []byte("s3cret")})
			m.refuse = tt.refuse
			if tt.change != nil {
				tt.change(&m.source)
			}
			mux := http.NewServeMux()
			mux.Handle("/hooks/okta/{source}", &source.Hooks{Store: m, Sink: m, Keys: open{}, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
			method, path := tt.method, tt.path
			if method == "" {
				method = "POST"
			}
			if path == "" {
				path = "/hooks/okta/s"
			}
			req := httptest.NewRequest(method, path, strings.NewReader(tt.body))
			req.Header.Set("Authorization", tt.auth)
			req.Header.Set("x-okta-verification-challenge", tt.challenge)
			w := httptest.NewRecorder()
			mux.ServeHTTP(w, req)
			if w.Code != tt.status {
				t.Errorf("status %d %s, want %d", w.Code, w.Body, tt.status)
			}
			if tt.challenge != "" && strings.TrimSpace(w.Body.String()) != `{"verification":"xyz"}` {
				t.Errorf("verification answered with %s", w.Body)
			}
			n := 0
			for _, b := range m.batches {
				n += len(b.Events)
			}
			if n != tt.events {
				t.Errorf("%d events accepted, want %d", n, tt.events)
			}
		})
	}
}

// A delivery that comes drop by drop is not waited for longer than Okta would.
func TestHookThatTrickles(t *testing.T) {
	t.Parallel()
	m := newMemory(source.Source{ID: "s", Org: "o", Hook: true, Enabled: true, HookSecret: []byte("s3cret")})
	mux := http.NewServeMux()
	mux.Handle("/hooks/okta/{source}", &source.Hooks{Store: m, Sink: m, Keys: open{}, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	body, drip := io.Pipe()
	defer func() { _ = drip.Close() }()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, srv.URL+"/hooks/okta/s", body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "s3cret")
	go func() { // one byte, and then none
		_, _ = drip.Write([]byte(" "))
	}()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusBadRequest {
		t.Errorf("status %d", resp.StatusCode)
	}
}

func TestImport(t *testing.T) {
	var file strings.Builder
	for i := range 2500 {
		file.WriteString(event(fmt.Sprint(i)) + "\n")
		if i == 1200 {
			file.WriteString("{oops\n")
		}
	}
	m := newMemory(source.Source{})
	var bad []string
	steps := 0
	im := source.Importer{Sink: m, Org: "o", Source: "s", Bad: func(err error) { bad = append(bad, err.Error()) }, Progress: func(source.Imported) { steps++ }}
	got, err := im.Import(t.Context(), strings.NewReader(file.String()))
	if err != nil || got != (source.Imported{Read: 2500, New: 2500, Bad: 1}) || steps != 2 {
		t.Errorf("imported %+v in %d steps, %v", got, steps, err)
	}
	if len(bad) != 1 || !strings.Contains(bad[0], "line 1202") {
		t.Errorf("bad = %v", bad)
	}
	m.refuse = errors.New("disk full")
	if _, err := im.Import(t.Context(), strings.NewReader(file.String())); err == nil || !strings.Contains(err.Error(), "disk full") {
		t.Errorf("with a sink that refuses: %v", err)
	}
}

// What cannot be read ends an import, and not what was read before it.
func TestImportEndsAfterWhatWasRead(t *testing.T) {
	for range 20 {
		m := newMemory(source.Source{})
		im := source.Importer{Sink: m, Org: "o", Source: "s", Bad: func(error) {}, Progress: func(source.Imported) {}}
		got, err := im.Import(t.Context(), strings.NewReader("["+event("1")+", {torn"))
		if err == nil || got.Read != 1 || got.New != 1 {
			t.Fatalf("imported %+v, %v", got, err)
		}
	}
}

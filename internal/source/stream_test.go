package source_test

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/source"
)

const token = "3f1c2a9e-7d44-4b0a-9c51-0f6e8f0f2b11"

// ByToken plays the lookup by a token's key.
func (m *memory) ByToken(_ context.Context, k source.Key) (source.Source, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, of := range []source.Key{m.source.Token, m.source.TokenOld} {
		if bytes.Equal(of.Sum, k.Sum) && of.Sum != nil {
			return m.source, nil
		}
	}
	return source.Source{}, errs.New(errs.NotFound, "there is no such source")
}

func packed(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func enveloped(uuid string) string {
	return `{"time":1767323045.678,"host":"acme.okta.com","source":"Okta","sourcetype":"OktaIM2:log","event":` + event(uuid) + `}`
}

// streamCase is a request of a log stream, and what comes of it.
type streamCase struct {
	method, path, auth, coding, body string
	change                           func(*memory)
	status                           int
	answer                           string
	events                           int
}

// send makes the request, and returns status and body of the answer.
func (c streamCase) send(t *testing.T, url string) (int, string) {
	t.Helper()
	body := c.body
	if plain, ok := strings.CutPrefix(body, "gz:"); ok {
		body = packed(t, plain)
	}
	req, err := http.NewRequestWithContext(t.Context(), cmp.Or(c.method, http.MethodPost), url+cmp.Or(c.path, "/services/collector/event"), strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if c.auth != "-" {
		req.Header.Set("Authorization", cmp.Or(c.auth, "Splunk "+token))
	}
	if c.coding != "" {
		req.Header.Set("Content-Encoding", c.coding)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	got, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, strings.TrimSpace(string(got))
}

func TestStream(t *testing.T) {
	tests := map[string]streamCase{
		"one event":                       {body: enveloped("a"), status: 200, answer: `{"text":"Success","code":0}`, events: 1},
		"by the shorter path":             {path: "/services/collector", body: enveloped("a"), status: 200, answer: `{"text":"Success","code":0}`, events: 1},
		"by the path with a version":      {path: "/services/collector/event/1.0", body: enveloped("a"), status: 200, answer: `{"text":"Success","code":0}`, events: 1},
		"several without anything around": {body: enveloped("a") + enveloped("b") + "\n\n" + enveloped("c"), status: 200, answer: `{"text":"Success","code":0}`, events: 3},
		"packed":                          {coding: "gzip", body: "gz:" + enveloped("a") + enveloped("b"), status: 200, answer: `{"text":"Success","code":0}`, events: 2},
		"an event as a text":              {body: `{"event":"{\"uuid\":\"a\",\"eventType\":\"t\",\"published\":\"2026-01-02T03:04:05Z\"}"}`, status: 200, answer: `{"text":"Success","code":0}`, events: 1},
		"what is no event of Okta's":      {body: `{"event":"hello"}` + enveloped("a"), status: 200, answer: `{"text":"Success","code":0}`, events: 1},
		"no token":                        {auth: "-", body: enveloped("a"), status: 401, answer: `{"text":"Token is required","code":2}`},
		"another scheme":                  {auth: "Bearer " + token, body: enveloped("a"), status: 401, answer: `{"text":"Invalid authorization","code":3}`},
		"no token behind the scheme":      {auth: "Splunk ", body: enveloped("a"), status: 401, answer: `{"text":"Invalid authorization","code":3}`},
		"another token":                   {auth: "Splunk " + strings.Replace(token, "3", "4", 1), body: enveloped("a"), status: 403, answer: `{"text":"Invalid token","code":4}`},
		"the token before, in its time":   {change: rotated(time.Hour), body: enveloped("a"), status: 200, answer: `{"text":"Success","code":0}`, events: 1},
		"the token before, after it":      {change: rotated(-time.Second), body: enveloped("a"), status: 403, answer: `{"text":"Invalid token","code":4}`},
		"a paused source":                 {change: func(m *memory) { m.source.Enabled = false }, body: enveloped("a"), status: 403, answer: `{"text":"Token disabled","code":1}`},
		"a source without a stream":       {change: func(m *memory) { m.source.Stream = false }, body: enveloped("a"), status: 403, answer: `{"text":"Token disabled","code":1}`},
		"nothing":                         {status: 400, answer: `{"text":"No data","code":5,"invalid-event-number":0}`},
		"no JSON":                         {body: enveloped("a") + "{oops", status: 400, answer: `{"text":"Invalid data format","code":6,"invalid-event-number":1}`, events: 1},
		"no event in it":                  {body: enveloped("a") + `{"time":1}`, status: 400, answer: `{"text":"Event field is required","code":12,"invalid-event-number":1}`, events: 1},
		"a blank event":                   {body: `{"event":""}`, status: 400, answer: `{"text":"Event field cannot be blank","code":13,"invalid-event-number":0}`},
		"a null event":                    {body: `{"event":null}`, status: 400, answer: `{"text":"Event field cannot be blank","code":13,"invalid-event-number":0}`},
		"not packed as it says":           {coding: "gzip", body: enveloped("a"), status: 400, answer: `{"text":"Invalid data format","code":6}`},
		"too large":                       {body: strings.Repeat(" ", 16<<20+1), status: 413, answer: `{"text":"Request entity too large","code":27}`},
		"too large once unpacked":         {coding: "gzip", body: "gz:" + strings.Repeat(" ", 16<<20+1), status: 413, answer: `{"text":"Request entity too large","code":27}`},
		"not stored":                      {change: func(m *memory) { m.refuse = errors.New("disk") }, body: enveloped("a"), status: 503, answer: `{"text":"Server is busy","code":9}`},
		"asked how it is":                 {method: "GET", path: "/services/collector/health", auth: "-", status: 200, answer: `{"text":"HEC is healthy","code":17}`},
		"asked while it is not well":      {method: "GET", path: "/services/collector/health/1.0", auth: "-", change: func(m *memory) { m.refuse = errors.New("disk") }, status: 503, answer: `{"text":"HEC is unhealthy, queues are full","code":18}`},
		"asked for acknowledgements":      {path: "/services/collector/ack", body: `{"acks":[0]}`, status: 400, answer: `{"text":"ACK is disabled","code":14}`},
		"another path":                    {path: "/services/collector/raw", body: "x", status: 404, answer: `{"text":"The requested URL was not found on this server.","code":404}`},
		"another method":                  {method: "GET", status: 405, answer: `{"text":"The requested method is not allowed.","code":405}`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			m := newMemory(source.Source{ID: "s", Org: "o", Stream: true, Enabled: true, Token: source.KeyOf(token)})
			if tt.change != nil {
				tt.change(m)
			}
			mux := http.NewServeMux()
			for _, path := range source.StreamPaths() {
				mux.Handle(path, &source.Streams{Store: m, Sink: m, Healthy: func(context.Context) error { return m.refuse }, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
			}
			srv := httptest.NewServer(mux)
			defer srv.Close()
			status, answer := tt.send(t, srv.URL)
			if status != tt.status || answer != tt.answer {
				t.Errorf("%d %s, want %d %s", status, answer, tt.status, tt.answer)
			}
			n := 0
			for _, b := range m.batches {
				if n += len(b.Events); b.Via != source.ViaStream || b.Source != "s" || b.Org != "o" {
					t.Errorf("batch %+v", b)
				}
			}
			if n != tt.events {
				t.Errorf("%d events accepted, want %d", n, tt.events)
			}
		})
	}
}

// rotated has the token be the one before, which holds for a time yet.
func rotated(d time.Duration) func(*memory) {
	return func(m *memory) {
		m.source.TokenOld = m.source.Token
		m.source.TokenOld.Until = time.Now().Add(d)
		m.source.Token = source.KeyOf("5b0d6c1e-1111-4222-8333-444455556666")
	}
}

func FuzzReadCollector(f *testing.F) {
	f.Add([]byte(enveloped("a") + enveloped("b")))
	f.Add([]byte(`{"event":"{}"} {"event":{"uuid":"a"}}`))
	f.Add([]byte(`{"event":null}`))
	f.Add([]byte(`[{"event":1}]`))
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := source.ReadCollector(source.Okta, body)
		if _, ok := errors.AsType[*source.EnvelopeError](err); err != nil && !ok {
			t.Errorf("another kind of error: %v", err)
		}
		for _, e := range got.Events {
			if e.UUID == "" || e.Type == "" || e.Published.IsZero() {
				t.Errorf("an event without what makes one: %+v", e)
			}
		}
		// What was read before a fault is read again when the fault is not there.
		if again, err := source.ReadCollector(source.Okta, append(bytes.Clone(body), ' ')); err == nil && len(again.Events) != len(got.Events) {
			t.Errorf("%d events, and %d with a space behind", len(got.Events), len(again.Events))
		}
	})
}

package app_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"sallyport/internal/store/storetest"
	"sallyport/internal/trace"
)

// span is what a collector is told of a step.
type span struct {
	TraceID, SpanID, ParentSpanID, Name string
	Attributes                          []struct {
		Key   string
		Value map[string]any
	}
}

func (s span) text(key string) string {
	for _, a := range s.Attributes {
		if a.Key == key {
			v, _ := a.Value["stringValue"].(string)
			return v
		}
	}
	return ""
}

// collector takes traces as OTLP over HTTP.
type collector struct {
	mu    sync.Mutex
	raw   strings.Builder
	spans map[string]span // by id
	given string          // the header with which they came
}

// ServeHTTP takes a delivery.
func (c *collector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	var in struct {
		ResourceSpans []struct {
			ScopeSpans []struct{ Spans []span }
		}
	}
	if err != nil || r.URL.Path != "/v1/traces" || json.Unmarshal(body, &in) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.raw.Write(body)
	c.given = r.Header.Get("Authorization")
	for _, rs := range in.ResourceSpans {
		for _, ss := range rs.ScopeSpans {
			for _, s := range ss.Spans {
				c.spans[s.SpanID] = s
			}
		}
	}
}

// way is the names of a step and of those that it came from, up to the first.
func (c *collector) way(s span) string {
	names := []string{s.Name}
	for p, ok := c.spans[s.ParentSpanID]; ok; p, ok = c.spans[p.ParentSpanID] {
		names = append([]string{p.Name}, names...)
	}
	return strings.Join(names, " > ")
}

// An event is followed from the hook to each call of a connector that it set off: one
// trace, each step under the one that made it, in the log and with the run, and without
// a word of what was in it.
func TestTracesFromEventToEffect(t *testing.T) {
	t.Setenv("OTEL_BSP_SCHEDULE_DELAY", "100")
	c := &collector{spans: map[string]span{}}
	at := httptest.NewServer(c)
	defer at.Close()
	d := startDemoOf(t, storetest.Prepared(t), trace.Options{URL: at.URL + "/v1/traces", Headers: map[string]string{"Authorization": "Bearer collect"}})
	before := d.victim()
	login, uuid := d.report(before.Login)
	r := d.ended(uuid)
	var shown struct{ Trace string }
	d.get(d.is.API+"/runs/"+r.ID, &shown)
	if len(shown.Trace) != 32 {
		t.Fatalf("the run shows the trace %q", shown.Trace)
	}
	ways := map[string]int{}
	for began := time.Now(); time.Since(began) < 20*time.Second; pause(50 * time.Millisecond) {
		clear(ways)
		c.mu.Lock()
		for _, s := range c.spans {
			if s.TraceID == shown.Trace {
				ways[c.way(s)]++
			}
		}
		c.mu.Unlock()
		if ways["hook > accept > run"]+ways["poll > accept > run"] == 1 && ways["hook > accept > run > card > call"]+ways["poll > accept > run > card > call"] > 2 {
			break
		}
	}
	if ways["hook > accept > run"]+ways["poll > accept > run"] != 1 || ways["hook > accept > detect"]+ways["poll > accept > detect"] != 1 ||
		ways["hook > accept > run > card > call"]+ways["poll > accept > run > card > call"] <= 2 {
		t.Errorf("the steps are %v", ways)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	calls := map[string]bool{}
	for _, s := range c.spans {
		if s.TraceID == shown.Trace && s.Name == "call" {
			calls[s.text("sallyport.action")] = true
		}
	}
	if len(calls) < 2 {
		t.Errorf("the calls are %v", calls)
	}
	if c.given != "Bearer collect" {
		t.Errorf("the collector was given %q", c.given)
	}
	for _, secret := range []string{d.state().Okta.Token, login, before.ID, uuid, d.is.Token} {
		if strings.Contains(c.raw.String(), secret) {
			t.Errorf("the collector was told %s", secret)
		}
	}
}

package app_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"sallyport/internal/config"
	"sallyport/internal/secret"
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

// A run that waits while its server is started anew goes on in the trace that it began
// in.
func TestTraceGoesOnAfterARestart(t *testing.T) {
	t.Setenv("OTEL_BSP_SCHEDULE_DELAY", "100")
	c := &collector{spans: map[string]span{}}
	at := httptest.NewServer(c)
	defer at.Close()
	f := &fleet{t: t, log: &buffer{}, config: config.Default(), content: withRules(t), traces: trace.Options{URL: at.URL + "/v1/traces"}}
	f.config.KeyFile, f.config.Database = filepath.Join(t.TempDir(), "key"), secret.NewText(storetest.Prepared(t))
	f.nodes = []*node{f.start("127.0.0.1:0")}
	f.api = &site{t: t, token: adminToken(t, f.nodes[0].App), urls: []string{"http://" + f.nodes[0].Addr.String()}}
	flow := f.api.on("flow: slow\ntrigger: { api: { access: oauth, wait: false } }\ncards: [ { id: w, wait: { for: 2, unit: seconds } }, { id: after, return: { done: true } } ]\n")
	var begun struct{ Run string }
	if status := f.api.ask(0, http.MethodPost, "/api/flows/default/"+flow, object{}, &begun); status != http.StatusAccepted {
		t.Fatalf("status %d", status)
	}
	until := func(state string) (r struct{ State, Trace string }) {
		for began := time.Now(); time.Since(began) < 30*time.Second; pause(20 * time.Millisecond) {
			if f.api.ask(0, http.MethodGet, "/api/v1/runs/"+begun.Run, nil, &r); r.State == state {
				return r
			}
		}
		t.Fatalf("the run is %s, and not %s", r.State, state)
		return r
	}
	before := until("waiting")
	f.restart(0)
	if after := until("succeeded"); len(before.Trace) != 32 || after.Trace != before.Trace {
		t.Errorf("the run was of trace %q, and is of %q", before.Trace, after.Trace)
	}
	f.nodes[0].stop() // which sends the last
	c.mu.Lock()
	defer c.mu.Unlock()
	runs, cards := 0, map[string]int{}
	for _, s := range c.spans {
		if s.TraceID != before.Trace {
			continue
		}
		if s.Name == "run" {
			runs++
		}
		cards[s.text("sallyport.card")]++
	}
	if runs != 2 || cards["after"] != 1 {
		t.Errorf("%d times at the run, cards %v", runs, cards)
	}
}

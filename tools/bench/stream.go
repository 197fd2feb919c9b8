package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"time"
)

const streamFlow = `flow: stream
connections: { okta: okta }
trigger: { on_demand: }
timeout: 1h
cards:
  - { id: all, use: okta.list_users, with: { limit: 1000000 }, stream: { as: record, do: [ { id: each, call: helper, with: { login: "{{ record.profile.login }}" } } ] } }
  - return: { streamed: "{{ all.streamed }}", failures: "{{ all.failures }}" }
`

const streamHelper = `flow: helper
trigger: { call: { inputs: { login: text } } }
cards:
  - { id: upper, use: text.to_upper_case, with: { text: "{{ input.login }}" } }
  - return: { login: "{{ upper.text }}" }
`

// people is an API that lists so many people, 200 at a time.
func people(total int) *httptest.Server {
	const page = 200
	var s *httptest.Server
	s = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		after, _ := strconv.Atoi(r.URL.Query().Get("after"))
		next := min(after+page, total)
		if next < total {
			w.Header().Set("Link", fmt.Sprintf(`<%s/api/v1/users?after=%d&limit=%d>; rel="next"`, s.URL, next, page))
		}
		w.Header().Set("Content-Type", "application/json")
		all := make([]string, 0, page)
		for n := after; n < next; n++ {
			all = append(all, fmt.Sprintf(`{"id":"00u%d","status":"ACTIVE","profile":{"login":"user%[1]d@acme.example","firstName":"Ada","lastName":"Lovelace","email":"user%[1]d@acme.example"}}`, n))
		}
		_, _ = fmt.Fprintf(w, "[%s]", strings.Join(all, ","))
	}))
	return s
}

// stream has a flow go over many records, with a helper flow for each, and looks
// how much memory that takes.
func (b bench) stream(ctx context.Context) error {
	org := people(b.records)
	defer org.Close()
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	v, err := b.serve(ctx, dir, "")
	if err != nil {
		return err
	}
	defer v.kill()
	id, err := v.streaming(ctx, org.URL)
	if err != nil {
		return err
	}
	var run struct {
		ID     string          `json:"id"`
		State  string          `json:"state"`
		Error  string          `json:"error"`
		Result json.RawMessage `json:"result"`
	}
	idle, began, most, early := v.memory(), time.Now(), 0, 0
	if err := v.api.do(ctx, http.MethodPost, "/flows/"+id+"/run", `{}`, &run); err != nil {
		return err
	}
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for n := 0; run.State == "queued" || run.State == "running"; n++ {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
		most = max(most, v.memory())
		if time.Since(began) < 10*time.Second {
			early = most
		}
		if n%10 != 0 {
			continue
		}
		if err := v.api.do(ctx, http.MethodGet, "/runs/"+run.ID, "", &run); err != nil {
			return err
		}
	}
	took := time.Since(began)
	b.say("stream of %d records on SQLite, a helper flow for each: %s, %s in %.0f s (%.0f records/s); memory %d MB before, %d MB at most in the first 10 s, %d MB at most",
		b.records, run.State, run.Result, took.Seconds(), float64(b.records)/took.Seconds(), idle>>20, early>>20, most>>20)
	if run.Error != "" {
		return fmt.Errorf("the run failed: %s", run.Error)
	}
	return nil
}

// streaming makes the flow, its helper and the connection.
func (v *server) streaming(ctx context.Context, url string) (string, error) {
	type made struct {
		ID string `json:"id"`
	}
	var conn, folder, helper, fl made
	encode := func(m map[string]any) string {
		text, err := json.Marshal(m)
		if err != nil {
			panic(err) // texts and booleans
		}
		return string(text)
	}
	err := v.api.do(ctx, "POST", "/connections", encode(map[string]any{
		"connector": "okta", "name": "Okta", "auth": "api_key", "settings": map[string]string{"domain": url}, "secrets": map[string]string{"api_key": "x"}, "test": false,
	}), &conn)
	if err == nil {
		err = v.api.do(ctx, "POST", "/folders", `{"name":"Bench"}`, &folder)
	}
	for _, f := range []struct {
		text string
		into *made
	}{{streamHelper, &helper}, {streamFlow, &fl}} {
		if err != nil {
			break
		}
		if err = v.api.do(ctx, "POST", "/flows", encode(map[string]any{"folder": folder.ID, "yaml": f.text}), f.into); err != nil {
			break
		}
		if err = v.api.do(ctx, "POST", "/flows/"+f.into.ID+"/publish", `{}`, nil); err != nil {
			break
		}
		settings := map[string]any{"enabled": true}
		if f.into == &fl {
			settings["connections"] = map[string]string{"okta": conn.ID}
		}
		err = v.api.do(ctx, "PATCH", "/flows/"+f.into.ID, encode(settings), nil)
	}
	return fl.ID, err
}

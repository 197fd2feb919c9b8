package checker

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"time"
)

// Company is the simulated company, as the checker reads it.
type Company struct {
	URL   string
	Token string    // of a read-only admin of its Okta org
	Since time.Time // when the server began to read it

	mu       sync.Mutex
	last     uint64
	requests []Request
}

// Follow notes what reached the company since it was last asked. The company keeps
// the newest twenty thousand requests only, so ask often.
func (c *Company) Follow(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	var more []Request
	if err := get(ctx, c.URL+"/_sandbox/requests?since="+strconv.FormatUint(c.last, 10), nil, &more); err != nil {
		return err
	}
	for _, r := range more {
		c.last = max(c.last, r.Seq)
		if r.Service == "okta" && r.Method == http.MethodGet { // reading changes nothing
			continue
		}
		c.requests = append(c.requests, r)
	}
	return nil
}

// Requests are those noted so far, in their order.
func (c *Company) Requests() []Request {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.requests)
}

var nextLink = regexp.MustCompile(`<([^>]+)>; *rel="next"`)

// Log reads the System Log until now.
func (c *Company) Log(ctx context.Context) ([]Event, error) {
	q := url.Values{"since": {c.Since.UTC().Format(time.RFC3339Nano)}, "until": {time.Now().UTC().Format(time.RFC3339Nano)}, "limit": {"1000"}}
	at := c.URL + "/api/v1/logs?" + q.Encode()
	var out []Event
	for at != "" {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
		if err != nil {
			return nil, err
		}
		req.Header.Set("Authorization", "SSWS "+c.Token)
		header, body, err := do(req)
		if err != nil {
			return nil, fmt.Errorf("read the System Log: %w", err)
		}
		var page []Event
		if err := json.Unmarshal(body, &page); err != nil {
			return nil, fmt.Errorf("read the System Log: %w", err)
		}
		out, at = append(out, page...), ""
		for _, l := range header.Values("Link") {
			if m := nextLink.FindStringSubmatch(l); m != nil && len(page) > 0 {
				at = m[1]
			}
		}
	}
	return out, nil
}

// Server is what is judged, as the checker reads it: by its API.
type Server struct {
	URL    string // of the API: "http://127.0.0.1:8080/api/v1"
	Cookie *http.Cookie
}

// Read reads what the server says it has and did.
func (s Server) Read(ctx context.Context, e *Evidence) error {
	var err error
	if e.Kept, err = s.Events(ctx); err != nil {
		return fmt.Errorf("read events: %w", err)
	}
	if e.Alerts, err = pages[Alert](ctx, s, "/alerts"); err != nil {
		return fmt.Errorf("read alerts: %w", err)
	}
	if e.Runs, err = pages[Run](ctx, s, "/runs"); err != nil {
		return fmt.Errorf("read runs: %w", err)
	}
	if e.Actions, err = pages[Action](ctx, s, "/actions"); err != nil {
		return fmt.Errorf("read the ledger: %w", err)
	}
	return nil
}

// Open are the runs that have not ended, and wait for nothing that they name.
func (s Server) Open(ctx context.Context) (int, error) {
	runs, err := pages[Run](ctx, s, "/runs", "state", "queued", "state", "running", "state", "waiting")
	return len(runs), err
}

// Events are the uuids of the events that the server exports.
func (s Server) Events(ctx context.Context) ([]string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+"/events/ndjson?since=2000-01-01T00:00:00Z", nil)
	if err != nil {
		return nil, err
	}
	req.AddCookie(s.Cookie)
	_, body, err := do(req)
	if err != nil {
		return nil, err
	}
	var out []string
	for line := range bytes.Lines(body) {
		var ev Event
		if err := json.Unmarshal(line, &ev); err != nil {
			return nil, err
		}
		out = append(out, ev.UUID)
	}
	return out, nil
}

// pages reads a list of the API to its end.
func pages[T any](ctx context.Context, s Server, path string, query ...string) ([]T, error) {
	q := url.Values{"limit": {"200"}}
	for i := 0; i+1 < len(query); i += 2 {
		q.Add(query[i], query[i+1])
	}
	var out []T
	for {
		var page struct {
			Items []T
			Next  string
		}
		if err := get(ctx, s.URL+path+"?"+q.Encode(), s.Cookie, &page); err != nil {
			return nil, err
		}
		out = append(out, page.Items...)
		if page.Next == "" {
			return out, nil
		}
		q.Set("cursor", page.Next)
	}
}

func get(ctx context.Context, url string, cookie *http.Cookie, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	if cookie != nil {
		req.AddCookie(cookie)
	}
	_, body, err := do(req)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("%s: %w", url, err)
	}
	return nil
}

// do makes a request, and returns the answer's header and body.
func do(req *http.Request) (http.Header, []byte, error) {
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, nil, err
	}
	if resp.StatusCode != http.StatusOK {
		return nil, nil, fmt.Errorf("%s %s: %s: %.200s", req.Method, req.URL.Path, resp.Status, body)
	}
	return resp.Header, body, nil
}

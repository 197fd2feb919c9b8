// Package scimclient speaks SCIM 2.0 the way Okta's provisioning does: which
// requests it sends for what an admin does, in which order, and with which
// headers and bodies. Apps that were made in Okta's wizard are always sent
// whole objects; apps of its catalogue are sent changes.
//
// Source: developer.okta.com/docs/api/openapi/okta-scim/guides/scim-20, and
// Okta's own SCIM test files.
package scimclient

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"sallyport/sandbox/okta/outbox"
)

const (
	// Timeout is how long a server may take to answer.
	Timeout = 60 * time.Second
	// UserAgent is what Okta's client calls itself.
	UserAgent = "Okta SCIM Client 1.0.0"

	mediaType = "application/scim+json"
	maxAnswer = 4 << 20
)

// The schemas of what is sent (RFC 7643 section 8.7, RFC 7644 section 3.5.2).
const (
	schemaUser  = "urn:ietf:params:scim:schemas:core:2.0:User"
	schemaGroup = "urn:ietf:params:scim:schemas:core:2.0:Group"
	schemaPatch = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
)

// Server is the SCIM server of an app.
type Server struct {
	BaseURL       string // without a slash at the end
	Authorization string // the header's value, as it is sent
	Catalogue     bool   // an app of the catalogue, not of the wizard
}

// Client sends requests. It is safe for concurrent use.
type Client struct{ http http.Client }

// New returns a client.
func New(base *http.Client) *Client {
	c := &Client{http: *base}
	c.http.Timeout = Timeout
	c.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return c
}

// Link is what a user or a group is at a server.
type Link struct {
	ID       string
	Inactive bool // a user that was deactivated there
}

// Links are what the users and groups of Okta are at one server, by their ids
// in Okta. They are safe for concurrent use.
type Links struct {
	mu  sync.Mutex
	all map[string]Link
}

// Get returns what a user or group is at the server.
func (l *Links) Get(id string) (Link, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	x, ok := l.all[id]
	return x, ok
}

func (l *Links) set(id string, x Link) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.all == nil {
		l.all = map[string]Link{}
	}
	l.all[id] = x
}

// Drop forgets a user or group.
func (l *Links) Drop(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.all, id)
}

// Clear forgets all of them.
func (l *Links) Clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = nil
}

// Test asks for what "Test Connector Configuration" asks for.
func (c *Client) Test(ctx context.Context, s Server, groups bool) error {
	for _, kind := range []string{"/Users", "/Groups"} {
		if kind == "/Groups" && !groups {
			break
		}
		if _, err := c.list(ctx, s, kind+"?startIndex=1&count=2"); err != nil {
			return err
		}
	}
	return nil
}

// find returns the first resource that has a value.
func (c *Client) find(ctx context.Context, s Server, kind, attr, value string) (map[string]any, bool, error) {
	quoted, err := json.Marshal(value)
	if err != nil {
		return nil, false, fmt.Errorf("quote %q: %w", value, err)
	}
	filter := strings.ReplaceAll(url.QueryEscape(attr+" eq "+string(quoted)), "+", "%20")
	all, err := c.list(ctx, s, kind+"?filter="+filter+"&startIndex=1&count=100")
	if errors.Is(err, errNotFound) { // as good as an empty list
		return nil, false, nil
	}
	if err != nil || len(all) == 0 {
		return nil, false, err
	}
	return all[0], true, nil
}

// list returns the resources of a page.
func (c *Client) list(ctx context.Context, s Server, path string) ([]map[string]any, error) {
	body, err := c.call(ctx, s, http.MethodGet, path, nil)
	if err != nil {
		return nil, err
	}
	if _, number := body["totalResults"].(float64); !number {
		return nil, errors.New("the answer is no ListResponse")
	}
	resources, _ := body["Resources"].([]any)
	out := make([]map[string]any, 0, len(resources))
	for _, r := range resources {
		if r, ok := r.(map[string]any); ok {
			out = append(out, r)
		}
	}
	return out, nil
}

// errNotFound marks an answer 404.
var errNotFound = errors.New("there is no such resource")

// call sends a request and returns the object of the answer; nil for an empty
// one.
func (c *Client) call(ctx context.Context, s Server, method, path string, body any) (map[string]any, error) {
	var r io.Reader = http.NoBody
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", method, path, err)
		}
		r = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, s.BaseURL+path, r)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", method, path, err)
	}
	h := req.Header
	h.Set("Authorization", s.Authorization)
	h.Set("User-Agent", UserAgent)
	h.Set("Accept", mediaType)
	h.Set("Accept-Charset", "utf-8")
	h.Set("Accept-Encoding", "gzip,deflate")
	if body != nil {
		h.Set("Content-Type", mediaType+"; charset=utf-8")
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, &outbox.AgainError{Err: fmt.Errorf("%s %s: %w", method, path, withoutURL(err))}
	}
	defer resp.Body.Close()
	b, err := read(resp)
	if err != nil {
		return nil, fmt.Errorf("%s %s: read the answer: %w", method, path, err)
	}
	return answered(resp, b)
}

// withoutURL takes the URL out of an error of net/http, which says it at length.
func withoutURL(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}

// read returns the body of an answer as it was before it was packed.
func read(resp *http.Response) ([]byte, error) {
	var r io.Reader = resp.Body
	switch resp.Header.Get("Content-Encoding") {
	case "gzip":
		z, err := gzip.NewReader(r)
		if err != nil {
			return nil, err
		}
		r = z
	case "deflate":
		z, err := zlib.NewReader(r)
		if err != nil {
			return nil, err
		}
		r = z
	}
	return io.ReadAll(io.LimitReader(r, maxAnswer))
}

func answered(resp *http.Response, b []byte) (map[string]any, error) {
	var body map[string]any
	err := json.Unmarshal(b, &body)
	switch {
	case resp.StatusCode == http.StatusNotFound:
		return nil, fmt.Errorf("HTTP 404: %w", errNotFound)
	case resp.StatusCode >= 300:
		detail, _ := body["detail"].(string)
		return nil, outbox.Answered(resp.StatusCode, resp.Header.Get("Retry-After"), detail)
	case len(bytes.TrimSpace(b)) == 0:
		return nil, nil // which is good where no object is needed
	case err != nil:
		return nil, fmt.Errorf("the answer is no JSON object: %w", err)
	}
	return body, nil
}

// idOf returns the id of a resource that a server answered.
func idOf(r map[string]any) (string, error) {
	id, _ := r["id"].(string)
	if id == "" {
		return "", errors.New("the answer has no id")
	}
	return id, nil
}

// at returns the path of a resource.
func at(kind, id string) string { return kind + "/" + url.PathEscape(id) }

package scimtest

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"sallyport/internal/scim"
	"sallyport/internal/value"
)

// Client speaks SCIM to a server of a test.
type Client struct {
	tb   testing.TB
	base string
}

// Serve starts a server for a directory and returns a client of it.
func Serve(tb testing.TB, d scim.Directory, o scim.Options) *Client {
	tb.Helper()
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	tb.Cleanup(server.Close)
	base := server.URL + "/scim/v2"
	mux.Handle("/scim/v2/", http.StripPrefix("/scim/v2", scim.New(o).Handler(d, base)))
	return &Client{tb, base}
}

// Base is the URL that the server answers at.
func (c *Client) Base() string { return c.base }

// Answer is what a server answered.
type Answer struct {
	tb     testing.TB
	Status int
	Header http.Header
	Raw    string
	Body   *value.Object // nil where it is no object
}

// Do sends a request. Headers are given as "Name: value".
func (c *Client) Do(method, path, body string, headers ...string) Answer {
	c.tb.Helper()
	req, err := http.NewRequestWithContext(c.tb.Context(), method, c.base+path, strings.NewReader(body))
	if err != nil {
		c.tb.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", scim.MediaType)
	}
	for _, h := range headers {
		name, v, _ := strings.Cut(h, ": ")
		req.Header.Set(name, v)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		c.tb.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		c.tb.Fatal(err)
	}
	a := Answer{tb: c.tb, Status: res.StatusCode, Header: res.Header, Raw: string(raw)}
	if v, err := value.ParseJSON(bytes.TrimSpace(raw)); err == nil {
		a.Body, _ = v.(*value.Object)
	}
	return a
}

// Must sends a request that is to be answered with a status.
func (c *Client) Must(status int, method, path, body string, headers ...string) Answer {
	c.tb.Helper()
	a := c.Do(method, path, body, headers...)
	if a.Status != status {
		c.tb.Fatalf("%s %s: %d, want %d: %s", method, path, a.Status, status, a.Raw)
	}
	return a
}

// At returns what stands at a dotted path of the body: emails.0.value.
func (a Answer) At(path string) any { return value.Lookup(a.Body, path) }

// Text returns the text at a path.
func (a Answer) Text(path string) string { return value.String(a.At(path)) }

// Has expects values at paths: pairs of a path and a value.
func (a Answer) Has(pairs ...any) Answer {
	a.tb.Helper()
	for i := 0; i+1 < len(pairs); i += 2 {
		path, want := pairs[i].(string), pairs[i+1]
		if n, ok := want.(int); ok {
			want = float64(n)
		}
		if got := a.At(path); !value.Equal(got, want) {
			a.tb.Errorf("%s = %s, want %s, in %s", path, value.JSON(got), value.JSON(want), a.Raw)
		}
	}
	return a
}

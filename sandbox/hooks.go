package sandbox

import (
	"bytes"
	"io"
	"net/http"
	"strings"
)

// hookTransport carries the requests of the org's event hooks and notes them,
// so that the time from an event hook's POST to what follows from it can be
// measured with one clock.
type hookTransport struct{ *Sandbox }

// RoundTrip implements http.RoundTripper.
func (t hookTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		_ = r.Body.Close() // it was read to its end
		r = r.Clone(r.Context())
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	began := t.now()
	resp, err := t.transport.RoundTrip(r)
	note := Request{
		Service: serviceHooks, Time: began, Method: r.Method, Path: r.URL.Path, Query: redacted(r.URL.RawQuery),
		Body: strings.ToValidUTF8(string(body[:min(len(body), maxBody)]), "\uFFFD"), Truncated: len(body) > maxBody,
		URL: r.URL.Scheme + "://" + r.URL.Host + r.URL.Path, Duration: t.now().Sub(began),
	}
	if r.Header.Get("Authorization") != "" {
		note.Auth = "present"
	}
	if err == nil {
		note.Status = resp.StatusCode
	}
	t.requests.add(note)
	return resp, err
}

package egress

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Redirects says how far a client follows.
type Redirects uint8

// The ways to follow. Never to a plain connection from a protected one.
const (
	// SameHost follows within the same scheme, host and port, so that
	// credentials stay where they belong, and with the same method. Elsewhere
	// it stops with an error.
	SameHost Redirects = iota
	// AnyHost follows GET and HEAD anywhere that is allowed, and leaves every
	// header but a few harmless ones behind when the host changes.
	AnyHost
	// Nowhere returns the redirect itself as the answer.
	Nowhere
)

const maxRedirects = 5

// ClientOptions shape one client. The zero value is a good one.
type ClientOptions struct {
	Timeout   time.Duration // of the whole exchange; 0 is [DefaultTimeout]
	Body      int64         // the longest answer in bytes, after decompression; 0 is [DefaultBody]
	Redirects Redirects
}

// TooLargeError is an answer that is longer than allowed. What was read of it
// until then is no whole answer.
type TooLargeError struct {
	Host  string
	Limit int64
}

func (e *TooLargeError) Error() string {
	return fmt.Sprintf("the answer of %s is larger than %d bytes", e.Host, e.Limit)
}

// ErrRedirect is wrapped by the error for a redirect that is not followed.
var ErrRedirect = errors.New("the redirect is not followed")

// Client returns an HTTP client. Clients share their connections.
func (e *Egress) Client(opts ClientOptions) *http.Client {
	if opts.Timeout == 0 {
		opts.Timeout = DefaultTimeout
	}
	if opts.Body == 0 {
		opts.Body = DefaultBody
	}
	return &http.Client{
		Timeout:       opts.Timeout,
		Transport:     &exchange{egress: e, limit: opts.Body},
		CheckRedirect: opts.Redirects.check,
	}
}

func (r Redirects) check(req *http.Request, via []*http.Request) error {
	// Every hop begins with the headers of the first request, so it is the
	// first host that counts.
	first, from := via[0].URL, via[len(via)-1].URL
	switch {
	case r == Nowhere:
		return http.ErrUseLastResponse
	case len(via) > maxRedirects:
		return fmt.Errorf("%w: there were more than %d", ErrRedirect, maxRedirects)
	case from.Scheme == "https" && req.URL.Scheme != "https":
		return fmt.Errorf("%w: it leads from a protected connection to a plain one", ErrRedirect)
	case req.Method != via[0].Method:
		return fmt.Errorf("%w: it would turn a %s into a %s", ErrRedirect, via[0].Method, req.Method)
	case SameOrigin(first, req.URL):
		return nil
	case r == SameHost:
		return fmt.Errorf("%w: it leads from %s to another host, %s", ErrRedirect, first.Host, req.URL.Host)
	case req.Method != http.MethodGet && req.Method != http.MethodHead:
		return fmt.Errorf("%w: a %s is not sent to another host, %s", ErrRedirect, req.Method, req.URL.Host)
	}
	for name := range req.Header {
		if !slices.Contains([]string{"Accept", "Accept-Language", "User-Agent"}, name) {
			req.Header.Del(name)
		}
	}
	return nil
}

// SameOrigin reports whether two URLs have the same scheme, host and port.
func SameOrigin(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && strings.EqualFold(a.Hostname(), b.Hostname()) && port(a) == port(b)
}

func port(u *url.URL) string {
	switch p := u.Port(); {
	case p != "":
		return p
	case u.Scheme == "https":
		return "443"
	default:
		return "80"
	}
}

// exchange sends one request and bounds its answer.
type exchange struct {
	egress *Egress
	limit  int64
}

// CloseIdleConnections is what [http.Client.CloseIdleConnections] calls.
func (x *exchange) CloseIdleConnections() { x.egress.transport.CloseIdleConnections() }

func (x *exchange) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Scheme != "https" && req.URL.Scheme != "http" {
		return nil, fmt.Errorf("%s is no scheme to call: use https", req.URL.Scheme)
	}
	// A proxy resolves names by itself; what can be seen here is checked here.
	if x.egress.proxy {
		if err := x.egress.rules.checkName(req.URL.Hostname()); err != nil {
			return nil, err
		}
	}
	if x.egress.agent != "" && req.Header.Get("User-Agent") == "" {
		req = req.Clone(req.Context())
		req.Header.Set("User-Agent", x.egress.agent)
	}
	resp, err := x.egress.transport.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	if resp.ContentLength > x.limit {
		_ = resp.Body.Close()
		return nil, &TooLargeError{req.URL.Host, x.limit}
	}
	resp.Body = &capped{ReadCloser: resp.Body, left: x.limit, err: &TooLargeError{req.URL.Host, x.limit}}
	return resp, nil
}

// capped is a body that ends with an error where it is longer than left.
type capped struct {
	io.ReadCloser
	left int64
	err  error
}

func (c *capped) Read(p []byte) (int, error) {
	if int64(len(p)) > c.left+1 {
		p = p[:c.left+1]
	}
	n, err := c.ReadCloser.Read(p)
	if int64(n) > c.left {
		n, c.left = int(c.left), 0
		return n, c.err
	}
	c.left -= int64(n)
	return n, err
}

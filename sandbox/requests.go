package sandbox

import (
	"cmp"
	"encoding/json"
	"io"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Request is one request that a service was sent, or that an event hook has
// sent.
type Request struct {
	Seq       uint64 // counts over all services, in the order of their ends
	Service   string // okta, slack, teams, mail or hooks
	Time      time.Time
	Method    string // DATA for a mail
	Path      string // the recipients of a mail
	Query     string
	Body      string
	Truncated bool   // there was more of the body
	Status    int    // 0 when no answer came
	URL       string // of an event hook
	Auth      string // scheme of the Authorization header, without the secret
	UserAgent string
	Duration  time.Duration
}

// requestJSON is the JSON of a request. Times have microseconds, always six
// digits of them.
type requestJSON struct {
	Seq       uint64 `json:"seq"`
	Service   string `json:"service"`
	Time      string `json:"time"`
	Method    string `json:"method"`
	Path      string `json:"path"`
	Query     string `json:"query"`
	Body      string `json:"body"`
	Truncated bool   `json:"truncated,omitempty"`
	Status    int    `json:"status"`
	URL       string `json:"url,omitempty"`
	Auth      string `json:"auth,omitempty"`
	UserAgent string `json:"user_agent,omitempty"`
	Duration  int64  `json:"duration_us"`
}

// micros is how the control API writes times.
const micros = "2006-01-02T15:04:05.000000Z"

// MarshalJSON writes a request as the control API shows it.
func (r Request) MarshalJSON() ([]byte, error) {
	return json.Marshal(requestJSON{
		r.Seq, r.Service, r.Time.UTC().Format(micros), r.Method, r.Path, r.Query, r.Body, r.Truncated, r.Status, r.URL, r.Auth, r.UserAgent,
		r.Duration.Microseconds(),
	})
}

// Limits of what is kept of each service.
const (
	maxRequests = 20_000
	maxBodies   = 32 << 20 // bytes of all bodies together
	maxBody     = 64 << 10 // bytes of one
)

// requestLog keeps the newest requests of each service.
type requestLog struct {
	mu   sync.Mutex
	last uint64
	kept map[string]*keptRequests
}

type keptRequests struct {
	list  []Request
	bytes int
}

func newRequestLog() *requestLog { return &requestLog{kept: map[string]*keptRequests{}} }

// add notes a request that was answered, and numbers it.
func (l *requestLog) add(r Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last++
	r.Seq = l.last
	k := l.kept[r.Service]
	if k == nil {
		k = &keptRequests{}
		l.kept[r.Service] = k
	}
	k.list = append(k.list, r)
	k.bytes += len(r.Body)
	if len(k.list) <= maxRequests && k.bytes <= maxBodies {
		return
	}
	drop := 0
	for ; drop < len(k.list) && (len(k.list)-drop > maxRequests*9/10 || k.bytes > maxBodies*9/10); drop++ {
		k.bytes -= len(k.list[drop].Body)
	}
	k.list = slices.Clone(k.list[drop:])
}

// requestFilter says which requests are wanted. Its zero value wants all.
type requestFilter struct {
	service, method string
	path            pattern
	since           uint64    // only later numbers
	from            time.Time // only from then on
	limit           int       // the newest so many; 0 for all
}

// find returns the requests that are wanted, in the order of their numbers.
func (l *requestLog) find(f requestFilter) []Request {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := []Request{}
	for service, k := range l.kept {
		if f.service != "" && f.service != service {
			continue
		}
		for _, r := range k.list {
			if r.Seq > f.since && !r.Time.Before(f.from) && (f.method == "" || strings.EqualFold(f.method, r.Method)) && f.path.match(service, r.Path) {
				out = append(out, r)
			}
		}
	}
	slices.SortFunc(out, func(a, b Request) int { return cmp.Compare(a.Seq, b.Seq) })
	if f.limit > 0 && len(out) > f.limit {
		out = out[len(out)-f.limit:]
	}
	return out
}

// readRequestFilter reads the query of GET /_sandbox/requests.
func readRequestFilter(r *http.Request) (requestFilter, error) {
	q := r.URL.Query()
	f := requestFilter{service: q.Get("service"), method: q.Get("method")}
	var err error
	if f.path, err = readPattern(q.Get("path")); err != nil {
		return f, err
	}
	if since := q.Get("since"); since != "" {
		if f.since, err = strconv.ParseUint(since, 10, 64); err != nil {
			if f.from, err = time.Parse(time.RFC3339, since); err != nil {
				return f, badRequest("since must be a number of a request or a time, not %q", since)
			}
		}
	}
	if limit := q.Get("limit"); limit != "" {
		if f.limit, err = strconv.Atoi(limit); err != nil || f.limit < 0 {
			return f, badRequest("limit must be a number, not %q", limit)
		}
	}
	return f, nil
}

// pattern is a prefix of paths or, when there is a wildcard in it, a pattern
// of package path.
type pattern string

// readPattern checks a pattern.
func readPattern(s string) (pattern, error) {
	if _, err := path.Match(s, ""); err != nil {
		return "", badRequest("the path pattern %q is not well-formed", s)
	}
	return pattern(s), nil
}

// match says whether a path of a service fits. Where a service is served under
// a prefix, its own paths and, without a slash, its methods fit too:
// "/slack/api/chat.update", "/api/chat.update" and "chat.update" are the same.
func (p pattern) match(service, full string) bool {
	s := string(p)
	if s == "" || s == "/" {
		return true
	}
	fits := func(full string) bool {
		if strings.ContainsAny(s, "*?[") {
			ok, err := path.Match(s, full)
			return err == nil && ok
		}
		return strings.HasPrefix(full, s)
	}
	own := strings.TrimPrefix(full, "/"+service)
	return fits(full) || fits(own) || fits(strings.TrimPrefix(own, "/api/"))
}

// tap keeps what is read of a body.
type tap struct {
	io.ReadCloser

	kept []byte
	more bool
}

// Read implements io.Reader.
func (t *tap) Read(b []byte) (int, error) {
	n, err := t.ReadCloser.Read(b)
	room := maxBody - len(t.kept)
	t.more = t.more || n > room
	t.kept = append(t.kept, b[:min(n, room)]...)
	return n, err
}

// text returns the body of a request, also as far as nobody has read it, with
// the secrets of a form left out.
func (t *tap) text(r *http.Request) string {
	if r.ContentLength != 0 && len(t.kept) < maxBody {
		_, _ = io.CopyN(io.Discard, t, int64(maxBody-len(t.kept))) // the client may be gone
	}
	if len(t.kept) == 0 {
		return ""
	}
	s := strings.ToValidUTF8(string(t.kept), "\uFFFD")
	if strings.Contains(r.Header.Get("Content-Type"), "form") {
		return redacted(s)
	}
	return s
}

// secrets matches the secrets in a form or a query.
var secrets = regexp.MustCompile(`(^|&)(token|client_secret|client_assertion|password|refresh_token|access_token)=[^&]*`)

// redacted leaves the secrets of a form or a query out.
func redacted(s string) string {
	if s == "" || !strings.Contains(s, "=") {
		return s
	}
	return secrets.ReplaceAllString(s, "$1$2=[redacted]")
}

// authScheme returns how a request says who makes it.
func authScheme(r *http.Request) string {
	scheme, _, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	return scheme
}

// watched notes the status of an answer.
type watched struct {
	http.ResponseWriter

	status int
	wrote  bool
}

// WriteHeader implements http.ResponseWriter.
func (w *watched) WriteHeader(status int) {
	if !w.wrote {
		w.status, w.wrote = status, true
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (w *watched) Write(b []byte) (int, error) {
	w.wrote = true
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *watched) Unwrap() http.ResponseWriter { return w.ResponseWriter }

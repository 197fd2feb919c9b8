package okta

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"sallyport/sandbox/okta/systemlog"
)

// change is one request or job that may change the org: who acts, with what
// client, and the System Log events that it causes. They are written in one
// transaction when it is done.
type change struct {
	*Org

	actor   systemlog.Actor
	from    Client
	session string // external session id of the actor
	tokenID string // API token that was used
	id      string // of the transaction
	job     bool   // a background job instead of a web request
	path    string // of the request, for debugData
	query   string
	when    time.Time // when it happens, if that is not now

	pending []*systemlog.Event
	effects []func() // to run once the org's lock is free: mails
}

// call is one API request that is being answered.
type call struct {
	change

	r      *http.Request
	who    *principal
	values []string // of the path's parts in braces
	body   []byte
	base   string // URL of the org, without a slash at the end
}

// arg returns the value of the nth part in braces of the path.
func (c *call) arg(n int) string {
	if n < len(c.values) {
		return c.values[n]
	}
	return ""
}

// param returns a parameter of the query.
func (c *call) param(name string) string { return c.r.URL.Query().Get(name) }

// flag returns a boolean parameter of the query.
func (c *call) flag(name string, otherwise bool) bool {
	b, err := strconv.ParseBool(c.param(name))
	if err != nil {
		return otherwise
	}
	return b
}

// decode reads the JSON body, which must be there.
func (c *call) decode(v any) error {
	if len(bytes.TrimSpace(c.body)) == 0 || json.Unmarshal(c.body, v) != nil {
		return errBody()
	}
	return nil
}

// decodeIfAny reads the JSON body when there is one.
func (c *call) decodeIfAny(v any) error {
	if len(bytes.TrimSpace(c.body)) == 0 {
		return nil
	}
	return c.decode(v)
}

// url returns the absolute URL of a path of this org.
func (c *call) url(parts ...string) string {
	return c.base + "/" + strings.Join(parts, "/")
}

// answer is what a handler gives back.
type answer struct {
	status int
	body   any // nil for none; []byte is written as it is
	header http.Header
}

// ok is a 200 with a JSON body.
func ok(body any) (answer, error) { return answer{status: http.StatusOK, body: body}, nil }

// created is a 201 with a JSON body.
func created(body any) (answer, error) { return answer{status: http.StatusCreated, body: body}, nil }

// empty is a 200 with an empty JSON object, as most lifecycle operations
// answer.
func empty() (answer, error) { return ok(struct{}{}) }

// none is a 204.
func none() (answer, error) { return answer{status: http.StatusNoContent}, nil }

// link is a HAL link.
type link struct {
	Href  string `json:"href"`
	Name  string `json:"name,omitempty"`
	Title string `json:"title,omitempty"`
	Type  string `json:"type,omitempty"`
	// Method is how links of users say what may be done with them.
	Method string `json:"method,omitempty"`
	// Hints is how all other links do.
	Hints *hints `json:"hints,omitempty"`
}

type hints struct {
	Allow []string `json:"allow"`
}

// allow makes a link with hints.
func allow(href string, methods ...string) link { return link{Href: href, Hints: &hints{methods}} }

// window is the part of a list that a request asks for.
type window struct {
	limit int
	after string
}

// window reads limit and after. A limit above the maximum counts as the
// maximum.
func (c *call) window(otherwise, maximum int) (window, error) {
	w := window{limit: otherwise, after: c.param("after")}
	if s := c.param("limit"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 {
			return w, invalidField("limit", "The limit must be a positive number.")
		}
		w.limit = min(n, maximum)
	}
	return w, nil
}

// page answers one window of a list: the items, whether more follow, and the
// cursor of the last of them.
func page[T any](c *call, w window, items []T, more bool, last string) (answer, error) {
	if items == nil {
		items = []T{}
	}
	a := answer{status: http.StatusOK, body: items, header: http.Header{}}
	a.header.Add("Link", c.pageLink(w.after, w.limit, "self"))
	if more {
		a.header.Add("Link", c.pageLink(last, w.limit, "next"))
	}
	return a, nil
}

// pageLink makes a Link header for the current request. The cursor and the
// limit stand before the other parameters, as recorded.
func (c *call) pageLink(after string, limit int, rel string) string {
	q := c.r.URL.Query()
	var b strings.Builder
	b.WriteString("<" + c.base + c.r.URL.Path + "?")
	if after != "" {
		b.WriteString("after=" + url.QueryEscape(after) + "&")
	}
	b.WriteString("limit=" + strconv.Itoa(limit))
	for _, name := range []string{"q", "filter", "search", "sortBy", "sortOrder", "expand", "since", "until", "status"} {
		for _, v := range q[name] {
			b.WriteString("&" + name + "=" + url.QueryEscape(v))
		}
	}
	b.WriteString(">; rel=\"" + rel + "\"")
	return b.String()
}

// listed answers one window of an ordered set.
func listed[T keyed, V any](c *call, s *ordered[T], otherwise, maximum int, view func(*call, T) V) (answer, error) {
	w, err := c.window(otherwise, maximum)
	if err != nil {
		return answer{}, err
	}
	in := s.after(w.after)
	more := len(in) > w.limit
	if more {
		in = in[:w.limit]
	}
	out := make([]V, len(in))
	last := ""
	for i, x := range in {
		out[i], last = view(c, x), x.key()
	}
	return page(c, w, out, more, last)
}

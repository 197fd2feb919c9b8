package auth0

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Bounds of lists.
const (
	mostPerPage = 100
	mostFound   = 1000 // results of a search that can be paged through
)

// window is the part of a list that a request asks for by page.
type window struct {
	page, size int
	totals     bool
}

func (c *call) window(size int) (window, error) {
	w := window{size: size}
	var err error
	if w.page, err = c.number("page", 0, 0, 1<<30); err != nil {
		return w, err
	}
	if w.size, err = c.number("per_page", size, 0, mostPerPage); err != nil {
		return w, err
	}
	w.totals = c.param("include_totals") == "true"
	return w, nil
}

// number reads a parameter that is a number between two bounds.
func (c *call) number(name string, otherwise, least, most int) (int, error) {
	s := c.param(name)
	if s == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(s)
	switch {
	case err != nil:
		return 0, badQuery("Expected type integer but found type string on property %s", name)
	case n < least:
		return 0, badQuery("Value %d is less than minimum %d on property %s (%s)", n, least, name, name)
	case n > most:
		return 0, badQuery("Value %d is greater than maximum %d on property %s (%s)", n, most, name, name)
	}
	return n, nil
}

// cut returns the part of a list that a window shows.
func (w window) cut(in []any) []any {
	from := min(w.page*w.size, len(in))
	return in[from:min(from+w.size, len(in))]
}

// paged answers a list by page: as a list, or with totals as an object.
func (c *call) paged(name string, in []any, size int) (answer, error) {
	w, err := c.window(size)
	if err != nil {
		return answer{}, err
	}
	out := nonNil(w.cut(in))
	if !w.totals {
		return ok(out)
	}
	return ok(doc{"start": w.page * w.size, "limit": w.size, "total": len(in), name: out})
}

// listed answers a list by page or, when it is asked for with take or from, by
// checkpoint: the cursor is the place of the first item of the next page.
func (c *call) listed(name string, in []any, size int) (answer, error) {
	if c.param("take") == "" && c.param("from") == "" {
		return c.paged(name, in, size)
	}
	return c.checkpointed(name, in, size)
}

func (c *call) checkpointed(name string, in []any, size int) (answer, error) {
	take, err := c.number("take", size, 1, mostPerPage)
	if err != nil {
		return answer{}, err
	}
	from := 0
	if s := c.param("from"); s != "" {
		id, known := strings.CutPrefix(s, "at_")
		if from = slices.IndexFunc(in, func(x any) bool { return identity(x) == id }); !known || from < 0 {
			return answer{}, badQuery("Invalid value for from")
		}
	}
	end := min(from+take, len(in))
	out := doc{name: nonNil(in[from:end])}
	if end < len(in) {
		out["next"] = "at_" + identity(in[end])
	}
	return ok(out)
}

// identity is what a cursor names an item by.
func identity(x any) string {
	d, _ := x.(doc)
	for _, key := range []string{"id", "user_id", "client_id", "permission_name", "name"} {
		if s := str(d, key); s != "" {
			return s
		}
	}
	return ""
}

func nonNil(in []any) []any {
	if in == nil {
		return []any{}
	}
	return in
}

// pick returns an object with some of its fields: those that the parameter
// fields names, or all others.
func (c *call) pick(d doc) doc {
	fields := c.param("fields")
	if fields == "" {
		return d
	}
	with := c.param("include_fields") != "false"
	names := strings.Split(fields, ",")
	out := doc{}
	for k, v := range d {
		if slices.Contains(names, k) == with {
			out[k] = v
		}
	}
	return out
}

// sortBy orders by the parameter sort, "field:1" or "field:-1".
func (c *call) sortBy(in []doc) error {
	s := c.param("sort")
	if s == "" {
		return nil
	}
	field, way, found := strings.Cut(s, ":")
	if !found || way != "1" && way != "-1" {
		return badQuery("String does not match pattern ^((([\\w|\\.]+))\\:((1|-1)))$: %s on property sort", s)
	}
	by := func(a, b doc) int {
		n := order(a[field], b[field])
		if way == "-1" {
			return -n
		}
		return n
	}
	if !slices.IsSortedFunc(in, by) { // as people are by the time of their creation
		slices.SortStableFunc(in, by)
	}
	return nil
}

func order(a, b any) int {
	if x, isText := a.(string); isText && strings.IndexByte(x, ':') >= 0 {
		if y, isText := b.(string); isText {
			return strings.Compare(x, y)
		}
	}
	if x, y := fmt.Sprint(a), fmt.Sprint(b); a != nil && b != nil {
		f, err1 := strconv.ParseFloat(x, 64)
		g, err2 := strconv.ParseFloat(y, 64)
		if err1 == nil && err2 == nil && f != g {
			if f < g {
				return -1
			}
			return 1
		}
		return strings.Compare(x, y)
	}
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return 1
	default:
		return -1
	}
}

// nextLink makes the header that leads to the next page of a list.
func nextLink(u string, q url.Values) http.Header {
	return http.Header{"Link": {"<" + u + "?" + q.Encode() + `>; rel="next"`}}
}

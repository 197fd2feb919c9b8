package connector

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"sallyport/internal/egress"
	"sallyport/internal/errs"
	"sallyport/internal/value"
)

// maxPages bounds a list whatever its limit says.
const maxPages = 1000

// list is what one or more pages gave: what outputs are calculated from.
type list struct {
	scope  scope
	status int
}

// pages sends the request, and where it lists in pages, those that follow, until
// there are as many items as are wanted.
func (s *session) pages(ctx context.Context, w *wire) (list, *Error) {
	p := s.step.pages
	if p == nil {
		return s.single(ctx, w)
	}
	if err := s.turn(w, value.String(eval(p.start, s.open()))); err != nil {
		return list{}, asError(err)
	}
	items := []any{}
	limit, limited := s.limit()
	for n := 1; ; n++ {
		a, failure := s.send(ctx, w)
		if failure != nil {
			return list{}, failure
		}
		seen := s.open().with(a.scope())
		page, _ := eval(p.items, seen).([]any)
		items = append(items, page...)
		next := p.following(a, seen)
		more := next != ""
		if s.onePage() && len(page) == 0 {
			more, next = false, "" // a peer that never comes to an end
		}
		if !more || len(page) == 0 || n >= s.mostPages() || limited && len(items) >= limit {
			if limited && len(items) > limit {
				// The rest of this page is not in the next one: say that there is more, not where.
				items, more, next = items[:limit], true, ""
			}
			return list{seen.with(scope{"items": items, "more": more, "next": value.OrNull(next)}), a.status}, nil
		}
		if err := s.turn(w, next); err != nil {
			return list{}, asError(err)
		}
	}
}

// single sends a request that is no list.
func (s *session) single(ctx context.Context, w *wire) (list, *Error) {
	a, failure := s.send(ctx, w)
	if failure != nil {
		return list{}, failure
	}
	seen := s.open().with(a.scope())
	if s.action.do.binary {
		file, err := a.file(w.url)
		if err != nil {
			return list{}, s.critic().lost(err, true)
		}
		seen["file"] = file
	}
	return list{seen, a.status}, nil
}

// onePage reports whether only one page of the present list is wanted. The lists
// of requests before the last are not what is gone over.
func (s *session) onePage() bool { return s.call.OnePage && s.step.pages == s.action.do.pages() }

// limit returns how many items are wanted, if that is bounded.
func (s *session) limit() (n int, limited bool) {
	f, ok := eval(s.step.pages.limit, s.open()).(float64)
	return int(f), ok && !s.onePage()
}

func (s *session) mostPages() int {
	if s.onePage() {
		return 1
	}
	return maxPages
}

// following returns the page after an answer: an URL or a cursor.
func (p *pagesPlan) following(a *answer, seen scope) string {
	if p.link {
		return nextLink(a.header.Values("Link"))
	}
	return value.String(eval(p.next, seen))
}

// turn makes w the request of a page; the empty one is the first. A URL that the peer names must stay where
// the connection leads: the credential goes with it.
func (s *session) turn(w *wire, page string) error {
	switch p := s.step.pages; {
	case page == "":
		return nil
	case p.param != "":
		u := *w.url
		setParam(&u, p.param, page)
		w.url = &u
		return nil
	case p.field != "":
		v, err := value.ParseJSON(w.body)
		body, ok := v.(*value.Object)
		if err != nil || !ok {
			return errs.New(errs.Invalid, "%s has no body to name the next page in", s.action.Title)
		}
		w.body = value.JSON(body.With(p.field, page))
		return nil
	}
	u, err := w.url.Parse(page)
	if err != nil || !egress.SameOrigin(u, w.url) || u.User != nil {
		return errs.Wrap(errs.Invalid, fmt.Errorf("the next page is at %q", page), "%s names a next page that is not its own", s.connector.Title)
	}
	w.url = u
	return nil
}

func setParam(u *url.URL, name, text string) {
	q := u.Query()
	q.Set(name, text)
	u.RawQuery = q.Encode()
}

// nextLink returns the URL of the link with rel="next" in Link headers
// (RFC 8288), or "".
func nextLink(headers []string) string {
	for _, h := range headers {
		for h != "" {
			_, rest, ok := strings.Cut(h, "<")
			if !ok {
				break
			}
			target, rest, ok := strings.Cut(rest, ">")
			if !ok {
				break
			}
			params, after := linkParams(rest)
			if strings.Contains(" "+params["rel"]+" ", " next ") {
				if _, err := url.Parse(target); err == nil {
					return target
				}
			}
			h = after
		}
	}
	return ""
}

// linkParams reads the parameters of one link, and returns what follows the
// comma after it. Values may be quoted, and then hold commas and semicolons.
func linkParams(s string) (params map[string]string, after string) {
	params = map[string]string{}
	for {
		s = strings.TrimLeft(s, " \t;")
		if s == "" || s[0] == ',' {
			return params, strings.TrimPrefix(s, ",")
		}
		end := strings.IndexAny(s, "=;,")
		if end < 0 {
			return params, ""
		}
		name := strings.ToLower(strings.TrimSpace(s[:end]))
		if s[end] != '=' {
			s = s[end:]
			continue
		}
		var text string
		text, s = linkValue(strings.TrimLeft(s[end+1:], " \t"))
		if _, ok := params[name]; !ok {
			params[name] = strings.ToLower(text)
		}
	}
}

func linkValue(s string) (text, rest string) {
	if !strings.HasPrefix(s, `"`) {
		end := strings.IndexAny(s, ";,")
		if end < 0 {
			return strings.TrimSpace(s), ""
		}
		return strings.TrimSpace(s[:end]), s[end:]
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '"':
			return b.String(), s[i+1:]
		case '\\':
			i++
		}
		if i < len(s) {
			b.WriteByte(s[i])
		}
	}
	return b.String(), ""
}

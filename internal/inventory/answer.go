package inventory

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/okta"
)

// WaitError says that a call was not made, for the sake of the rate limit, and
// when it may be.
type WaitError struct{ Until time.Time }

func (e *WaitError) Error() string {
	return "waits for the rate limit until " + e.Until.UTC().Format(time.TimeOnly) + " UTC"
}

// reply is what an answer says.
type reply struct {
	items []any // of a list
	body  any   // of what is no list
	next  string
	fail  *Result // why it says nothing; nil where it does
}

// readReply reads an answer to a call of a target. The error is what may pass, or
// what ends everything.
func readReply(target, under string, a okta.Answer) (reply, error) {
	switch {
	case a.Status == http.StatusOK:
		return readBody(target, under, a)
	case a.Status == http.StatusNoContent:
		return reply{}, nil
	case a.Status == http.StatusTooManyRequests || a.Status >= 500 && a.Status != http.StatusNotImplemented:
		return reply{}, errs.Wrap(errs.Unavailable, okta.ErrorOf(a), "read %s", target)
	}
	e := okta.ErrorOf(a)
	switch {
	case a.Status == http.StatusUnauthorized && e.Code == "E0000011":
		return reply{}, errs.Wrap(errs.Denied, e, "the credential is not valid any more: %s", e.Error())
	case okta.NoFeature(a):
		return reply{fail: &Result{Visible: okta.Absent, Said: "The org does not have it: " + e.Error() + "."}}, nil
	case e.Refused():
		said := e.Error() + "."
		if scope := okta.MissingScope(a.Header); scope != "" {
			said = "The app has not been granted the scope " + scope + ", or the connection does not ask for it."
		}
		return reply{fail: &Result{Visible: okta.Denied, Said: said}}, nil
	case a.Status == http.StatusNotFound: // the object is gone, or has no such part
		return reply{}, nil
	}
	return reply{fail: &Result{Visible: okta.Unknown, Said: e.Error() + "."}}, nil
}

func readBody(target, under string, a okta.Answer) (reply, error) {
	var body any
	if err := decode(a.Body, &body); err != nil {
		return reply{}, errs.Wrap(errs.Unavailable, err, "Okta's answer to %s is no JSON", target)
	}
	r := reply{body: body, next: nextTarget(target, a.Header, body)}
	switch v := body.(type) {
	case []any:
		r.items = v
	case object:
		for _, name := range []string{under, "value"} {
			if list, ok := v[name].([]any); ok && name != "" {
				r.items = list
				break
			}
		}
	}
	return r, nil
}

// nextTarget returns path and query of the next page, as the Link header (RFC 8288)
// or the body's own links tell it. It is one of the same list: a credential goes
// nowhere but where it was meant to.
func nextTarget(target string, h http.Header, body any) string {
	was, err := url.Parse(target)
	if err != nil {
		return ""
	}
	next := text(body, "_links", "next", "href")
	for _, line := range h.Values("Link") {
		for link := range strings.SplitSeq(line, ",") {
			href, params, ok := strings.Cut(strings.TrimSpace(link), ";")
			if ok && strings.Contains(params, `rel="next"`) && strings.HasPrefix(href, "<") && strings.HasSuffix(href, ">") {
				next = href[1 : len(href)-1]
			}
		}
	}
	u, err := url.Parse(next)
	if err != nil || next == "" || u.Path != was.Path || u.RawQuery == "" || u.RequestURI() == was.RequestURI() {
		return ""
	}
	return u.RequestURI()
}

package inventory

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

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
func readReply(target string, of shape, a okta.Answer) (reply, error) {
	switch {
	case a.Status == http.StatusOK:
		return readBody(target, of, a)
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

// shape is what of an answer is looked at.
type shape struct {
	under  string   // the field that the list stands in; empty where the answer is the list
	fields []string // those of the items of a list, sorted; nil is all of them
}

func readBody(target string, of shape, a okta.Answer) (reply, error) {
	body, err := of.read(a.Body)
	if err != nil {
		return reply{}, errs.Wrap(errs.Unavailable, err, "Okta's answer to %s is no JSON", target)
	}
	r := reply{body: body, next: nextTarget(target, a.Header, body)}
	switch v := body.(type) {
	case []any:
		r.items = v
	case object:
		for _, name := range []string{of.under, "value"} {
			if list, ok := v[name].([]any); ok && name != "" {
				r.items = list
				break
			}
		}
	}
	return r, nil
}

// read reads a body. Of lists whose items are looked at for a few fields, it takes
// those alone: a page of members is a thousand people with all that is known of them.
func (of shape) read(text []byte) (any, error) {
	if start := bytes.TrimLeft(text, " \t\r\n"); of.fields == nil || len(start) == 0 || start[0] != '[' {
		var body any
		err := decode(text, &body)
		return body, err
	}
	d := jsontext.NewDecoder(bytes.NewBuffer(text), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	if _, err := d.ReadToken(); err != nil {
		return nil, err
	}
	items := []any{}
	for d.PeekKind() != ']' {
		item, err := of.item(d)
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	if _, err := d.ReadToken(); err != nil {
		return nil, err
	}
	if _, err := d.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("text after the list, at byte %d", d.InputOffset())
	}
	return items, nil
}

// item reads the fields of an item; of what is no object, nothing.
func (of shape) item(d *jsontext.Decoder) (any, error) {
	if d.PeekKind() != '{' {
		return nil, d.SkipValue()
	}
	if _, err := d.ReadToken(); err != nil {
		return nil, err
	}
	out := object{}
	for d.PeekKind() != '}' {
		token, err := d.ReadToken()
		if err != nil {
			return nil, err
		}
		name := token.String()
		if _, wanted := slices.BinarySearch(of.fields, name); !wanted {
			if err := d.SkipValue(); err != nil {
				return nil, err
			}
			continue
		}
		if out[name], err = readValue(d); err != nil {
			return nil, err
		}
	}
	_, err := d.ReadToken()
	return out, err
}

// readValue reads a value; texts, which most are, without another reader.
func readValue(d *jsontext.Decoder) (v any, err error) {
	if d.PeekKind() == '"' {
		token, err := d.ReadToken()
		return token.String(), err
	}
	text, err := d.ReadValue()
	if err == nil {
		err = decode(text, &v)
	}
	return v, err
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

// Package auth0 speaks the parts of Auth0's Management API that are no action of
// a flow: reading a tenant's log. It reads the log's entries as events of the
// same shape as Okta's, so that all that looks at events looks at both: the
// entry itself is kept in them byte for byte.
package auth0

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/event"
	"sallyport/internal/okta"
)

// PageSize is the most entries that Auth0 returns at once.
const PageSize = 100

// logsPath is where the log is (GET /api/v2/logs).
const logsPath = "/api/v2/logs"

// startMargin is how long before the time that a poll starts at its place in the
// log is looked for: searches find an entry a little after it was written.
const startMargin = time.Minute

// FirstPage returns the target of the first page of a poll for what was logged
// since a time. Auth0 reads on from an entry and not from a time, so the page is
// a search for the newest entry before; what follows that one is the next page.
func FirstPage(since time.Time) string {
	until := since.Add(-startMargin).UTC().Format("2006-01-02T15:04:05.000Z")
	return logsPath + "?" + url.Values{"q": {"date:[* TO " + until + "]"}, "sort": {"date:-1"}, "page": {"0"}, "per_page": {"1"}}.Encode()
}

// after is the target of what was logged after an entry, the oldest first
// ("checkpoint mode"); of all that there is, where the entry is not named.
func after(entry string) string {
	q := url.Values{"take": {strconv.Itoa(PageSize)}}
	if entry != "" {
		q.Set("from", entry)
	}
	return logsPath + "?" + q.Encode()
}

// ReadLog reads the page at a target.
func ReadLog(ctx context.Context, f okta.Fetcher, target string) (okta.Page, error) {
	a, err := f.Fetch(ctx, target)
	if err != nil {
		return okta.Page{}, err
	}
	if a.Status != http.StatusOK {
		return okta.Page{}, errorOf(a, searches(target))
	}
	var raw []json.RawMessage
	if err := event.Decode(a.Body, &raw); err != nil {
		return okta.Page{}, errs.Wrap(errs.Unavailable, err, "the answer of the tenant's log is no list of entries: %v", err)
	}
	parser := NewParser()
	if searches(target) {
		return firstPage(parser, raw)
	}
	p := okta.Page{Next: nextLink(a.Header), More: len(raw) >= PageSize}
	for i, r := range raw {
		e, err := parser.Parse(r)
		if err != nil {
			p.Bad = append(p.Bad, fmt.Errorf("entry %d of the page: %w", i, err))
			continue
		}
		p.Events = append(p.Events, e)
	}
	if n := len(p.Events); p.Next == "" && n > 0 {
		p.Next = after(p.Events[n-1].UUID)
	}
	return p, nil
}

// searches reports whether a target is that of [FirstPage].
func searches(target string) bool {
	_, query, _ := strings.Cut(target, "?")
	q, err := url.ParseQuery(query)
	return err == nil && q.Get("q") != ""
}

// firstPage is the page of a search: it has no events, and says where to begin.
func firstPage(parser *Parser, found []json.RawMessage) (okta.Page, error) {
	if len(found) == 0 {
		return okta.Page{Next: after(""), More: true}, nil
	}
	e, err := parser.Parse(found[0])
	if err != nil {
		return okta.Page{}, errs.Wrap(errs.Unavailable, err, "the newest entry of the tenant's log cannot be read: %v", err)
	}
	return okta.Page{Next: after(e.UUID), More: true}, nil
}

// nextLink returns path and query of the rel="next" link (RFC 8288), without what
// stands before the API's path. The host is left out: a credential goes nowhere
// but to the tenant that it is for.
func nextLink(h http.Header) string {
	for _, line := range h.Values("Link") {
		for link := range strings.SplitSeq(line, ",") {
			target, params, ok := strings.Cut(link, ";")
			target = strings.TrimSpace(target)
			if !ok || !strings.Contains(params, `rel="next"`) && !strings.Contains(params, "rel=next") || !strings.HasPrefix(target, "<") || !strings.HasSuffix(target, ">") {
				continue
			}
			u, err := url.Parse(target[1 : len(target)-1])
			if err == nil && strings.HasSuffix(u.Path, logsPath) && u.RawQuery != "" {
				return logsPath + "?" + u.RawQuery
			}
		}
	}
	return ""
}

// ResponseError is an answer of a tenant that is an error, as Auth0's error
// bodies carry it.
type ResponseError struct {
	Status  int
	Code    string // errorCode: "insufficient_scope"
	Message string

	search bool // the request followed no entry
}

func errorOf(a okta.Answer, search bool) *ResponseError {
	e := &ResponseError{Status: a.Status, search: search}
	var body struct {
		Code    string `json:"errorCode"`
		Message string `json:"message"`
	}
	if json.Unmarshal(a.Body, &body) == nil {
		e.Code, e.Message = body.Code, body.Message
	}
	return e
}

func (e *ResponseError) Error() string {
	if e.Message == "" {
		return fmt.Sprintf("Auth0 answered %d %s", e.Status, http.StatusText(e.Status))
	}
	if e.Code == "" {
		return fmt.Sprintf("Auth0 answered %d: %s", e.Status, e.Message)
	}
	return fmt.Sprintf("Auth0 answered %d: %s (%s)", e.Status, e.Message, e.Code)
}

// BadCursor reports whether the entry that a page follows is not known any more,
// as entries are kept for some days only; reading must start again from a time.
func (e *ResponseError) BadCursor() bool {
	return !e.search && (e.Status == http.StatusBadRequest || e.Status == http.StatusNotFound)
}

// Refused reports whether the credential is not valid, or may not read the log.
func (e *ResponseError) Refused() bool {
	return e.Status == http.StatusUnauthorized || e.Status == http.StatusForbidden
}

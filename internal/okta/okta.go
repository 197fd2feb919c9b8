// Package okta speaks the parts of Okta's API that are no action of a flow:
// reading the System Log. How to sign in, the rate budget and the network are a
// [Fetcher]'s, so that everything that calls an org shares one budget.
package okta

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/event"
)

// Fetcher makes a signed-in GET request to an org: path and query in, answer
// out. An error says that no answer came; an answer of any status is no error.
type Fetcher interface {
	Fetch(ctx context.Context, target string) (Answer, error)
}

// Answer is what an org answered.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Page is one page of the System Log, read for polling.
type Page struct {
	Events []event.Event
	Bad    []error // events that could not be read, each with its place
	Next   string  // path and query of the next page: always there when polling
	More   bool    // the page is as full as one can be, so there are more
}

// PageSize is the most events that Okta returns at once.
const PageSize = 1000

// FirstPage returns the target of the first page of a poll: every event that
// becomes visible after since, in the order in which it does, for ever. Without
// an until the System Log is in polling mode (GET /api/v1/logs).
func FirstPage(since time.Time) string {
	q := url.Values{"since": {since.UTC().Format("2006-01-02T15:04:05.000Z")}, "sortOrder": {"ASCENDING"}, "limit": {fmt.Sprint(PageSize)}}
	return "/api/v1/logs?" + q.Encode()
}

// ReadLog reads the page at a target.
func ReadLog(ctx context.Context, f Fetcher, target string) (Page, error) {
	a, err := f.Fetch(ctx, target)
	if err != nil {
		return Page{}, err
	}
	if a.Status != http.StatusOK {
		return Page{}, ErrorOf(a)
	}
	var raw []json.RawMessage
	if err := event.Decode(a.Body, &raw); err != nil {
		return Page{}, errs.Wrap(errs.Unavailable, err, "the System Log's answer is no list of events: %v", err)
	}
	p := Page{Next: nextLink(a.Header), More: len(raw) >= PageSize}
	parser := event.NewParser()
	for i, r := range raw {
		e, err := parser.Parse(r)
		if err != nil {
			p.Bad = append(p.Bad, fmt.Errorf("event %d of the page: %w", i, err))
			continue
		}
		p.Events = append(p.Events, e)
	}
	return p, nil
}

// nextLink returns path and query of the rel="next" link (RFC 8288). The host
// is left out: a credential goes nowhere but to the org that it is for.
func nextLink(h http.Header) string {
	for _, line := range h.Values("Link") {
		for link := range strings.SplitSeq(line, ",") {
			target, params, ok := strings.Cut(link, ";")
			target = strings.TrimSpace(target)
			if !ok || !strings.Contains(params, `rel="next"`) || !strings.HasPrefix(target, "<") || !strings.HasSuffix(target, ">") {
				continue
			}
			u, err := url.Parse(target[1 : len(target)-1])
			if err == nil && strings.HasPrefix(u.Path, "/api/v1/logs") {
				return u.RequestURI()
			}
		}
	}
	return ""
}

// ResponseError is an answer of an org that is an error: its summary and code
// as Okta's error bodies carry them.
type ResponseError struct {
	Status  int
	Code    string // E0000011
	Summary string
	Causes  []string // what is wrong with each field, where Okta says so
}

func (e *ResponseError) Error() string {
	if e.Code == "" {
		return fmt.Sprintf("Okta answered %d %s", e.Status, http.StatusText(e.Status))
	}
	return fmt.Sprintf("Okta answered %d: %s (%s)", e.Status, e.Summary, e.Code)
}

// BadCursor reports whether the error says that a page's link is not valid any
// more, so that reading must start again from a time.
func (e *ResponseError) BadCursor() bool {
	return e.Status == http.StatusBadRequest && (e.Code == "E0000029" || e.Code == "E0000031")
}

// Refused reports whether the credential is not valid, or may not read this.
func (e *ResponseError) Refused() bool {
	return e.Status == http.StatusUnauthorized || e.Status == http.StatusForbidden
}

// ErrorOf reads an answer that is an error.
func ErrorOf(a Answer) *ResponseError {
	e := &ResponseError{Status: a.Status}
	var body struct {
		ErrorCode    string `json:"errorCode"`
		ErrorSummary string `json:"errorSummary"`
		ErrorCauses  []struct {
			ErrorSummary string `json:"errorSummary"`
		} `json:"errorCauses"`
	}
	if json.Unmarshal(a.Body, &body) == nil {
		e.Code, e.Summary = body.ErrorCode, strings.TrimSuffix(strings.TrimSpace(body.ErrorSummary), ".") // the code comes behind it
		for _, c := range body.ErrorCauses {
			e.Causes = append(e.Causes, c.ErrorSummary)
		}
	}
	return e
}

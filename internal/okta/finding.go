package okta

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"sallyport/internal/errs"
)

// Verdict is what a look at an org came to.
type Verdict string

// The verdicts. That nothing was seen is no proof that there is nothing: what
// cannot be told is said to be so.
const (
	Pass       Verdict = "pass"
	Fail       Verdict = "fail"
	Refused    Verdict = "refused" // the credential may not look
	CannotTell Verdict = "cannot_tell"
)

// Verdicts lists the verdicts.
func Verdicts() []Verdict { return []Verdict{Pass, Fail, Refused, CannotTell} }

// Finding is one thing that was looked at in an org, for people.
type Finding struct {
	ID      string  `json:"id"`
	Title   string  `json:"title"`
	Verdict Verdict `json:"verdict"`
	Said    string  `json:"said"`             // what was found
	Why     string  `json:"why"`              // what it is wanted for
	Where   string  `json:"where,omitempty"`  // the place in Okta's Admin Console
	Advice  string  `json:"advice,omitempty"` // of what passes and could be better
	Fix     []Fix   `json:"fix,omitempty"`    // the calls that put it right; none where no API does
}

// Fix is an action of the Okta connector that puts something right.
type Fix struct {
	Action string         `json:"action"`
	Inputs map[string]any `json:"inputs"`
}

// look reads a target into out. The finding that comes with false says why it
// could not be read; its ID, Title, Why and Where are the caller's.
func look(ctx context.Context, f Fetcher, target string, out any) (Answer, Finding, bool) {
	a, err := f.Fetch(ctx, target)
	if err != nil {
		return a, Finding{Verdict: CannotTell, Said: "Okta was not reached: " + errs.Message(err) + "."}, false
	}
	if a.Status != http.StatusOK {
		return a, unreadable(a), false
	}
	if err := json.Unmarshal(a.Body, out); err != nil {
		return a, notDescribed(), false
	}
	return a, Finding{}, true
}

// unreadable says what an answer that is an error means for who looks.
func unreadable(a Answer) Finding {
	e := ErrorOf(a)
	switch {
	case e.Status == http.StatusUnauthorized && e.Code == "E0000015":
		return Finding{Verdict: CannotTell, Said: "The org does not have this feature: " + e.Error() + "."}
	case e.Refused():
		said := e.Error() + "."
		if scope := MissingScope(a.Header); scope != "" {
			said = fmt.Sprintf("The app has not been granted the scope %s, or the connection does not ask for it.", scope)
		}
		return Finding{Verdict: Refused, Said: said}
	case e.Status == http.StatusTooManyRequests:
		return Finding{Verdict: CannotTell, Said: "The rate limit is used up. Try again in a minute."}
	}
	return Finding{Verdict: CannotTell, Said: e.Error() + "."}
}

// MissingScope returns the scope that an access token lacks, as the
// WWW-Authenticate header tells it (RFC 6750 section 3).
func MissingScope(h http.Header) string {
	header := h.Get("Www-Authenticate")
	if !strings.Contains(header, `error="insufficient_scope"`) {
		return ""
	}
	_, after, ok := strings.Cut(header, `scope="`)
	if !ok {
		return ""
	}
	scope, _, _ := strings.Cut(after, `"`)
	return scope
}

func notDescribed() Finding {
	return Finding{Verdict: CannotTell, Said: "Okta's answer is not what its API describes."}
}

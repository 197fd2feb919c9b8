package connector

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"sallyport/internal/connector/oauth"
	"sallyport/internal/egress"
	"sallyport/internal/errs"
	"sallyport/internal/quota"
	"sallyport/internal/secret"
	"sallyport/internal/value"
)

// asError returns err as the Error that callers of the engine get. One that is
// none yet came before anything was sent.
func asError(err error) *Error {
	if e := AsError(err); e != nil {
		return e
	}
	code := map[errs.Kind]string{errs.Invalid: "invalid_call", errs.NotFound: "not_found"}[errs.KindOf(err)]
	if code == "" {
		code = "internal"
	}
	return &Error{Message: unstopped(errs.Message(err)), Code: code, Err: err}
}

// unstopped returns a message without the full stop at its end: it is told with
// a status behind it, or in a sentence of somebody else's.
func unstopped(message string) string {
	message = strings.TrimSpace(message)
	if strings.HasSuffix(message, "..") { // an ellipsis
		return message
	}
	return strings.TrimSuffix(message, ".")
}

// kindOf sorts an HTTP status for callers that decide by the kind of error.
func kindOf(status int) errs.Kind {
	switch {
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return errs.Denied
	case status == http.StatusNotFound || status == http.StatusGone:
		return errs.NotFound
	case status == http.StatusConflict || status == http.StatusPreconditionFailed:
		return errs.Conflict
	case passes(status):
		return errs.Unavailable
	}
	return errs.Invalid
}

// passes reports whether a status tells of a trouble that may pass by itself.
func passes(status int) bool {
	return status == http.StatusTooManyRequests || status == http.StatusRequestTimeout || status == http.StatusTooEarly || status >= 500 && status != http.StatusNotImplemented
}

// critic tells what went wrong with a call.
type critic struct {
	title string // of the connector
	seen  scope  // what expressions see of the call
	own   *plan
	step  *step       // nil: no request is made
	also  []errorPlan // those of the connector
	now   func() time.Time
}

func (s *session) critic() *critic {
	return &critic{s.connector.Title, s.open(), s.action.do, s.step, s.connector.profile.errors, s.engine.now}
}

// judge returns what an answer refuses, or nil where it is none of the errors.
// Retry is when the rate limit lets another call through, where it was that.
func (c *critic) judge(a *answer, retry time.Time) *Error {
	seen := c.seen.with(a.scope())
	if c.step != nil && holds(c.step.accept, seen) {
		return nil
	}
	e := &Error{Status: a.status, Body: a.body, Transient: passes(a.status), Auth: a.status == http.StatusUnauthorized, RetryAt: retry}
	e.Sent = a.status >= 500
	if a.broken && a.status < 400 { // no error that a file knows: what was to be read is not there
		e.Message, e.Code, e.Transient, e.Sent = c.title+"'s answer breaks off, or is no JSON", "malformed_answer", true, true
		return c.finish(e)
	}
	for _, plans := range [][]errorPlan{c.own.errors, c.also} {
		for _, p := range plans {
			if holds(p.when, seen) {
				c.apply(p, e, seen)
				return c.finish(e)
			}
		}
	}
	if a.status < 400 {
		return nil
	}
	return c.finish(e)
}

// apply takes over what the file says of an error.
func (c *critic) apply(p errorPlan, e *Error, seen scope) {
	e.Message, e.Code = value.String(eval(p.message, seen)), value.String(eval(p.code, seen))
	if p.transient != nil {
		e.Transient = holds(p.transient, seen)
	}
	if p.auth != nil {
		e.Auth = holds(p.auth, seen)
	}
	if seconds, ok := eval(p.retry, seen).(float64); ok && seconds >= 0 {
		e.Transient, e.RetryAt = true, c.now().Add(time.Duration(min(seconds, 86400)*float64(time.Second)))
	}
}

// finish gives an error the words that it lacks.
func (c *critic) finish(e *Error) *Error {
	if e.Message == "" {
		e.Message = fmt.Sprintf("%s answered with status %d %s", c.title, e.Status, http.StatusText(e.Status))
		if text, ok := e.Body.(string); ok {
			e.Message += ": " + firstLine(text)
		}
	}
	e.Message = unstopped(e.Message)
	if e.Code == "" {
		e.Code = strings.ToLower(strings.ReplaceAll(http.StatusText(e.Status), " ", "_"))
	}
	kind := kindOf(e.Status)
	switch {
	case e.Auth:
		kind = errs.Denied
	case e.Transient:
		kind = errs.Unavailable
	}
	e.Err = errs.New(kind, "%s", e.Message)
	return e
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	if r := []rune(line); len(r) > 200 {
		line = string(r[:200]) + "…"
	}
	return line
}

// lost returns the error of a request that got no answer. Sent says whether
// the peer may have seen it.
func (c *critic) lost(err error, sent bool) *Error {
	if e := AsError(err); e != nil {
		return e
	}
	e := &Error{Sent: sent, Transient: true}
	kind := errs.Unavailable
	cause := bare(err)
	if w, ok := errors.AsType[*quota.WaitError](err); ok {
		e.Code, e.RetryAt = "rate_limited", w.Until
		e.Message = fmt.Sprintf("the rate limit of %s leaves nothing for this call before %s", c.title, w.Until.UTC().Format(time.RFC3339))
	} else if o, ok := errors.AsType[*oauth.Error](err); ok {
		e.Status, e.Code, e.Message, e.Transient, e.Auth = o.Status, o.Code, o.Error(), !o.Refused(), o.Refused()
		if o.Refused() {
			kind = errs.Denied
		}
	} else if code := hopeless(err); code != "" {
		e.Code, e.Message, e.Transient, kind = code, cause.Error(), false, errs.Invalid
	} else {
		e.Code, e.Message = c.broken(err)
	}
	e.Message = unstopped(e.Message)
	e.Err = errs.Wrap(kind, cause, "%s", e.Message)
	return e
}

// hopeless names what will fail the same way every time, or is "".
func hopeless(err error) string {
	if _, ok := egress.Blocked(err); ok {
		return "blocked"
	}
	if _, ok := errors.AsType[*egress.TooLargeError](err); ok {
		return "too_large"
	}
	if errors.Is(err, egress.ErrRedirect) {
		return "redirected"
	}
	return ""
}

// broken says how a connection failed.
func (c *critic) broken(err error) (code, message string) {
	switch {
	case errors.Is(err, context.Canceled):
		return "cancelled", "the call was cancelled"
	case errors.Is(err, context.DeadlineExceeded) || isTimeout(err):
		return "timeout", fmt.Sprintf("%s did not answer in time", c.title)
	}
	return "unreachable", fmt.Sprintf("%s cannot be reached: %v", c.title, bare(err))
}

// bare takes the URL, which may be secret, off an error of the HTTP client.
func bare(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}

func isTimeout(err error) bool {
	t, ok := errors.AsType[interface {
		error
		Timeout() bool
	}](err)
	return ok && t.Timeout()
}

// scrubError takes secrets out of an error. The cause is for the log, where
// they must not stand either.
func scrubError(scrub *secret.Scrubber, e *Error) *Error {
	e.Message, e.Body = scrub.Text(e.Message), ScrubValue(scrub, e.Body)
	if e.Err != nil {
		if text := e.Err.Error(); scrub.Text(text) != text {
			e.Err = errs.New(errs.KindOf(e.Err), "%s", scrub.Text(text))
		}
	}
	return e
}

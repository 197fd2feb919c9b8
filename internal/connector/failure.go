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
	return &Error{Message: errs.Message(err), Code: code, Err: err}
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

// judge returns what an answer refuses, or nil where it is none of the errors.
func (s *session) judge(a *answer, retry time.Time) *Error {
	seen := s.open().with(a.scope())
	if holds(s.action.do.accept, seen) {
		return nil
	}
	e := &Error{Status: a.status, Body: a.body, Transient: passes(a.status), Auth: a.status == http.StatusUnauthorized, RetryAt: retry}
	e.Sent = a.status >= 500
	for _, plans := range [][]errorPlan{s.action.do.errors, s.connector.profile.errors} {
		for _, p := range plans {
			if holds(p.when, seen) {
				s.apply(p, e, seen)
				return s.finish(e)
			}
		}
	}
	if a.status < 400 {
		return nil
	}
	return s.finish(e)
}

// apply takes over what the file says of an error.
func (s *session) apply(p errorPlan, e *Error, seen scope) {
	e.Message, e.Code = value.String(eval(p.message, seen)), value.String(eval(p.code, seen))
	if p.transient != nil {
		e.Transient = holds(p.transient, seen)
	}
	if p.auth != nil {
		e.Auth = holds(p.auth, seen)
	}
	if seconds, ok := eval(p.retry, seen).(float64); ok && seconds >= 0 {
		e.Transient, e.RetryAt = true, s.engine.now().Add(time.Duration(min(seconds, 86400)*float64(time.Second)))
	}
}

// finish gives an error the words that it lacks.
func (s *session) finish(e *Error) *Error {
	if e.Message == "" {
		e.Message = fmt.Sprintf("%s answered with status %d %s", s.connector.Title, e.Status, http.StatusText(e.Status))
		if text, ok := e.Body.(string); ok {
			e.Message += ": " + firstLine(text)
		}
	}
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
func (s *session) lost(err error, sent bool) *Error {
	if e := AsError(err); e != nil {
		return e
	}
	e := &Error{Sent: sent, Transient: true, Code: "unreachable"}
	kind := errs.Unavailable
	host := s.connector.Title
	cause := bare(err)
	switch {
	case errors.As(err, new(*quota.WaitError)):
		w, _ := errors.AsType[*quota.WaitError](err)
		e.Code, e.RetryAt, e.Message = "rate_limited", w.Until, fmt.Sprintf("the rate limit of %s leaves nothing for this call before %s", host, w.Until.UTC().Format(time.RFC3339))
	case errors.As(err, new(*oauth.Error)):
		o, _ := errors.AsType[*oauth.Error](err)
		e.Status, e.Code, e.Message, e.Transient, e.Auth = o.Status, o.Code, o.Error(), !o.Refused(), o.Refused()
		if o.Refused() {
			kind = errs.Denied
		}
	case errors.As(err, new(*egress.BlockedError)):
		e.Code, e.Message, e.Transient, kind = "blocked", cause.Error(), false, errs.Invalid
	case errors.As(err, new(*egress.TooLargeError)):
		e.Code, e.Message, e.Transient, kind = "too_large", cause.Error(), false, errs.Invalid
	case errors.Is(err, egress.ErrRedirect):
		e.Code, e.Message, e.Transient, kind = "redirected", cause.Error(), false, errs.Invalid
	case errors.Is(err, context.Canceled):
		e.Code, e.Message = "cancelled", "the call was cancelled"
	case errors.Is(err, context.DeadlineExceeded) || isTimeout(err):
		e.Code, e.Message = "timeout", fmt.Sprintf("%s did not answer in time", host)
	default:
		e.Message = fmt.Sprintf("%s cannot be reached: %v", host, cause)
	}
	e.Err = errs.Wrap(kind, cause, "%s", e.Message)
	return e
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
func (s *session) scrubError(e *Error) *Error {
	e.Message, e.Body = s.scrub.Text(e.Message), ScrubValue(s.scrub, e.Body)
	if e.Err != nil {
		if text := e.Err.Error(); s.scrub.Text(text) != text {
			e.Err = errs.New(errs.KindOf(e.Err), "%s", s.scrub.Text(text))
		}
	}
	return e
}

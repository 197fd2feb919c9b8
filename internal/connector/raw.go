package connector

import (
	"context"
	"net/http"

	"sallyport/internal/errs"
	"sallyport/internal/quota"
)

// Raw is an answer as it came.
type Raw struct {
	Status int
	Header http.Header
	Body   []byte
}

// Raw carries a call out and returns the peer's answer byte for byte, whatever
// its status: for who reads formats that must not pass through values, such as
// log events. The error is an [*Error] when there was no answer, or one that
// says when to come back; what a status below 400 comes with is not looked at.
// Nothing is scrubbed: what comes must not be shown.
func (e *Engine) Raw(ctx context.Context, conn Connection, call Call) (Raw, error) {
	ctx, ended := e.watched(ctx, conn, call)
	raw, err := e.rawDo(ctx, conn, call)
	ended(AsError(err))
	return raw, err
}

func (e *Engine) rawDo(ctx context.Context, conn Connection, call Call) (Raw, error) {
	s, err := e.begin(conn, call)
	if err != nil {
		return Raw{}, asError(err)
	}
	s.raw = true
	timeout := call.Timeout
	if timeout == 0 {
		timeout = DefaultTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	w, err := s.first()
	if err != nil {
		return Raw{}, asError(err)
	}
	if w == nil || len(s.action.do.steps) != 1 {
		return Raw{}, asError(errs.New(errs.Invalid, "%s is not one request", s.action.Title))
	}
	a, failure := s.send(ctx, w)
	if failure != nil && (a == nil || !failure.RetryAt.IsZero()) {
		return Raw{}, scrubError(s.scrub, failure)
	}
	return Raw{Status: a.status, Header: a.header, Body: a.raw}, nil
}

// Usage returns how far the rate limits of a connection's peer are used up, as it
// was learnt from calls of this process: of the peer that an action calls, with
// the connection's credential. It makes no call.
func (e *Engine) Usage(conn Connection, call Call) ([]quota.Usage, error) {
	s, err := e.begin(conn, call)
	if err != nil {
		return nil, err
	}
	w, err := s.first()
	if err != nil || w == nil {
		return nil, err
	}
	return s.budget(w.url.Host).Usage(), nil
}

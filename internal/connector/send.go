package connector

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"

	"sallyport/internal/egress"
	"sallyport/internal/errs"
	"sallyport/internal/quota"
)

// maxRetries is how often a request is repeated by itself, quickly.
const maxRetries = 2

// send sends a request until there is an answer that counts. With a failure
// comes the answer that was one, if there was any.
func (s *session) send(ctx context.Context, w *wire) (*answer, *Error) {
	cred, err := s.credential()
	if err != nil {
		return nil, describe(asError(err), w)
	}
	sent := false
	for try, renewed := 0, false; ; try++ {
		x := &exchange{session: s, wire: w, cred: cred}
		a, failure := x.once(ctx)
		if failure == nil {
			return a, nil
		}
		sent = sent || failure.Sent
		switch {
		case failure.Status == http.StatusUnauthorized && x.answered && !renewed && cred.rejected(ctx, x.token, x.header):
			renewed = true
			continue
		case try < maxRetries && x.again(failure) && pause(ctx, try):
			continue
		}
		failure.Sent = sent // by any of the tries
		return a, describe(failure, w)
	}
}

func describe(e *Error, w *wire) *Error {
	e.Request = w.shown
	return e
}

// again reports whether a request may be repeated at once: it never left, or
// repeating is harmless and the trouble may pass.
func (x *exchange) again(e *Error) bool {
	if !e.Transient || e.Code == "cancelled" || e.Code == "rate_limited" || !e.RetryAt.IsZero() || e.Status == http.StatusTooManyRequests {
		return false
	}
	if !x.answered && !e.Sent {
		return true
	}
	return x.session.action.Repeat == Safe && (!x.answered || e.Status == http.StatusBadGateway || e.Status == http.StatusServiceUnavailable || e.Status == http.StatusGatewayTimeout)
}

// pause waits a little before another try, longer each time; false is that the
// call ends before.
func pause(ctx context.Context, try int) bool {
	base := 100 * time.Millisecond << try
	timer := time.NewTimer(base + rand.N(base)) //nolint:gosec // it only spreads retries
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// exchange is one request and what came of it.
type exchange struct {
	session *session
	wire    *wire
	cred    credential

	token    string // that was put on it
	answered bool
	header   http.Header
}

// once sends the request one time.
func (x *exchange) once(ctx context.Context) (*answer, *Error) {
	s := x.session
	var sent atomic.Bool
	trace := &httptrace.ClientTrace{WroteHeaders: func() { sent.Store(true) }}
	req, err := http.NewRequestWithContext(httptrace.WithClientTrace(ctx, trace), x.wire.method, x.wire.url.String(), bytes.NewReader(x.wire.body))
	if err != nil {
		return nil, asError(errs.Wrap(errs.Invalid, bare(err), "the request cannot be made"))
	}
	req.Header = x.wire.header.Clone()
	if x.token, err = x.cred.sign(ctx, req); err != nil {
		return nil, s.critic().lost(err, false)
	}
	s.hideToken(x.token)
	permit, err := s.permit(ctx, req)
	if err != nil {
		return nil, s.critic().lost(err, false)
	}
	client := s.engine.client
	if x.wire.base == nil {
		client = s.engine.open
	}
	resp, err := client.Do(req)
	if err != nil {
		x.end(permit, sent.Load())
		return nil, s.critic().lost(err, sent.Load())
	}
	defer func() { _ = resp.Body.Close() }() // it was only read
	retry := permit.Observe(resp.StatusCode, resp.Header)
	body, err := io.ReadAll(resp.Body)
	if _, tooLarge := errors.AsType[*egress.TooLargeError](err); err != nil && (resp.StatusCode < 400 || tooLarge) {
		return nil, s.critic().lost(err, true)
	}
	x.answered, x.header = true, resp.Header
	if s.raw && resp.StatusCode < http.StatusBadRequest {
		return &answer{status: resp.StatusCode, header: resp.Header, raw: body}, nil
	}
	a := newAnswer(resp.StatusCode, resp.Header, body)
	return a, s.critic().judge(a, retry)
}

func (x *exchange) end(p *quota.Permit, sent bool) {
	if sent {
		p.Observe(0, nil)
		return
	}
	p.Cancel()
}

// permit waits for the rate limit.
func (s *session) permit(ctx context.Context, req *http.Request) (*quota.Permit, error) {
	budget := s.budget(req.URL.Host)
	bucket := budget.Bucket(req.Method, req.URL.Path)
	if bucket == "" {
		bucket = s.action.ID
	}
	return budget.Acquire(ctx, s.ask(bucket))
}

func (s *session) ask(bucket string) quota.Ask {
	return quota.Ask{Bucket: bucket, Priority: s.call.Priority, Wait: s.call.Wait}
}

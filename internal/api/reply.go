package api

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"

	"sallyport/internal/ask"
	"sallyport/internal/audit"
	"sallyport/internal/errs"
	"sallyport/internal/flow"
	"sallyport/internal/letter"
	"sallyport/internal/portal"
)

// requestTimeout bounds the work for one request that is no stream. What a
// connection's test may take is within it.
const requestTimeout = 60 * time.Second

// ErrorBody is the body of every answer that is an error.
type ErrorBody struct {
	Error Error `json:"error"`
}

// Error is what went wrong.
type Error struct {
	Kind      ErrorKind         `json:"kind"`
	Message   string            `json:"message" doc:"for people"`
	Field     string            `json:"field,omitempty" doc:"path of the value in the input that is wrong"`
	At        *TextPlace        `json:"at,omitempty" doc:"where in the text of the field"`
	RequestID string            `json:"requestId" doc:"by which the log knows the request"`
	Problems  []Problem         `json:"problems,omitempty" doc:"all that is wrong with a flow"`
	Unbound   []string          `json:"unbound,omitempty" doc:"slots of a flow that nothing is chosen for"`
	UsedBy    []Ref             `json:"usedBy,omitempty" doc:"what still needs the thing that was to be deleted"`
	Checks    []ConnectionCheck `json:"checks,omitempty" doc:"the steps of a connection's test that failed"`

	SecondFactor *SecondFactor `json:"secondFactor,omitempty" doc:"of the kind second_factor: how to go on"`
}

// Ref names a thing that another belongs to.
type Ref struct {
	ID   string `json:"id"`
	Name string `json:"name" doc:"empty for a thing that is not there any more"`
}

// detailed is an error with lists that say more than its message.
type detailed struct {
	error
	problems flow.Problems
	unbound  []string
	usedBy   []Ref
	checks   []ConnectionCheck
}

func (e *detailed) Unwrap() error { return e.error }

// describe returns an error as it is answered, with its status.
func describe(err error) (int, Error) {
	kind := errs.KindOf(err)
	status := map[errs.Kind]int{
		errs.Invalid: http.StatusBadRequest, errs.NotFound: http.StatusNotFound, errs.Conflict: http.StatusConflict,
		errs.Denied: http.StatusForbidden, errs.Unavailable: http.StatusServiceUnavailable, errs.Internal: http.StatusInternalServerError,
	}[kind]
	e := Error{Kind: ErrorKind(kind.String()), Message: errs.Message(err)}
	if nobody, ok := errors.AsType[*portal.AuthError](err); ok {
		status, e.Kind, e.Message = http.StatusUnauthorized, kindNobody, nobody.Message
	}
	if second, ok := errors.AsType[*portal.SecondFactorError](err); ok {
		status, e.Kind, e.Message, e.SecondFactor = http.StatusUnauthorized, kindSecond, second.Error(), showSecondFactor(second)
	}
	if stepUp, ok := errors.AsType[*portal.StepUpError](err); ok {
		status, e.Kind, e.Message = http.StatusForbidden, kindStepUp, stepUp.Error()
	}
	if limit, ok := errors.AsType[*portal.LimitError](err); ok {
		status, e.Kind, e.Message = http.StatusTooManyRequests, kindTooMany, limit.Error()
	}
	if limit, ok := errors.AsType[*letter.LimitError](err); ok {
		status, e.Kind, e.Message = http.StatusTooManyRequests, kindTooMany, limit.Error()
	}
	if errors.Is(err, context.DeadlineExceeded) && kind == errs.Internal {
		status, e.Kind, e.Message = http.StatusServiceUnavailable, ErrorKind(errs.Unavailable.String()), "it took too long; try again"
	}
	if f, ok := errors.AsType[interface {
		error
		FieldName() string
	}](err); ok {
		e.Field = f.FieldName()
	}
	if f, ok := errors.AsType[*ask.FaultError](err); ok {
		e.Field = "sql"
		if f.Line > 0 {
			e.At = &TextPlace{f.Offset, f.Line, f.Column}
		}
	}
	if d, ok := errors.AsType[*detailed](err); ok {
		e.Problems, e.Unbound, e.UsedBy, e.Checks = showProblems(d.problems), d.unbound, d.usedBy, d.checks
	}
	return status, e
}

// fail answers with an error, and logs it when it is ours.
func (s *server) fail(w http.ResponseWriter, r *http.Request, err error) {
	status, e := describe(err)
	e.RequestID = requestID(r.Context())
	if status >= http.StatusInternalServerError && r.Context().Err() == nil {
		s.Log.ErrorContext(r.Context(), "request failed", "route", r.Pattern, "err", err, "request", e.RequestID)
	}
	if limit, ok := errors.AsType[*portal.LimitError](err); ok {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(limit.RetryAfter.Seconds()))))
	}
	if limit, ok := errors.AsType[*letter.LimitError](err); ok {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(limit.RetryAfter.Seconds()))))
	}
	if status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="sallyport"`)
	}
	s.write(w, r, status, ErrorBody{e})
}

// write answers with JSON.
func (s *server) write(w http.ResponseWriter, r *http.Request, status int, out any) {
	body, err := json.Marshal(out, json.Deterministic(true))
	if err != nil {
		s.Log.ErrorContext(r.Context(), "answer not encoded", "route", r.Pattern, "err", err, "request", requestID(r.Context()))
		status = http.StatusInternalServerError
		body = []byte(`{"error":{"kind":"internal","message":"internal error","requestId":"` + requestID(r.Context()) + `"}}`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if _, err := w.Write(body); err != nil { //nolint:gosec // it is JSON, and said to be
		s.Log.DebugContext(r.Context(), "answer not sent", "route", r.Pattern, "err", err)
	}
}

// route returns a route's handler: who calls, whether they may, what they want,
// and the answer.
func (s *server) route(rt Route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !rt.Doc.Long {
			ctx, cancel := context.WithTimeout(r.Context(), requestTimeout)
			defer cancel()
			r = r.WithContext(ctx)
		}
		hurry(w, r, rt.within())
		out, err := s.call(rt, w, r)
		if err != nil {
			s.fail(w, r, err)
			return
		}
		if h, ok := out.(headerer); ok {
			h.header(w.Header())
		}
		switch a, own := out.(answerer); {
		case own:
			a.answer(w, r)
		case rt.status() == http.StatusNoContent:
			w.WriteHeader(http.StatusNoContent)
		default:
			s.write(w, r, rt.status(), out)
		}
	})
}

func (s *server) call(rt Route, w http.ResponseWriter, r *http.Request) (any, error) {
	caller, err := s.admit(rt, r)
	ctx, trail := audit.By(r.Context(), s.actorOf(caller, r))
	if err != nil {
		s.record(ctx, rt, r, done{caller, trail, nil, err})
		return nil, err
	}
	sent := &body{ReadCloser: r.Body}
	r.Body = sent
	in, err := rt.decode(s, w, r)
	var out any
	if err == nil {
		out, err = rt.handle(ctx, s.Deps, caller, in)
	}
	s.record(ctx, rt, r, done{caller, trail, out, err})
	if err != nil {
		sent.drain(w, r)
	}
	return out, err
}

// recovered answers a handler's panic as an error of ours.
func (s *server) recovered(w http.ResponseWriter, r *http.Request) {
	v := recover()
	if v == nil {
		return
	}
	if err, ok := v.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(v) // the server's own way to end a connection
	}
	s.Log.ErrorContext(r.Context(), "handler panicked", "route", r.Pattern, "err", fmt.Sprint(v), "stack", string(debug.Stack()), "request", requestID(r.Context()))
	s.fail(w, r, errs.New(errs.Internal, "internal error"))
}

// notFound answers for what is no route, and for methods that a path has not.
func (s *server) notFound(w http.ResponseWriter, r *http.Request) {
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		other := r.Clone(r.Context())
		other.Method = method
		if _, pattern := s.mux.Handler(other); pattern != "/" && pattern != "" {
			w.Header().Add("Allow", method)
		}
	}
	if w.Header().Get("Allow") != "" {
		s.write(w, r, http.StatusMethodNotAllowed, ErrorBody{Error{Kind: ErrorKind(errs.Invalid.String()), Message: r.Method + " is not for this address", RequestID: requestID(r.Context())}})
		return
	}
	s.fail(w, r, errs.New(errs.NotFound, "there is nothing at this address"))
}

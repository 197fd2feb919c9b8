package api

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"sallyport/internal/errs"
	"sallyport/internal/flow"
	"sallyport/internal/id"
	"sallyport/internal/live"
	"sallyport/internal/portal"
	"sallyport/internal/store"
	"sallyport/internal/value"
)

// endpointPattern is the address of a flow that HTTP requests start. It takes no
// session: who may call it is said by the flow's trigger.
const endpointPattern = "/api/flows/{org}/{flow}"

const (
	// maxCall bounds the body of a request that starts a flow, in bytes.
	maxCall = 1 << 20
	// DefaultAnswerWithin is how long a request waits for its run.
	DefaultAnswerWithin = 60 * time.Second
	// challengeHeader carries the value of Okta's one-time verification.
	challengeHeader = "X-Okta-Verification-Challenge"
	// tokenHeader carries the client token; tokenQuery is the parameter that may.
	tokenHeader = "X-Api-Client-Token" //nolint:gosec // a header's name
	tokenQuery  = "clientToken"
	// endpointPolicy keeps what a flow answers from doing anything in a browser.
	endpointPolicy = apiPolicy + "; sandbox"
)

// DefaultCallRate is how many requests a second start one flow on this server.
const DefaultCallRate = 1000

// callLimit is how often a flow may be called: so many times a second, and as many
// at once.
func callLimit(rate int) portal.Limit {
	if rate == 0 {
		rate = DefaultCallRate
	}
	return portal.Limit{Burst: rate, Every: time.Second / time.Duration(rate)}
}

// refusal is an answer to a request that started no run.
type refusal struct {
	error
	status int
}

func (e *refusal) Unwrap() error { return e.error }

func refuse(status int, format string, args ...any) error {
	return &refusal{errs.New(errs.Invalid, format, args...), status}
}

// called is a flow that a request asks for.
type called struct {
	flow       flow.Flow
	definition *flow.Definition
	endpoint   store.Endpoint
}

// serveEndpoint runs a flow for a request, and answers with what the run answers.
func (s *server) serveEndpoint(w http.ResponseWriter, r *http.Request) {
	hurry(w, r, bodyWithin)
	sent := &body{ReadCloser: r.Body}
	r.Body = sent
	c, err := s.calledBy(r)
	if challenge := r.Header.Get(challengeHeader); err == nil && r.Method == http.MethodGet && challenge != "" {
		s.write(w, r, http.StatusOK, map[string]string{"verification": challenge})
		return
	}
	var run flow.Run
	if err == nil {
		run, err = s.accept(w, r, c)
	}
	if err != nil {
		sent.drain(w, r)
		s.failCall(w, r, err)
		return
	}
	if c.definition.Trigger.AtOnce {
		s.Live.Publish(run.Org, RunChanged(run.ID, run.Flow, flow.Queued))
		s.write(w, r, http.StatusAccepted, map[string]string{"run": run.ID})
		return
	}
	s.answerCall(w, r, run)
}

// calledBy returns the flow at a request's address, if it is there, switched on,
// and started by requests.
func (s *server) calledBy(r *http.Request) (called, error) {
	gone := errs.New(errs.NotFound, "there is no flow at this address, or it is off")
	f, e, err := s.DB.Endpoints.Find(r.Context(), r.PathValue("org"), r.PathValue("flow"))
	if errs.KindOf(err) == errs.NotFound || err == nil && (!f.Enabled || f.Version == 0) {
		return called{}, gone
	}
	if err != nil {
		return called{}, err
	}
	p, err := s.Library.Program(r.Context(), f.Org, f.ID, f.Version)
	if err != nil {
		return called{}, err
	}
	if p.Definition.Trigger.Kind != flow.OnAPI {
		return called{}, gone
	}
	return called{f, p.Definition, e}, nil
}

// accept queues a run for a request that may start one. When it returns the run
// is durable.
func (s *server) accept(w http.ResponseWriter, r *http.Request, c called) (flow.Run, error) {
	if r.Method != http.MethodGet && r.Method != http.MethodPost {
		w.Header().Set("Allow", "GET, POST")
		return flow.Run{}, refuse(http.StatusMethodNotAllowed, "GET or POST is wanted")
	}
	by, err := s.mayCall(r, c)
	if err != nil {
		return flow.Run{}, err
	}
	if err := s.calls.Take(c.flow.ID); err != nil {
		return flow.Run{}, &portal.LimitError{RetryAfter: time.Second}
	}
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxCall))
	if large, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return flow.Run{}, refuse(http.StatusRequestEntityTooLarge, "the body is larger than %d bytes", large.Limit)
	}
	if err != nil {
		return flow.Run{}, bodyError(err)
	}
	if !utf8.Valid(text) {
		return flow.Run{}, refuse(http.StatusUnsupportedMediaType, "the body is no text in UTF-8")
	}
	now := s.Now()
	run := flow.Run{
		ID: id.At(now), Org: c.flow.Org, Flow: c.flow.ID, Version: c.flow.Version, State: flow.Queued, Cause: flow.OnAPI, CausedBy: by, SaveData: c.flow.SaveData,
		Priority: flow.PriorityContainment, CreatedAt: now, Input: value.Store(c.definition.Trigger.Request(s.requestOf(r, c.definition.Trigger.Access, string(text)))),
	}
	if c.definition.Trigger.AtOnce { // nobody waits for it
		run.Priority = c.definition.Priority
	}
	if !run.SaveData {
		if run.Input, err = s.Keys.Seal(run.Input, inputContext(run)); err != nil {
			return run, err
		}
	}
	return run, s.DB.Runs.Add(r.Context(), run)
}

// mayCall returns the account that calls a flow, where the flow wants to know, or
// why the caller may not.
func (s *server) mayCall(r *http.Request, c called) (account string, err error) {
	switch c.definition.Trigger.Access {
	case flow.AccessPublic:
		return "", nil
	case flow.AccessOAuth:
		return s.mayRunByToken(r, c.flow)
	default:
	}
	token := r.Header.Get(tokenHeader)
	if token == "" {
		token = r.URL.Query().Get(tokenQuery)
	}
	if token == "" || subtle.ConstantTimeCompare([]byte(hashOfToken(token)), []byte(c.endpoint.TokenHash)) != 1 {
		return "", &portal.AuthError{Message: "the flow's client token is wanted, in the header " + strings.ToLower(tokenHeader) + " or the parameter " + tokenQuery}
	}
	return "", nil
}

func (s *server) mayRunByToken(r *http.Request, f flow.Flow) (string, error) {
	token, ok := bearer(r)
	if !ok {
		return "", &portal.AuthError{Message: "an API token is wanted: Authorization: Bearer spt_…"}
	}
	c, err := s.Portal.EnterByToken(r.Context(), token, s.from(r))
	if err != nil {
		return "", err
	}
	if c.Org.ID != f.Org || !c.Can(portal.FlowsRun) {
		return "", errs.New(errs.Denied, "the API token may not run this organization's flows")
	}
	return c.Account.ID, nil
}

// hashOfToken is what is kept of a client token.
func hashOfToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// requestOf is a request as a flow sees it: without what proves who calls, which
// is nobody's business after that, and without cookies, which are the console's.
func (s *server) requestOf(r *http.Request, access flow.Access, text string) *value.Object {
	headers := value.NewObject(len(r.Header) + 1)
	headers.Set("host", r.Host)
	for _, name := range slices.Sorted(maps.Keys(r.Header)) {
		if name == "Cookie" || access == flow.AccessToken && name == tokenHeader || access == flow.AccessOAuth && name == "Authorization" {
			continue
		}
		headers.Set(strings.ToLower(name), strings.Join(r.Header[name], ", "))
	}
	query := r.URL.RawQuery
	if access == flow.AccessToken {
		query = withoutToken(query)
	}
	return value.Map("method", r.Method, "headers", headers, "query", query, "body", text, "ip", s.clientAddr(r))
}

// withoutToken is a query without the client token; the rest stays as it came.
func withoutToken(query string) string {
	var kept []string
	for part := range strings.SplitSeq(query, "&") {
		name, _, _ := strings.Cut(part, "=")
		if plain, err := url.QueryUnescape(name); err == nil && plain == tokenQuery {
			continue
		}
		kept = append(kept, part)
	}
	return strings.Join(kept, "&")
}

// failCall answers a request that started no run.
func (s *server) failCall(w http.ResponseWriter, r *http.Request, err error) {
	no, ok := errors.AsType[*refusal](err)
	if !ok {
		s.fail(w, r, err)
		return
	}
	s.write(w, r, no.status, ErrorBody{Error{Kind: ErrorKind(errs.Invalid.String()), Message: errs.Message(no), RequestID: requestID(r.Context())}})
}

// answerCall waits for a run's answer, and gives it.
func (s *server) answerCall(w http.ResponseWriter, r *http.Request, run flow.Run) {
	s.Live.Publish(run.Org, RunChanged(run.ID, run.Flow, flow.Queued))
	a, err := s.awaitAnswer(r.Context(), run)
	switch {
	case errors.Is(err, errNoAnswer):
		s.write(w, r, http.StatusAccepted, map[string]string{"run": run.ID})
	case err != nil:
		s.fail(w, r, err)
	default:
		s.writeAnswer(w, r, a)
	}
}

// writeAnswer writes what a flow answers, as it says.
func (s *server) writeAnswer(w http.ResponseWriter, r *http.Request, a flow.Answer) {
	h := w.Header()
	for name, v := range a.Headers.All() {
		h.Set(name, value.String(v))
	}
	if h.Get("Content-Type") == "" {
		h.Set("Content-Type", "text/plain; charset=utf-8")
		if json.Valid([]byte(a.Body)) {
			h.Set("Content-Type", "application/json")
		}
	}
	setSecurity(h, endpointPolicy)
	w.WriteHeader(a.Status)
	if a.Status == http.StatusNoContent || a.Status == http.StatusNotModified {
		return
	}
	if _, err := io.WriteString(w, a.Body); err != nil {
		s.Log.DebugContext(r.Context(), "answer not sent", "route", r.Pattern, "err", err)
	}
}

// errNoAnswer says that a run has not answered within the time that a request waits.
var errNoAnswer = errors.New("the run has not answered yet")

// Runs on another server are looked at now and then; of those on this one the hub
// tells.
const (
	firstLook = 20 * time.Millisecond
	lookEvery = 250 * time.Millisecond
)

// awaitAnswer waits until a run has answered or ended, wherever it is worked at.
func (s *server) awaitAnswer(ctx context.Context, run flow.Run) (flow.Answer, error) {
	within := s.AnswerWithin
	if within == 0 {
		within = DefaultAnswerWithin
	}
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	sub := s.Live.Subscribe(ctx, run.Org)
	every := firstLook
	tick := time.NewTimer(every)
	defer tick.Stop()
	for {
		a, there, err := s.answerOf(ctx, run)
		if there || err != nil && ctx.Err() == nil {
			return a, err
		}
	wait:
		for {
			select {
			case <-ctx.Done():
				return a, errNoAnswer
			case <-tick.C:
				every = min(2*every, lookEvery)
				tick.Reset(every)
				break wait
			case <-sub.Ready():
				ms, err := sub.Next()
				if err != nil { // the server stops; the run goes on when it is back
					return a, errNoAnswer
				}
				if tells(ms, run.ID) {
					break wait
				}
			}
		}
	}
}

// answerOf returns a run's answer, if it has one by now.
func (s *server) answerOf(ctx context.Context, run flow.Run) (a flow.Answer, there bool, err error) {
	now, err := s.DB.Runs.Get(ctx, run.Org, run.ID)
	switch {
	case err != nil:
		return a, false, err
	case now.Answer == nil && now.State == flow.Cancelled:
		return flow.ErrorAnswer(http.StatusInternalServerError, "the run was cancelled"), true, nil
	case now.Answer == nil && now.State.Ended():
		return a, false, errs.New(errs.Internal, "the run has ended without an answer")
	case now.Answer == nil:
		return a, false, nil
	}
	plain, err := s.Keys.Unseal(now.Answer, flow.AnswerContext(now))
	if err != nil {
		return a, false, err
	}
	a, err = flow.ReadAnswer(plain)
	return a, err == nil, err
}

// tells reports whether messages may be about a run.
func tells(ms []live.Message, run string) bool {
	return slices.ContainsFunc(ms, func(m live.Message) bool { return m.Topic == live.Lost || m.Topic == live.Run && m.ID == run })
}

// Package eventhook delivers System Log events to event hook endpoints the
// way Okta does: verification by a challenge, POSTs that carry a batch of
// events, three seconds for an answer, one retry after a timeout or a 5xx and
// none after a 4xx, redirects not followed, at least once and unordered.
//
// Source: developer.okta.com/docs/concepts/event-hooks/.
package eventhook

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"sallyport/sandbox/okta/later"
	"sallyport/sandbox/okta/systemlog"
)

const (
	// Timeout is how long an endpoint may take to answer.
	Timeout = 3 * time.Second
	// batchWindow is how long events wait for others to share their POST.
	batchWindow = 100 * time.Millisecond
	// maxBatch is the largest number of events in a POST.
	maxBatch = 100
	// retryAfter is the pause before the one retry.
	retryAfter = time.Second
)

// Endpoint is where and how the events of one hook are delivered.
type Endpoint struct {
	HookID  string
	Source  string // the URL of the hook itself
	URI     string
	Headers [][2]string // name and value of each header, the secret one too
}

// Faults is what goes wrong between the org and its endpoints.
type Faults struct {
	Disabled  bool          // nothing is delivered; what happens meanwhile is lost
	Duplicate bool          // every POST is sent twice, with the same eventId
	Reorder   bool          // the events of a POST come newest first
	Delay     time.Duration // added before each POST
}

// Options are what a Sender works with; all fields are needed.
type Options struct {
	HTTP   *http.Client
	Now    func() time.Time
	After  later.Alarm
	NewID  func() string // a UUID
	Log    *slog.Logger
	Failed func(Endpoint, error) // told of each delivery that was given up
}

// Sender delivers for one org. It is safe for concurrent use.
type Sender struct {
	opt    Options
	client http.Client
	work   *later.Work

	mu     sync.Mutex
	faults Faults
	queues map[string]*queue
}

// queue holds the events of one hook that wait for their POST.
type queue struct {
	to      Endpoint
	events  []*systemlog.Event
	waiting bool
}

// New returns a sender. Close must be called to end it.
func New(opt Options) *Sender {
	s := &Sender{opt: opt, work: later.New(opt.After), queues: map[string]*queue{}}
	s.client = *opt.HTTP
	s.client.Timeout = Timeout
	s.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return s
}

// Close drops what waits, interrupts what is under way, and waits for it.
func (s *Sender) Close() { s.work.Close() }

// SetFaults changes what goes wrong from now on.
func (s *Sender) SetFaults(f Faults) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = f
}

// Send has an event delivered to an endpoint, soon.
func (s *Sender) Send(to Endpoint, e *systemlog.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.work.Closed() || s.faults.Disabled {
		return
	}
	q := s.queues[to.HookID]
	if q == nil {
		q = &queue{}
		s.queues[to.HookID] = q
	}
	q.to, q.events = to, append(q.events, e)
	if !q.waiting {
		q.waiting = true
		s.work.After(batchWindow+s.faults.Delay, func() { s.flush(q) })
	}
}

// flush posts what waits in a queue.
func (s *Sender) flush(q *queue) {
	s.mu.Lock()
	events, to, faults := q.events, q.to, s.faults
	if len(events) > maxBatch {
		events = events[:maxBatch]
	}
	q.events = q.events[len(events):]
	q.waiting = len(q.events) > 0
	if q.waiting {
		s.work.After(0, func() { s.flush(q) })
	}
	s.mu.Unlock()
	if faults.Disabled || len(events) == 0 {
		return
	}
	if faults.Reorder {
		events = slices.Clone(events)
		slices.Reverse(events)
	}
	body, err := s.envelope(to, events)
	if err != nil {
		s.opt.Log.ErrorContext(s.work.Context(), "event hook payload was not encoded", "err", err, "hook", to.HookID)
		return
	}
	s.deliver(to, body, true)
	if faults.Duplicate {
		s.deliver(to, body, true)
	}
}

// envelope wraps events as the body of a POST.
func (s *Sender) envelope(to Endpoint, events []*systemlog.Event) ([]byte, error) {
	raw := make([]json.RawMessage, len(events))
	for i, e := range events {
		b, err := e.HookForm(to.HookID)
		if err != nil {
			return nil, fmt.Errorf("encode event %s: %w", e.UUID, err)
		}
		raw[i] = b
	}
	return json.Marshal(struct {
		EventType          string         `json:"eventType"`
		EventTypeVersion   string         `json:"eventTypeVersion"`
		CloudEventsVersion string         `json:"cloudEventsVersion"`
		Source             string         `json:"source"`
		EventID            string         `json:"eventId"`
		Data               any            `json:"data"`
		EventTime          systemlog.Time `json:"eventTime"`
		ContentType        string         `json:"contentType"`
	}{
		"com.okta.event_hook", "1.0", "0.1", to.Source, s.opt.NewID(),
		map[string]any{"events": raw},
		systemlog.Time{Time: s.opt.Now()},
		"application/json",
	})
}

// errTemporary marks a failure that is worth the one retry.
var errTemporary = errors.New("no answer in time, or a server error")

// deliver posts a body, once more later if the first try failed in a way that
// may pass.
func (s *Sender) deliver(to Endpoint, body []byte, retry bool) {
	err := s.post(to, body)
	if err == nil || s.work.Context().Err() != nil {
		return
	}
	if retry && errors.Is(err, errTemporary) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.work.After(retryAfter, func() { s.deliver(to, body, false) })
		return
	}
	s.opt.Failed(to, err)
}

func (s *Sender) post(to Endpoint, body []byte) error {
	req, err := s.request(s.work.Context(), http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	_, err = s.do(req)
	return err
}

// Verify sends the one-time verification request: a GET with a challenge in a
// header that the endpoint must give back.
func (s *Sender) Verify(ctx context.Context, to Endpoint) error {
	challenge := strings.ReplaceAll(s.opt.NewID(), "-", "")
	var err error
	for range 2 { // one retry, as for deliveries
		if err = s.challenge(ctx, to, challenge); err == nil || !errors.Is(err, errTemporary) {
			return err
		}
	}
	return err
}

func (s *Sender) challenge(ctx context.Context, to Endpoint, challenge string) error {
	req, err := s.request(ctx, http.MethodGet, to, http.NoBody)
	if err != nil {
		return err
	}
	req.Header.Set("X-Okta-Verification-Challenge", challenge)
	body, err := s.do(req)
	if err != nil {
		return err
	}
	var answer struct {
		Verification string `json:"verification"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return fmt.Errorf("read the verification answer: %w", err)
	}
	if answer.Verification != challenge {
		return errors.New("the answer does not hold the challenge")
	}
	return nil
}

func (s *Sender) request(ctx context.Context, method string, to Endpoint, body io.Reader) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, method, to.URI, body)
	if err != nil {
		return nil, fmt.Errorf("make the request: %w", err)
	}
	for _, h := range to.Headers {
		req.Header.Set(h[0], h[1])
	}
	req.Header.Set("User-Agent", "Okta-Integrations") // endpoints in the wild tell Okta's requests by it
	req.Header.Set("Accept", "application/json")
	return req, nil
}

// do sends a request and returns the body of a 2xx answer.
func (s *Sender) do(req *http.Request) ([]byte, error) {
	resp, err := s.client.Do(req)
	if err != nil {
		var timeout interface{ Timeout() bool }
		if errors.As(err, &timeout) && timeout.Timeout() {
			return nil, fmt.Errorf("%w: timeout", errTemporary)
		}
		return nil, fmt.Errorf("reach the endpoint: %w", err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	switch {
	case resp.StatusCode >= 500:
		return nil, fmt.Errorf("%w: HTTP %d", errTemporary, resp.StatusCode)
	case resp.StatusCode >= 300:
		return nil, fmt.Errorf("the endpoint answered HTTP %d", resp.StatusCode)
	case err != nil:
		return nil, fmt.Errorf("%w: read the answer", errTemporary)
	}
	return body, nil
}

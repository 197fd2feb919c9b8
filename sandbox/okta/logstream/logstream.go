// Package logstream sends System Log events to a Splunk HTTP Event Collector
// (HEC) the way Okta's log streaming does: every event, in batches, as JSON
// objects one after the other, with the token of the stream, again and again
// until they are taken. A collector that refuses the token or the events ends
// the stream.
//
// Source: docs.splunk.com "Format events for HTTP Event Collector"; that Okta
// streams to it at least once and in no order is documented, how it repeats
// is not.
package logstream

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"sallyport/sandbox/okta/later"
	"sallyport/sandbox/okta/systemlog"
)

const (
	// Timeout is how long a collector may take to answer.
	Timeout = 10 * time.Second
	// batchWindow is how long events wait for others to share their POST.
	batchWindow = 250 * time.Millisecond
	// maxBatch is the largest number of events in a POST.
	maxBatch = 100
	// maxWaiting is how many events of a stream may wait for a collector that
	// is away; then the oldest are dropped.
	maxWaiting = 20_000
	// firstPause and longestPause are the pauses before a POST is repeated.
	firstPause, longestPause = time.Second, 30 * time.Second
)

// Target is where and how the events of one stream are sent.
type Target struct {
	StreamID string
	URL      string // of the collector: ends with /services/collector/event
	Token    string
	Host     string // what the events say that they are from: "acme.okta.com"
}

// Options are what a Sender works with; all fields are needed.
type Options struct {
	HTTP  *http.Client
	After later.Alarm
	Log   *slog.Logger
	// Refused is told of a stream whose collector will never take anything.
	Refused func(Target, error)
}

// Sender sends for one org. It is safe for concurrent use.
type Sender struct {
	opt    Options
	client http.Client
	work   *later.Work

	mu     sync.Mutex
	queues map[string]*queue // by stream
}

// queue holds the events of one stream that were not taken yet.
type queue struct {
	to     Target
	events []*systemlog.Event
	busy   bool // a POST is under way or planned
	pause  time.Duration
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

// Send has events sent to a target, soon.
func (s *Sender) Send(to Target, events ...*systemlog.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.work.Closed() {
		return
	}
	q := s.queues[to.StreamID]
	if q == nil {
		q = &queue{}
		s.queues[to.StreamID] = q
	}
	q.to, q.events = to, append(q.events, events...)
	if over := len(q.events) - maxWaiting; over > 0 {
		s.opt.Log.WarnContext(s.work.Context(), "log stream drops events", "stream", to.StreamID, "events", over)
		q.events = append([]*systemlog.Event(nil), q.events[over:]...)
	}
	if !q.busy {
		q.busy = true
		s.work.After(batchWindow, func() { s.flush(q) })
	}
}

// Forget drops what waits for a stream that was switched off.
func (s *Sender) Forget(streamID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if q := s.queues[streamID]; q != nil {
		q.events = nil
		delete(s.queues, streamID)
	}
}

// flush posts the oldest events of a queue, and plans the next POST.
func (s *Sender) flush(q *queue) {
	s.mu.Lock()
	batch, to := q.events[:min(len(q.events), maxBatch)], q.to
	s.mu.Unlock()
	var err error
	if len(batch) > 0 {
		err = s.post(to, batch)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case err == nil:
		q.events, q.pause = q.events[min(len(batch), len(q.events)):], 0
	case errors.Is(err, errRefused):
		q.events, q.busy = nil, false
		s.work.Go(func() { s.opt.Refused(to, err) })
		return
	default:
		q.pause = min(max(2*q.pause, firstPause), longestPause)
	}
	if q.busy = len(q.events) > 0; q.busy {
		s.work.After(q.pause, func() { s.flush(q) })
	}
}

// errRefused marks an answer that will not be another one next time.
var errRefused = errors.New("the collector refuses the stream")

// record is an event as a collector takes it.
type record struct {
	Time       json.Number      `json:"time"` // seconds since 1970, with milliseconds
	Host       string           `json:"host"`
	Source     string           `json:"source"`
	SourceType string           `json:"sourcetype"`
	Event      *systemlog.Event `json:"event"`
}

// body writes events one after the other, a line each.
func body(to Target, events []*systemlog.Event) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	for _, e := range events {
		at := e.Published.UnixMilli()
		r := record{
			Time: json.Number(fmt.Sprintf("%d.%03d", at/1000, at%1000)), Host: to.Host, Source: "okta:log_stream:" + to.StreamID, SourceType: "OktaIM2:log", Event: e,
		}
		if err := enc.Encode(r); err != nil {
			return nil, fmt.Errorf("encode event %s: %w", e.UUID, err)
		}
	}
	return b.Bytes(), nil
}

func (s *Sender) post(to Target, events []*systemlog.Event) error {
	b, err := body(to, events)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(s.work.Context(), http.MethodPost, to.URL, bytes.NewReader(b))
	if err != nil {
		return fmt.Errorf("%w: %w", errRefused, err)
	}
	req.Header.Set("Authorization", "Splunk "+to.Token)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "Okta-Log-Streaming")
	resp, err := s.client.Do(req)
	if err != nil {
		return fmt.Errorf("reach the collector: %w", err)
	}
	defer resp.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(resp.Body, 4<<10)) // only to be told
	switch code := resp.StatusCode; {
	case code < 300:
		return nil
	case code == http.StatusTooManyRequests, code == http.StatusRequestTimeout, code >= 500:
		return fmt.Errorf("the collector answered HTTP %d", code)
	default:
		return fmt.Errorf("%w: HTTP %d %s", errRefused, code, bytes.TrimSpace(text))
	}
}

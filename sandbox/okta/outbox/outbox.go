// Package outbox does what an org has to do at other servers: one thing after
// the other for each of them, again after a while where that can help, and
// nothing any more once it is closed.
package outbox

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"sallyport/sandbox/okta/later"
)

const (
	// MaxWaiting is how many jobs of one server may wait.
	MaxWaiting = 20_000
	// maxTries is how often a job is tried.
	maxTries = 10
	// firstPause is the pause before a second try, where the server names none.
	// It doubles, up to longestPause.
	firstPause, longestPause = 5 * time.Minute, 2 * time.Hour
)

// AgainError is what a job returns that may succeed later.
type AgainError struct {
	After time.Duration // as the server has it; 0 when it says nothing
	Err   error
}

// Error implements error.
func (e *AgainError) Error() string { return e.Err.Error() }

// Unwrap implements the interface of package errors.
func (e *AgainError) Unwrap() error { return e.Err }

// ErrFull is what a job ends with for which there is no room.
var ErrFull = errors.New("too many jobs wait for this server")

// Job is something to do at a server.
type Job struct {
	Key  string // of the server: jobs of one key are done in their order
	Do   func(context.Context) error
	Done func(error) // called once, unless the outbox is closed before
}

// Options are what an Outbox works with; all fields are needed.
type Options struct {
	After later.Alarm
	// Pause is the pause before a second try; the usual one when 0.
	Pause time.Duration
}

// Outbox does jobs. It is safe for concurrent use.
type Outbox struct {
	opt   Options
	later *later.Work

	mu     sync.Mutex
	queues map[string]*queue
}

type queue struct {
	jobs  []*Job
	busy  bool // one is being done, or planned
	tries int  // of the first
	pause time.Duration
}

// New returns an outbox. Close must be called to end it.
func New(opt Options) *Outbox {
	if opt.Pause == 0 {
		opt.Pause = firstPause
	}
	b := &Outbox{opt: opt, later: later.New(opt.After), queues: map[string]*queue{}}
	return b
}

// Close drops what waits, interrupts what is being done, and waits for it.
func (b *Outbox) Close() { b.later.Close() }

// Add has a job done, after those of its key.
func (b *Outbox) Add(j Job) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.later.Closed() {
		return
	}
	q := b.queues[j.Key]
	if q == nil {
		q = &queue{}
		b.queues[j.Key] = q
	}
	if len(q.jobs) >= MaxWaiting {
		b.later.Go(func() { j.Done(ErrFull) })
		return
	}
	q.jobs = append(q.jobs, &j)
	if !q.busy {
		q.busy = true
		b.later.Go(func() { b.work(q) })
	}
}

// Forget drops what waits for a server.
func (b *Outbox) Forget(key string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if q := b.queues[key]; q != nil {
		q.jobs = nil
		delete(b.queues, key)
	}
}

// Waiting returns how many jobs of a key are not done yet.
func (b *Outbox) Waiting(key string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	if q := b.queues[key]; q != nil {
		return len(q.jobs)
	}
	return 0
}

// first returns the job that is next in a queue.
func (b *Outbox) first(q *queue) (*Job, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.later.Closed() || len(q.jobs) == 0 {
		q.busy = false
		return nil, false
	}
	return q.jobs[0], true
}

// work does the jobs of a queue until it is empty or has to wait.
func (b *Outbox) work(q *queue) {
	for {
		j, more := b.first(q)
		if !more {
			return
		}
		err := j.Do(b.later.Context())
		if b.later.Context().Err() != nil {
			return
		}
		if b.planned(q, err) {
			return
		}
		j.Done(err)
		b.mu.Lock()
		if len(q.jobs) > 0 && q.jobs[0] == j { // it was not forgotten meanwhile
			q.jobs = q.jobs[1:]
		}
		q.tries, q.pause = 0, 0
		b.mu.Unlock()
	}
}

// planned plans another try after an error that may pass.
func (b *Outbox) planned(q *queue, err error) bool {
	again, ok := errors.AsType[*AgainError](err)
	if !ok {
		return false
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if q.tries++; q.tries >= maxTries || b.later.Closed() {
		return false
	}
	q.pause = min(max(2*q.pause, b.opt.Pause), longestPause)
	pause := q.pause
	if again.After > 0 {
		pause = again.After
	}
	b.later.After(pause, func() { b.work(q) })
	return true
}

// Answered makes an error of an HTTP status that is none of success: one that
// may pass for 429 and 5xx, with what Retry-After says in whole seconds.
func Answered(status int, retryAfter, detail string) error {
	err := fmt.Errorf("HTTP %d", status)
	if detail != "" {
		err = fmt.Errorf("HTTP %d: %s", status, detail)
	}
	if status != http.StatusTooManyRequests && status < 500 {
		return err
	}
	again := &AgainError{Err: err}
	if seconds, notWhole := strconv.Atoi(retryAfter); notWhole == nil && seconds > 0 {
		again.After = min(time.Duration(min(seconds, 1e6))*time.Second, longestPause)
	}
	return again
}

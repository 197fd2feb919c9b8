// Package later has things done after a while, each in a goroutine of its own,
// until it is closed.
package later

import (
	"context"
	"sync"
	"time"
)

// Alarm calls a function once a time has passed, and returns what stops it:
// whether it came in time.
type Alarm func(time.Duration, func()) (stop func() bool)

// Work is what is being done, and what waits for its time. It is safe for
// concurrent use.
type Work struct {
	alarm  Alarm
	ctx    context.Context //nolint:containedctx // the work's own life, ended by Close
	cancel context.CancelFunc
	wg     sync.WaitGroup

	mu      sync.Mutex
	closed  bool
	timers  map[int]func() bool
	timerNo int
}

// New returns work whose times an alarm keeps. Close must be called to end it.
func New(alarm Alarm) *Work {
	w := &Work{alarm: alarm, timers: map[int]func() bool{}}
	w.ctx, w.cancel = context.WithCancel(context.Background())
	return w
}

// Context is there until the work is closed.
func (w *Work) Context() context.Context { return w.ctx }

// Go has f done at once, unless the work is closed.
func (w *Work) Go(f func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.closed {
		w.wg.Go(f)
	}
}

// After has f done after d, unless the work is closed by then.
func (w *Work) After(d time.Duration, f func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return
	}
	w.timerNo++
	no := w.timerNo
	w.timers[no] = w.alarm(d, func() {
		w.mu.Lock()
		delete(w.timers, no)
		w.mu.Unlock()
		w.Go(f)
	})
}

// Closed reports whether nothing more is begun.
func (w *Work) Closed() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.closed
}

// Close drops what waits, interrupts what is being done, and waits for it.
func (w *Work) Close() {
	w.mu.Lock()
	w.closed = true
	for _, stop := range w.timers {
		stop()
	}
	w.mu.Unlock()
	w.cancel()
	w.wg.Wait()
}

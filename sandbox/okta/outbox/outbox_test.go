package outbox_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"sallyport/sandbox/okta/outbox"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// atOnce runs timers at once, and notes for how long they were meant.
type atOnce struct {
	mu    sync.Mutex
	waits []time.Duration
}

func (a *atOnce) after(d time.Duration, f func()) func() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.waits = append(a.waits, d)
	return time.AfterFunc(0, f).Stop
}

func TestJobsOfOneServerAreDoneInOrder(t *testing.T) {
	var clock atOnce
	b := outbox.New(outbox.Options{After: clock.after, Pause: time.Second})
	defer b.Close()
	var order []int
	done := make(chan error)
	fails := 3
	for i := range 3 {
		b.Add(outbox.Job{Key: "a", Do: func(context.Context) error {
			order = append(order, i)
			if fails--; i == 0 && fails >= 0 {
				return &outbox.AgainError{Err: errors.New("not now")}
			}
			return nil
		}, Done: func(err error) { done <- err }})
	}
	for range 3 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if !slices.Equal(order, []int{0, 0, 0, 0, 1, 2}) || !slices.Equal(clock.waits, []time.Duration{time.Second, 2 * time.Second, 4 * time.Second}) {
		t.Errorf("did %v, waited %v", order, clock.waits)
	}
}

func TestAJobIsGivenUp(t *testing.T) {
	var clock atOnce
	b := outbox.New(outbox.Options{After: clock.after})
	defer b.Close()
	done, tries := make(chan error), 0
	b.Add(outbox.Job{Key: "a", Do: func(context.Context) error { tries++; return outbox.Answered(503, "3", "") }, Done: func(err error) { done <- err }})
	if err := <-done; err == nil || tries != 10 || clock.waits[0] != 3*time.Second {
		t.Errorf("%v after %d tries, waited %v", err, tries, clock.waits)
	}
	tries = 0
	b.Add(outbox.Job{Key: "a", Do: func(context.Context) error { tries++; return outbox.Answered(400, "", "no") }, Done: func(err error) { done <- err }})
	if err := <-done; err == nil || err.Error() != "HTTP 400: no" || tries != 1 {
		t.Errorf("%v after %d tries", err, tries)
	}
}

func TestTheOutboxIsBounded(t *testing.T) {
	b := outbox.New(outbox.Options{After: (&atOnce{}).after})
	started := make(chan struct{})
	full := make(chan error, 1)
	b.Add(outbox.Job{Key: "a", Do: func(ctx context.Context) error { close(started); <-ctx.Done(); return ctx.Err() }, Done: func(error) {}})
	<-started
	for range outbox.MaxWaiting {
		b.Add(outbox.Job{Key: "a", Do: func(context.Context) error { return nil }, Done: func(err error) { full <- err }})
	}
	if err := <-full; !errors.Is(err, outbox.ErrFull) || b.Waiting("a") != outbox.MaxWaiting {
		t.Errorf("%v, %d wait", err, b.Waiting("a"))
	}
	b.Forget("a")
	if n := b.Waiting("a"); n != 0 {
		t.Errorf("%d wait after all was forgotten", n)
	}
	b.Close() // interrupts the first
}

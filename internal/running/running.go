// Package running holds what a process does in the background: each job by its
// id, so that somebody can end it, and all of them when the process ends.
package running

import (
	"context"
	"sync"
)

// Set is jobs that run. The zero value is empty and ready.
type Set struct {
	mu      sync.Mutex
	closed  error // why nothing is begun any more
	running map[string]context.CancelCauseFunc
	wg      sync.WaitGroup
}

// Go runs a job in a goroutine. It goes on when ctx ends, as whoever began it may go
// away; its own context ends by [Set.End] and [Set.Close], with their reason as the
// cause. In a set that is closed it has ended from the beginning, so that the job
// says itself what became of it.
func (s *Set) Go(ctx context.Context, id string, job func(context.Context)) {
	work, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed != nil {
		cancel(s.closed)
	}
	if s.running == nil {
		s.running = map[string]context.CancelCauseFunc{}
	}
	s.running[id] = cancel
	s.wg.Go(func() {
		defer cancel(nil)
		job(work)
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.running, id)
	})
}

// End ends a job of this process, if it still runs, for a reason.
func (s *Set) End(id string, why error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if cancel := s.running[id]; cancel != nil {
		cancel(why)
	}
}

// Close ends all jobs for a reason, and begins none any more that lasts.
func (s *Set) Close(why error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = why
	for _, cancel := range s.running {
		cancel(why)
	}
}

// Wait returns once nothing runs.
func (s *Set) Wait() { s.wg.Wait() }

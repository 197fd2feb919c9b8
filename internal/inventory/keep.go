package inventory

import (
	"context"
	"errors"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/okta"
)

// taken is what an answer came to, until it is kept.
type taken struct {
	Outcome

	kept  bool
	added []Task
	err   error
}

// takeUp takes an answer. Answers are kept in the order in which they were taken.
func (s *syncing) takeUp(t *Task, r reply) (*taken, error) {
	s.taking.Lock()
	defer s.taking.Unlock()
	o, err := s.take(t, r)
	if err != nil {
		return nil, err
	}
	return s.hand(o), nil
}

// hand puts an outcome to those that are to be kept.
func (s *syncing) hand(o Outcome) *taken {
	k := &taken{Outcome: o}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.taken = append(s.taken, k)
	return k
}

// save sees to it that an outcome is kept: with all others that were taken meanwhile,
// which the database takes at the price of one.
func (s *syncing) save(ctx context.Context, k *taken) ([]Task, error) {
	s.saving.Lock()
	defer s.saving.Unlock()
	if k.kept {
		return k.added, k.err
	}
	s.mu.Lock()
	all := s.taken
	s.taken = nil
	s.mu.Unlock()
	outcomes := make([]Outcome, len(all))
	for i, k := range all {
		outcomes[i] = k.Outcome
	}
	added, err := s.shelf.Save(ctx, s.sync, outcomes)
	for i, k := range all {
		k.kept, k.err = true, err
		if err == nil {
			k.added = added[i]
		}
	}
	return k.added, k.err
}

// kept keeps an outcome, and goes on with what comes of it. What was answered is
// kept even while everything is being ended: nobody asks for it again.
func (s *syncing) kept(ctx context.Context, q *queue, k *taken, called bool) error {
	added, err := s.save(context.WithoutCancel(ctx), k)
	if err != nil {
		return err
	}
	s.add(added)
	s.mu.Lock()
	defer s.mu.Unlock()
	q.inFlight--
	if called {
		q.calls++
		q.here++
		s.failing = 0
	}
	t := k.Task
	s.tasks[t.No] = &t
	if t.Done {
		s.open--
		s.waiting[waitName(t)]--
	} else {
		s.push(&pending{Task: &t})
	}
	s.wake()
	return nil
}

// missed puts a task back whose call got no answer that counts; or gives the part
// up, or all of it.
func (s *syncing) missed(ctx context.Context, p *pending, q *queue, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	wait, isWait := errors.AsType[*WaitError](err)
	if !isWait && errs.KindOf(err) != errs.Unavailable {
		return err
	}
	s.mu.Lock()
	q.inFlight--
	if isWait {
		q.blocked = wait.Until
	} else {
		s.failing++
		p.tries++
		p.after = s.Now().Add(time.Duration(1<<min(p.tries, 6)) * 250 * time.Millisecond)
	}
	gone, given := s.failing > maxFailing, p.tries >= maxTries
	if !gone && !given {
		s.push(p)
	}
	s.wake()
	s.mu.Unlock()
	switch {
	case gone:
		return errs.Wrap(errs.Unavailable, errors.Join(ErrUnreached, err), "%s: %s", ErrUnreached, errs.Message(err))
	case !given:
		return nil
	}
	s.Log.WarnContext(ctx, "part of an org not read", "target", p.Target, "err", err)
	t := *p.Task
	k, err := s.takeUp(&t, reply{fail: &Result{Visible: okta.Unknown, Said: "It could not be read: " + errs.Message(err) + "."}})
	if err != nil {
		return err
	}
	s.mu.Lock()
	q.inFlight++
	s.mu.Unlock()
	return s.kept(ctx, q, k, false)
}

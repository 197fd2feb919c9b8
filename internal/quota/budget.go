package quota

import (
	"context"
	"net/http"
	"sync"
	"time"
)

// Budget is what one credential may call. It is safe for concurrent use.
type Budget struct {
	key      string
	dialect  Dialect
	registry *Registry

	mu       sync.Mutex
	buckets  map[string]*bucket
	inFlight int
	squeezed time.Time     // fewer calls at the same time until then
	changed  chan struct{} // closed when something changes for those who wait
}

// Permit is the right to make one call. Whoever holds one must end it, with
// [Permit.Observe] or [Permit.Cancel].
type Permit struct {
	budget *Budget
	bucket *bucket
	once   sync.Once
}

// take changes the share of the limit that the budget takes.
func (b *Budget) take(share float64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.dialect.share != share {
		b.dialect.share = share
		b.wake()
	}
}

// wake lets those who wait look again. The lock is held.
func (b *Budget) wake() {
	close(b.changed)
	b.changed = make(chan struct{})
}

// Bucket returns the name of the bucket that a call counts to, or "" where the
// peer's dialect knows no buckets and the caller may name its own.
func (b *Budget) Bucket(method, path string) string { return b.dialect.bucket(method, path) }

// Acquire waits until a call may be made, and returns the permit for it. When
// that takes longer than the ask's Wait, or than ctx lasts, it returns a
// [*WaitError] at once, so that the caller can come back instead of waiting.
func (b *Budget) Acquire(ctx context.Context, ask Ask) (*Permit, error) {
	wait := ask.Wait
	if wait == 0 {
		wait = b.registry.wait
	}
	start := b.registry.now()
	last := start.Add(max(wait, 0))
	if deadline, ok := ctx.Deadline(); ok {
		last = earlier(last, start.Add(time.Until(deadline)))
	}
	for {
		p, at, changed := b.try(ask)
		if p != nil {
			return p, nil
		}
		now := b.registry.now()
		if at.After(last) || !now.Before(last) {
			if at.IsZero() { // a call in flight has to end first
				at = now.Add(time.Second)
			}
			return nil, &WaitError{Bucket: ask.Bucket, Until: at}
		}
		if at.IsZero() {
			at = last
		}
		if err := sleep(ctx, at.Sub(now), changed); err != nil {
			return nil, err
		}
	}
}

// sleep returns after d, or when something changed.
func sleep(ctx context.Context, d time.Duration, changed <-chan struct{}) error {
	timer := time.NewTimer(max(d, time.Millisecond))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-changed:
	case <-timer.C:
	}
	return nil
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// try gives a permit, or says when to ask again: at a time, or when something
// has changed.
func (b *Budget) try(ask Ask) (*Permit, time.Time, <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.registry.now()
	k := b.bucket(ask.Bucket)
	if n := b.atOnce(now); n > 0 && b.inFlight >= n-ask.Priority.reserve(n) {
		return nil, time.Time{}, b.changed
	}
	at, ok := k.admit(&b.dialect, ask.Priority, now)
	if !ok {
		return nil, at, b.changed
	}
	k.take(&b.dialect, ask.Priority, now)
	b.inFlight++
	return &Permit{budget: b, bucket: k}, time.Time{}, nil
}

// atOnce is how many calls may be in flight; 0 is no limit.
func (b *Budget) atOnce(now time.Time) int {
	if now.Before(b.squeezed) {
		return max(b.dialect.concurrency/4, 1)
	}
	return b.dialect.concurrency
}

func (b *Budget) bucket(name string) *bucket {
	k, ok := b.buckets[name]
	if !ok {
		k = &bucket{name: name, remaining: -1}
		b.buckets[name] = k
	}
	return k
}

// Observe ends the permit with what the peer answered; status 0 is a call that
// was sent and got no answer. Where the peer refused it for the rate, it
// returns when to come back, and nobody of that bucket calls before.
func (p *Permit) Observe(status int, h http.Header) (retry time.Time) {
	p.end(func(now time.Time) {
		o := p.budget.dialect.observe(status, h, now)
		p.bucket.learn(&p.budget.dialect, o, now)
		if o.concurrency {
			p.budget.squeezed = now.Add(time.Minute)
		}
		retry = o.blocked
	})
	return retry
}

// Cancel ends the permit of a call that was not sent.
func (p *Permit) Cancel() { p.end(func(time.Time) { p.bucket.used = max(p.bucket.used-1, 0) }) }

func (p *Permit) end(with func(now time.Time)) {
	p.once.Do(func() {
		p.budget.mu.Lock()
		defer p.budget.mu.Unlock()
		with(p.budget.registry.now())
		p.bucket.inFlight--
		p.budget.inFlight--
		p.budget.wake()
	})
}

// Usage returns the state of the budget's buckets.
func (b *Budget) Usage() []Usage {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.registry.now()
	all := make([]Usage, 0, len(b.buckets))
	for _, k := range b.buckets {
		k.roll(&b.dialect, now)
		u := Usage{
			Budget: b.key, Bucket: k.name, Limit: k.limit, Cap: k.cap(&b.dialect), Used: k.used, Others: k.othersUsed(),
			Remaining: k.remaining, InFlight: k.inFlight, Reset: k.reset,
		}
		if k.blocked.After(now) {
			u.Blocked = k.blocked
		}
		all = append(all, u)
	}
	return all
}

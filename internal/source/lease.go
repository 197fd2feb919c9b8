package source

import (
	"context"
	"time"

	"sallyport/internal/errs"
)

// Lease is the right of one loop to read a source, by its name and by whose it
// is. What is written under one that has become another's is refused.
type Lease struct{ Name, Holder string }

// ErrLost is a [Sink]'s answer to a batch that was read under a lease which has
// become another's.
var ErrLost = errs.New(errs.Conflict, "somebody else reads the source now")

// lease is a lease that a loop wants, or has.
type lease struct {
	Lease

	p      *Poller
	source string    // its id
	since  time.Time // when the lease was last taken or renewed
}

func (p *Poller) lease(source, holder string) *lease {
	return &lease{Lease: Lease{"source/" + source, holder}, p: p, source: source}
}

// hold takes or renews the lease, and reports whether the loop has it.
func (l *lease) hold(ctx context.Context) (bool, error) {
	ask, cancel := context.WithTimeout(ctx, renewEvery)
	defer cancel()
	at := time.Now() // the lease is counted from then at the earliest
	held, err := l.p.Leases.Hold(ask, l.Name, l.Holder, leaseFor)
	if err != nil {
		if ctx.Err() == nil {
			l.p.Log.WarnContext(ctx, "lease of source not held", "err", err, "source", l.source)
		}
		return false, err
	}
	if held {
		l.since = at
	}
	return held, nil
}

// keep renews the lease until ctx ends, until another has it, or until another
// may have it before it could be asked for again.
func (l *lease) keep(ctx context.Context) {
	tick := time.NewTicker(renewEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		held, err := l.hold(ctx)
		if lost := err == nil || time.Since(l.since) >= leaseFor-renewEvery; !held && lost && ctx.Err() == nil {
			l.p.Log.WarnContext(ctx, "lease of source lost", "source", l.source)
			return
		}
	}
}

// release gives the lease up, when ctx has ended.
func (l *lease) release(ctx context.Context) {
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), renewEvery)
	defer cancel()
	if err := l.p.Leases.Release(last, l.Name, l.Holder); err != nil {
		l.p.Log.WarnContext(ctx, "lease of source not given up", "err", err, "source", l.source, "until", l.since.Add(leaseFor))
	}
}

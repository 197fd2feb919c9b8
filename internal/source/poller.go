package source

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/okta"
	"sallyport/internal/trace"
)

// Store is what polling remembers, beside the cursor that travels with each
// batch.
type Store interface {
	// All returns every organization's enabled sources.
	All(ctx context.Context) ([]Source, error)
	// Get returns one source as it is now.
	Get(ctx context.Context, org, id string) (Source, error)
	// Failed notes that an attempt to read a source failed.
	Failed(ctx context.Context, org, id, why string) error
}

// Leases says which of several processes reads a source.
type Leases interface {
	// Hold takes or renews a lease for a time, and reports whether holder has it.
	Hold(ctx context.Context, name, holder string, d time.Duration) (bool, error)
	Release(ctx context.Context, name, holder string) error
}

// WaitError says that a request was not made, for the sake of the rate limit,
// and when it may be.
type WaitError struct{ Until time.Time }

func (e *WaitError) Error() string {
	return "waits for the rate limit until " + e.Until.UTC().Format(time.TimeOnly) + " UTC"
}

// Intervals of polling. A page that was full is followed by the next at once;
// else the interval grows while nothing comes, and shrinks when something does.
type Intervals struct {
	Least time.Duration
	Most  time.Duration
}

const (
	// leaseFor is how long nobody else reads a source after its reader died. A
	// living one renews its lease every renewEvery, while it reads and waits, too.
	leaseFor   = 30 * time.Second
	renewEvery = leaseFor / 3
	lookEvery  = 2 * time.Second
	// overlap is read again when a cursor was lost: what became visible late in
	// that time is not missed, and what was there already counts as nothing.
	overlap = 15 * time.Minute
	// actGrace is how long before a source was made an event may have been
	// published that still starts flows. What is older was read for the record: a
	// source that starts 90 days back must not contain accounts for what
	// happened then.
	actGrace = 10 * time.Minute
	// maxErrorWait bounds the time between attempts at a source that fails.
	maxErrorWait = time.Minute
)

// Poller reads the sources that poll, each in a goroutine of its own.
type Poller struct {
	Store     Store
	Leases    Leases
	Sink      Sink
	Fetcher   func(Source) okta.Fetcher // makes the requests for a source, whatever its kind
	Holder    string                    // this process, in leases
	Intervals Intervals
	Now       func() time.Time
	Tracer    *trace.Tracer // nil where nobody collects traces
	Log       *slog.Logger

	wake chan struct{}
	once sync.Once
}

// Wake has the poller look at once which sources there are.
func (p *Poller) Wake() {
	select {
	case p.wakes() <- struct{}{}:
	default:
	}
}

func (p *Poller) wakes() chan struct{} {
	p.once.Do(func() { p.wake = make(chan struct{}, 1) })
	return p.wake
}

// running is a source that is being read.
type running struct {
	key    string // of the settings that it is read with
	cancel context.CancelFunc
}

// Run reads sources until ctx ends. It looks every two seconds for sources that
// were added, changed or switched off.
func (p *Poller) Run(ctx context.Context) {
	var done sync.WaitGroup
	defer done.Wait()
	at := map[string]running{}
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		p.look(ctx, at, &done)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-p.wakes():
		}
	}
}

func (p *Poller) look(ctx context.Context, at map[string]running, done *sync.WaitGroup) {
	sources, err := p.Store.All(ctx)
	if err != nil {
		if ctx.Err() == nil {
			p.Log.WarnContext(ctx, "sources not listed", "err", err)
		}
		return
	}
	wanted := map[string]bool{}
	for _, s := range sources {
		if !s.Poll {
			continue
		}
		wanted[s.ID] = true
		key := s.Connection + "/" + s.Name
		if r, ok := at[s.ID]; ok && r.key == key {
			continue
		} else if ok {
			r.cancel()
		}
		loop, cancel := context.WithCancel(ctx)
		at[s.ID] = running{key, cancel}
		done.Go(func() { p.source(loop, s) })
	}
	for id, r := range at {
		if !wanted[id] {
			r.cancel()
			delete(at, id)
		}
	}
}

// source reads one source until ctx ends, while it holds the source's lease. Its
// holder's name is its own: a loop that ends gives up its own lease, and never
// that of the loop that follows it in this process.
func (p *Poller) source(ctx context.Context, s Source) {
	l := p.lease(s.ID, p.Holder+"/"+rand.Text())
	defer l.release(ctx)
	for ctx.Err() == nil {
		if held, err := l.hold(ctx); held && err == nil {
			p.read(ctx, l, s.Org)
		}
		pause(ctx, lookEvery)
	}
}

// read reads a source for as long as its lease holds. It goes on from where the
// source is now: another may have read it until just before.
func (p *Poller) read(ctx context.Context, held *lease, org string) {
	s, err := p.Store.Get(ctx, org, held.source)
	if err != nil {
		if ctx.Err() == nil {
			p.Log.WarnContext(ctx, "place in source not looked up", "err", err, "source", held.source)
		}
		return
	}
	ctx, lost := context.WithCancel(ctx)
	var kept sync.WaitGroup
	defer kept.Wait()
	defer lost()
	kept.Go(func() {
		defer lost()
		held.keep(ctx)
	})
	l := &poll{p: p, s: s, lease: held.Lease, lost: lost, fetch: p.Fetcher(s), wait: p.Intervals.Least, target: s.Cursor, last: s.Health.LastEventAt}
	if l.target == "" {
		l.target = s.Kind.log().first(s.StartAt)
	}
	for ctx.Err() == nil {
		pause(ctx, l.once(ctx))
	}
}

// pause waits for a time, or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// poll is the state of reading one source.
type poll struct {
	p        *Poller
	s        Source
	lease    Lease
	lost     func() // ends the reading
	fetch    okta.Fetcher
	target   string
	wait     time.Duration
	last     time.Time // the newest event's published
	failures int
}

// readTimeout bounds one read of a page; Okta itself gives up after 30 s.
const readTimeout = 45 * time.Second

// once reads one page and hands it on; it returns how long to wait before the
// next.
func (l *poll) once(ctx context.Context) time.Duration {
	ctx, span := l.p.Tracer.Start(ctx, "poll", trace.Text("sallyport.source", l.s.ID))
	defer span.End()
	read, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	page, err := l.s.Kind.log().read(read, l.fetch, l.target)
	if err != nil {
		return l.failed(ctx, err)
	}
	next := page.Next
	if next == "" { // a log always names one when it is polled; without it we stay where we are
		next = l.target
	}
	_, err = l.p.Sink.Accept(ctx, Batch{
		Org: l.s.Org, Source: l.s.ID, Via: ViaPoll, Events: page.Events, Cursor: next, More: page.More, Lease: l.lease,
		ActFrom: l.s.CreatedAt.Add(-actGrace),
	})
	if errors.Is(err, ErrLost) {
		l.lost()
		return 0
	}
	if err != nil {
		return l.failed(ctx, fmt.Errorf("store events: %w", err))
	}
	for _, bad := range page.Bad {
		l.note(ctx, "an event was passed over: "+bad.Error())
	}
	for _, e := range page.Events {
		if e.Published.After(l.last) {
			l.last = e.Published
		}
	}
	l.target, l.failures = next, 0
	return l.next(page)
}

// next adapts the interval to what a page brought.
func (l *poll) next(page okta.Page) time.Duration {
	switch {
	case page.More:
		l.wait = l.p.Intervals.Least
		return 0
	case len(page.Events)+len(page.Bad) > 0:
		l.wait = l.p.Intervals.Least
	default:
		l.wait = min(l.wait*3/2, l.p.Intervals.Most)
	}
	return l.wait
}

// failed notes why reading failed and returns how long to wait.
func (l *poll) failed(ctx context.Context, err error) time.Duration {
	if ctx.Err() != nil {
		return 0
	}
	if w, ok := errors.AsType[*WaitError](err); ok {
		l.note(ctx, w.Error())
		return max(0, w.Until.Sub(l.p.Now()))
	}
	l.failures++
	wait := min(maxErrorWait, l.p.Intervals.Least<<min(l.failures, 6))
	if re, ok := errors.AsType[refusal](err); ok {
		switch {
		case re.BadCursor():
			// Start again a little before the newest event that there is.
			since := l.p.Now().Add(-overlap)
			if !l.last.IsZero() && l.last.Before(since) {
				since = l.last.Add(-overlap)
			}
			l.target, wait = l.s.Kind.log().first(since), 0
		case re.Refused():
			l.note(ctx, re.Error()+l.s.Kind.log().unread)
			return maxErrorWait
		}
	}
	msg := err.Error()
	if errs.KindOf(err) != errs.Internal {
		msg = errs.Message(err)
	}
	l.note(ctx, msg)
	return wait
}

func (l *poll) note(ctx context.Context, why string) {
	l.p.Log.WarnContext(ctx, "source not read", "source", l.s.ID, "reason", why, "failures", l.failures)
	if err := l.p.Store.Failed(ctx, l.s.Org, l.s.ID, why); err != nil && ctx.Err() == nil {
		l.p.Log.WarnContext(ctx, "health of source not written", "err", err, "source", l.s.ID)
	}
}

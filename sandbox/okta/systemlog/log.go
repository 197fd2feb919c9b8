package systemlog

import (
	"slices"
	"sort"
	"sync"
	"time"
)

// Retention is how long the log keeps events.
const Retention = 90 * 24 * time.Hour

// Log keeps the events of one org in two orders: the one they were persisted
// in, which polling follows, and that of their published time, which bounded
// queries follow. It is safe for concurrent use.
type Log struct {
	now func() time.Time

	mu          sync.RWMutex
	persisted   []entry // by seq, which is also the order of persisting
	byPublished []entry // by published, then seq
	lastSeq     int64
	onAppend    []func([]*Event)
}

// entry is an event and its number in the order of persisting, from 1.
type entry struct {
	seq   int64
	event *Event
}

// New returns an empty log.
func New(now func() time.Time) *Log { return &Log{now: now} }

// OnAppend has f called with every batch of events after it was persisted.
// It must be called before the first Append.
func (l *Log) OnAppend(f func([]*Event)) { l.onAppend = append(l.onAppend, f) }

// Append persists events in the order given, whatever their published times,
// which it cuts to milliseconds. The log owns the events from then on.
func (l *Log) Append(events ...*Event) {
	if len(events) == 0 {
		return
	}
	l.mu.Lock()
	for _, e := range events {
		l.lastSeq++
		e.Published.Time = e.Published.Truncate(time.Millisecond)
		x := entry{l.lastSeq, e}
		l.persisted = append(l.persisted, x)
		at := len(l.byPublished) // nearly always the end
		for at > 0 && l.byPublished[at-1].event.Published.After(e.Published.Time) {
			at--
		}
		l.byPublished = slices.Insert(l.byPublished, at, x)
	}
	l.prune()
	l.mu.Unlock()
	for _, f := range l.onAppend {
		f(events)
	}
}

// prune forgets what is older than the retention, a thousand at a time.
func (l *Log) prune() {
	oldest := l.now().Add(-Retention)
	n := sort.Search(len(l.byPublished), func(i int) bool { return !l.byPublished[i].event.Published.Before(oldest) })
	if n < 1000 {
		return
	}
	l.byPublished = slices.Clone(l.byPublished[n:])
	l.persisted = slices.DeleteFunc(l.persisted, func(x entry) bool { return x.event.Published.Before(oldest) })
}

// Find returns the events that a test accepts, newest first, at most limit.
func (l *Log) Find(limit int, accept func(*Event) bool) []*Event {
	l.mu.RLock()
	defer l.mu.RUnlock()
	var out []*Event
	for i := len(l.byPublished) - 1; i >= 0 && len(out) < limit; i-- {
		if e := l.byPublished[i].event; accept(e) {
			out = append(out, e)
		}
	}
	return out
}

// Len returns how many events the log holds.
func (l *Log) Len() int {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return len(l.persisted)
}

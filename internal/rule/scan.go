package rule

import (
	"slices"
	"time"

	"sallyport/internal/detect"
	"sallyport/internal/detect/correlate"
	"sallyport/internal/event"
)

// Scan matches events as they came. Only those are read for good of which some
// rule holds, which are few. It is not safe for concurrent use.
type Scan struct {
	matches *Matches
	matcher *detect.Matcher
}

// Scan begins a scan. Skip may be nil.
func (b *Book) Scan(skip Skip) *Scan {
	if skip == nil {
		skip = func(*Rule, event.Event) bool { return false }
	}
	matcher, _ := b.matchers.Get().(*detect.Matcher)
	return &Scan{&Matches{book: b, skip: skip}, matcher}
}

// Event finds which single rules hold of an event; read reads it if there are
// any. The error is that raw is no JSON, or what read returned.
func (s *Scan) Event(raw []byte, read func() (event.Event, error)) error {
	held, err := s.matcher.Match(raw)
	if err != nil || len(held) == 0 {
		return err
	}
	e, err := read()
	if err != nil {
		return err
	}
	m := s.matches
	for _, i := range held {
		if r := m.book.singles[i]; m.book.fires[i] && !m.skip(r, e) {
			m.hits = append(m.hits, single(r, e))
		}
	}
	if n, ok := m.book.counter.note(s.matcher, e, held); ok {
		m.counted = append(m.counted, n)
	}
	return nil
}

// End returns what was found. The scan is over then.
func (s *Scan) End() *Matches {
	s.matches.book.matchers.Put(s.matcher)
	s.matcher = nil
	return s.matches
}

// Awaited are the events that correlations count which time decides: [Book.Due]
// may ask for them later.
func (m *Matches) Awaited() []event.Event {
	var all []event.Event
	for _, n := range m.counted {
		if slices.ContainsFunc(n.feeds, func(f feed) bool { return f.correlation.waits() }) {
			all = append(all, n.event)
		}
	}
	return all
}

// waits reports whether only time decides that the correlation fires.
func (r *Rule) waits() bool {
	return len(r.without) > 0 || r.correlation.Type == correlate.ValueMin || slices.ContainsFunc(r.correlation.Condition.Bounds, func(b correlate.Bound) bool {
		return b.Op != "gt" && b.Op != "gte"
	})
}

// Patience is how long after an event [Book.Due] may ask for it.
func (b *Book) Patience() time.Duration {
	longest := time.Duration(0)
	for _, r := range b.counter.rules {
		longest = max(longest, r.correlation.Timespan)
	}
	return longest + correlate.DefaultLateness
}

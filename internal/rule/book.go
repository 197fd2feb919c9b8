package rule

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"sallyport/internal/detect"
	"sallyport/internal/detect/correlate"
	"sallyport/internal/event"
)

// Book is a choice of rules, compiled: it reads each event once for all of them.
// It is safe for concurrent use.
type Book struct {
	rules    []*Rule // as they were given
	singles  []*Rule // those over single events, in the order of the program
	fires    []bool  // of singles: it makes hits of its own
	counter  *counter
	program  *detect.Program
	matchers sync.Pool // of *detect.Matcher
}

// NewBook compiles rules of a shelf, with those that their correlations refer
// to. A rule that only feeds correlations makes no hits.
func NewBook(rules []*Rule) (*Book, error) {
	b := &Book{rules: slices.Clone(rules)}
	chosen := map[*Rule]bool{}
	for _, r := range rules {
		chosen[r] = !r.Part
	}
	all, index := closure(rules), map[*Rule]int{}
	var compiled []detect.Rule
	for _, r := range all {
		if r.Expr != nil {
			index[r] = len(compiled)
			compiled = append(compiled, detect.Rule{ID: r.Key(), Expr: r.condition()})
			b.singles, b.fires = append(b.singles, r), append(b.fires, chosen[r])
		}
	}
	var err error
	if b.counter, err = newCounter(all, index, func(r *Rule) bool { return chosen[r] }); err != nil {
		return nil, err
	}
	if b.program, err = detect.Compile(compiled, b.counter.simple...); err != nil {
		return nil, fmt.Errorf("compile rules: %w", err)
	}
	b.matchers.New = func() any { return b.program.Matcher() }
	return b, nil
}

// closure returns rules and all that they refer to, each once, and each after
// those that it refers to.
func closure(rules []*Rule) []*Rule {
	var all []*Rule
	seen := map[*Rule]bool{}
	var visit func(*Rule)
	visit = func(r *Rule) {
		if seen[r] {
			return
		}
		seen[r] = true
		for _, ref := range slices.Concat(r.refs, r.without) {
			visit(ref)
		}
		all = append(all, r)
	}
	for _, r := range rules {
		visit(r)
	}
	return all
}

// Rules returns the rules that the book was made of.
func (b *Book) Rules() []*Rule { return slices.Clone(b.rules) }

// Skip says which events a rule is to pass over. Before an event is counted it
// is asked of the correlation, and of the rule that the correlation counts.
type Skip func(*Rule, event.Event) bool

// Matches is what a book found in some events, before they are counted over
// time.
type Matches struct {
	book    *Book
	hits    []Hit
	counted []counted
	skip    Skip
}

// Match finds which single rules hold of events. It touches no state. Skip may
// be nil.
func (b *Book) Match(events []event.Event, skip Skip) (*Matches, error) {
	s := b.Scan(skip)
	for _, e := range events {
		if err := s.Event(e.Raw, func() (event.Event, error) { return e, nil }); err != nil {
			return nil, fmt.Errorf("match event %s: %w", e.UUID, err)
		}
	}
	return s.End(), nil
}

// Any reports whether there is anything to make hits of, or to count.
func (m *Matches) Any() bool { return len(m.hits) > 0 || len(m.counted) > 0 }

// maxAhead is how far ahead of its arrival an event may say that it was published.
// It is no more than an event may be late: a group that an event has carried so far
// ahead still takes those that follow in time.
const maxAhead = correlate.DefaultLateness

// Arrived says when the events arrived. One that says it was published much later
// has a wrong time, by a clock or by forgery, and is counted as published when it
// arrived: what it is counted with would else take the events that follow for
// late ones. Those events are returned. What goes over history, or has no clock
// to hold events against, does without.
func (m *Matches) Arrived(at time.Time) []event.Event {
	var ahead []event.Event
	for i, n := range m.counted {
		if n.event.Published.After(at.Add(maxAhead)) {
			m.counted[i].at = at
			ahead = append(ahead, n.event)
		}
	}
	return ahead
}

// Hits counts what is to be counted and returns every hit: those of single
// events in the order of the events, then those of correlations. Fresh says of
// which events there is news, by their uuids; nil says of all.
func (m *Matches) Hits(ctx context.Context, fresh func(uuid string) bool, st correlate.Store) ([]Hit, error) {
	if fresh == nil {
		fresh = func(string) bool { return true }
	}
	hits := slices.DeleteFunc(slices.Clone(m.hits), func(h Hit) bool { return !fresh(h.Event.UUID) })
	var events []correlate.Event
	var of []event.Event
	for _, n := range m.counted {
		if !fresh(n.event.UUID) {
			continue
		}
		if e := n.of(m.skip); len(e.Rules) > 0 {
			events, of = append(events, e), append(of, n.event)
		}
	}
	if len(events) == 0 {
		return hits, nil
	}
	firings, err := m.book.counter.set.Count(ctx, st, events)
	if err != nil {
		return nil, fmt.Errorf("count events: %w", err)
	}
	for _, f := range firings {
		if r := m.book.counter.rules[f.Spec]; m.book.counter.fires[f.Spec] {
			hits = append(hits, fired(r, f, of[f.Event]))
		}
	}
	return hits, nil
}

// Detect is Match and Hits in one, of events that are all news.
func (b *Book) Detect(ctx context.Context, events []event.Event, st correlate.Store) ([]Hit, error) {
	m, err := b.Match(events, nil)
	if err != nil {
		return nil, err
	}
	return m.Hits(ctx, nil, st)
}

// Find returns an event by its uuid, and whether it is still there.
type Find func(ctx context.Context, uuid string) (event.Event, bool, error)

// Due returns the hits of correlations that time alone decides: what did not
// come in time, or was too little. Now is up to when all events are known to
// have come in, but those that are late.
func (b *Book) Due(ctx context.Context, now time.Time, st correlate.Store, find Find) ([]Hit, error) {
	firings, err := b.counter.set.Due(ctx, st, now)
	if err != nil {
		return nil, fmt.Errorf("see what is due: %w", err)
	}
	var hits []Hit
	for _, f := range firings {
		if !b.counter.fires[f.Spec] || len(f.UUIDs) == 0 {
			continue
		}
		e, ok, err := find(ctx, f.UUIDs[len(f.UUIDs)-1])
		if err != nil {
			return nil, fmt.Errorf("find the event of a hit: %w", err)
		}
		if ok {
			hits = append(hits, fired(b.counter.rules[f.Spec], f, e))
		}
	}
	return hits, nil
}

// single makes a hit of one event.
func single(r *Rule, e event.Event) Hit {
	about := r.Entity.Of(e)
	return Hit{
		Rule: r, Event: e, Entity: about.Entity, Kind: about.Kind,
		Evidence: []string{e.UUID}, Count: 1, From: e.Published, To: e.Published,
	}
}

// fired makes a hit of a correlation that fired.
func fired(r *Rule, f correlate.Firing, e event.Event) Hit {
	about := r.Entity.Of(e)
	return Hit{
		Rule: r, Event: e, Entity: about.Entity, Kind: about.Kind,
		Group: f.Group, Evidence: f.UUIDs, Count: f.Count, From: f.From, To: f.To,
	}
}

package rule

import (
	"fmt"
	"slices"
	"sync"

	"sallyport/internal/detect"
	"sallyport/internal/event"
)

// Book is a choice of rules, compiled: it reads each event once for all of them.
// It is safe for concurrent use.
type Book struct {
	rules    []*Rule // as they were given
	singles  []*Rule // those over single events, in the order of the program
	fires    []bool  // of singles: it makes hits of its own
	program  *detect.Program
	matchers sync.Pool // of *detect.Matcher
}

// NewBook compiles rules of a shelf, with those that their correlations refer
// to. A rule that only feeds correlations makes no hits.
func NewBook(rules []*Rule) (*Book, error) {
	b := &Book{rules: slices.Clone(rules)}
	index := map[*Rule]int{}
	for _, r := range closure(rules) {
		if r.Expr != nil {
			index[r] = len(b.singles)
			b.singles = append(b.singles, r)
			b.fires = append(b.fires, !r.Part && slices.Contains(rules, r))
		}
	}
	compiled := make([]detect.Rule, len(b.singles))
	for i, r := range b.singles {
		compiled[i] = detect.Rule{ID: r.Key(), Expr: r.Expr}
	}
	var err error
	if b.program, err = detect.Compile(compiled); err != nil {
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
		for _, ref := range r.refs {
			visit(ref)
		}
		for _, ref := range r.without {
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

// Matches is what a book found in some events, before events are counted over
// time.
type Matches struct {
	book   *Book
	events []event.Event
	rules  [][]int // of each event, the indexes of the single rules that hold
	skip   func(*Rule, event.Event) bool
}

// Match finds which single rules hold of events. It touches no state. Skip may
// be nil; it says which events a rule is to pass over, and is asked for
// correlations too, before an event is counted.
func (b *Book) Match(events []event.Event, skip func(*Rule, event.Event) bool) (*Matches, error) {
	if skip == nil {
		skip = func(*Rule, event.Event) bool { return false }
	}
	m := &Matches{book: b, skip: skip}
	matcher, _ := b.matchers.Get().(*detect.Matcher)
	defer b.matchers.Put(matcher)
	for _, e := range events {
		held, err := matcher.Match(e.Raw)
		if err != nil {
			return nil, fmt.Errorf("match event %s: %w", e.UUID, err)
		}
		if len(held) > 0 {
			m.events, m.rules = append(m.events, e), append(m.rules, slices.Clone(held))
		}
	}
	return m, nil
}

// Any reports whether any rule held of any event.
func (m *Matches) Any() bool { return len(m.events) > 0 }

// single makes a hit of one event.
func single(r *Rule, e event.Event) Hit {
	about := r.Entity.Of(e)
	return Hit{
		Rule: r, Event: e, Entity: about.Entity, Kind: about.Kind,
		Evidence: []string{e.UUID}, Count: 1, From: e.Published, To: e.Published,
	}
}

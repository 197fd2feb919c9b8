package alert

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"sallyport/internal/detect/correlate"
	"sallyport/internal/event"
	"sallyport/internal/rule"
)

// Ruling is what an organization's alerts are made by, besides the packs that all
// have: its own rules, and what it decided.
type Ruling struct {
	Files        []File
	Rules        map[string]RuleSetting // by the rules' ids
	Suppressions []Suppression
	Settings     Settings
}

// File is the published text of one of an organization's own files of rules.
type File struct{ ID, Slug, Text string }

// RuleSetting is what an organization decided about a rule. Nil is what the rule
// says itself.
type RuleSetting struct {
	Enabled   *bool
	Severity  *rule.Severity
	By        string // account
	UpdatedAt time.Time
}

// Of returns the rule as the organization has it.
func (s RuleSetting) Of(r *rule.Rule) *rule.Rule {
	out := *r
	if s.Enabled != nil {
		out.Enabled = *s.Enabled
	}
	if s.Severity != nil {
		out.Severity = *s.Severity
	}
	return &out
}

// Shelf is where rulings are kept.
type Shelf interface {
	// Revision counts the changes to an organization's ruling.
	Revision(ctx context.Context, org string) (int64, error)
	Ruling(ctx context.Context, org string) (Ruling, error)
}

// Library keeps the rules of organizations compiled. It asks the shelf for the
// revision each time, and compiles again what has changed.
type Library struct {
	Shelf Shelf
	Packs []rule.File // the rules that every organization has
	// Sources are where those were read from, for their cases; optional.
	Sources []rule.Source
	Log     *slog.Logger

	mu    sync.Mutex
	books map[string]*Book
}

// Cases reads the cases of a rule of the packs; none where it has none.
func (l *Library) Cases(r *rule.Rule) ([]rule.Case, error) {
	for _, s := range l.Sources {
		if s.Name == r.Pack {
			return s.CasesOf(r)
		}
	}
	return nil, nil
}

// CasesText returns the file of cases of a rule of the packs as it is; nothing
// where it has none.
func (l *Library) CasesText(r *rule.Rule) ([]byte, error) {
	for _, s := range l.Sources {
		if s.Name == r.Pack {
			return s.CasesText(r)
		}
	}
	return nil, nil
}

// Book is what an organization's alerts are made by, at one revision.
type Book struct {
	Revision     int64
	Rules        []*rule.Rule // with the organization's settings; those that are off among them
	Plain        *rule.Shelf  // the same without
	Files        []rule.File  // what that was made of
	Settings     Settings
	Suppressions []*Suppression
	detector     *rule.Book // of the rules that are on
	byID         map[string]*rule.Rule
}

// Book returns what an organization's alerts are made by now. What does not
// compile of what the organization has written is left out, and logged: it was
// checked when it was published.
func (l *Library) Book(ctx context.Context, org string) (*Book, error) {
	rev, err := l.Shelf.Revision(ctx, org)
	if err != nil {
		return nil, fmt.Errorf("read revision of rules: %w", err)
	}
	l.mu.Lock()
	b := l.books[org]
	l.mu.Unlock()
	if b != nil && b.Revision == rev {
		return b, nil
	}
	ruling, err := l.Shelf.Ruling(ctx, org)
	if err != nil {
		return nil, fmt.Errorf("read rules: %w", err)
	}
	if b, err = l.compile(ctx, rev, ruling); err != nil {
		return nil, fmt.Errorf("compile rules of organization %s: %w", org, err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.books == nil {
		l.books = map[string]*Book{}
	}
	l.books[org] = b
	return b, nil
}

// compile puts the organization's rules together: those of the packs, then its
// own, each as its settings have it.
func (l *Library) compile(ctx context.Context, rev int64, r Ruling) (*Book, error) {
	b := &Book{Revision: rev, Settings: r.Settings, byID: map[string]*rule.Rule{}}
	files := slices.Clone(l.Packs)
	for _, f := range r.Files {
		files = append(files, rule.Parse(OwnPack, f.Slug+".yaml", []byte(f.Text)))
	}
	b.Files = files
	b.Plain, _ = rule.NewShelf(files...) // what is wrong with them was told when they were published
	var on []*rule.Rule
	for _, of := range b.Plain.All() {
		one := r.Rules[of.ID].Of(of)
		b.Rules, b.byID[of.ID] = append(b.Rules, one), one
		if one.Enabled {
			on = append(on, of) // correlations know each other as they stand on the shelf
		}
	}
	for i := range r.Suppressions {
		s := r.Suppressions[i]
		if err := s.Compile(); err != nil {
			l.Log.ErrorContext(ctx, "suppression not compiled", "err", err, "suppression", s.ID)
			continue
		}
		b.Suppressions = append(b.Suppressions, &s)
	}
	var err error
	b.detector, err = rule.NewBook(on)
	return b, err
}

// OwnPack is the name of the pack of the rules that an organization has written.
const OwnPack = "own"

// Rule returns a rule by its id, as the organization has it; nil for none.
func (b *Book) Rule(id string) *rule.Rule { return b.byID[id] }

// Found is what the rules see in the events of a batch, before it is known which
// of them are new. Nothing is counted yet.
type Found struct {
	book    *Book
	matches *rule.Matches
	sieve   *Sieve
	ahead   []event.Event
}

// Match holds events against the rules, which arrived now. It reads nothing but
// the events.
func (b *Book) Match(es []event.Event, now time.Time) (*Found, error) {
	f := &Found{book: b, sieve: NewSieve(b.Suppressions, now)}
	var err error
	if f.matches, err = b.detector.Match(es, f.sieve.Hides); err == nil {
		f.ahead = f.matches.Arrived(now)
	}
	return f, err
}

// Ahead returns the events that are counted as published when they arrived, as
// they say that they were published long after.
func (f *Found) Ahead(fresh map[string]bool) []event.Event {
	return slices.DeleteFunc(slices.Clone(f.ahead), func(e event.Event) bool { return !fresh[e.UUID] })
}

// Any reports whether anything was found that makes a hit, or is counted.
func (f *Found) Any() bool { return f.matches.Any() }

// Hits returns the hits of the events that are new.
func (f *Found) Hits(ctx context.Context, fresh map[string]bool, st correlate.Store) ([]rule.Hit, error) {
	hits, err := f.matches.Hits(ctx, func(uuid string) bool { return fresh[uuid] }, st)
	return f.book.own(hits), err
}

// Due returns the hits that time alone decides.
func (b *Book) Due(ctx context.Context, now time.Time, st correlate.Store, find rule.Find) ([]rule.Hit, error) {
	hits, err := b.detector.Due(ctx, now, st, find)
	return b.own(hits), err
}

// own returns hits with their rules as the organization has them.
func (b *Book) own(hits []rule.Hit) []rule.Hit {
	for i, h := range hits {
		if r := b.byID[h.Rule.ID]; r != nil {
			hits[i].Rule = r
		}
	}
	return hits
}

// Hidden returns what suppressions hid of the events that are new, and what their
// conditions failed with. It is complete once there were hits.
func (f *Found) Hidden(fresh map[string]bool) ([]Hidden, map[string]string) {
	return f.sieve.hid(fresh), f.sieve.failed
}

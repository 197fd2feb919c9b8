// Package backtest runs rules over events of the past: what they would have
// found, how many alerts that would have been, and what other versions of the
// same rules would have found beside. It raises nothing: what it finds is only
// added up.
//
// A [Test] takes events page by page, in the order of their publication, and
// holds no more than what its report says and what correlations count. A
// [Runner] runs tests over the stored events as jobs that can be left.
package backtest

import (
	"context"
	"fmt"
	"slices"
	"time"

	"sallyport/internal/alert"
	"sallyport/internal/detect/correlate"
	"sallyport/internal/event"
	"sallyport/internal/rule"
)

// Side is a version of rules, with the exceptions that are made from them.
type Side struct {
	Rules  []*rule.Rule
	Except []*alert.Suppression
}

// Test runs rules over events. It is not safe for concurrent use.
type Test struct {
	tried, other *trial // other is nil where nothing is compared
	both         int
	events, bad  int
	bars         bars
	began        time.Time
}

// New makes a test of a version of rules, against another where there is one.
func New(tried Side, against *Side) (*Test, error) {
	t := &Test{began: time.Now()}
	var err error
	if t.tried, err = newTrial(tried); err != nil {
		return nil, err
	}
	if against != nil {
		t.other, err = newTrial(*against)
	}
	return t, err
}

// Events adds events, as they are stored or exported. Those that are no JSON are
// counted, and passed over.
func (t *Test) Events(ctx context.Context, raws [][]byte) error {
	found, err := t.tried.events(ctx, raws)
	if err != nil {
		return err
	}
	t.events += len(raws)
	t.bad += found.bad
	var before []rule.Hit
	if t.other != nil {
		old, err := t.other.events(ctx, raws)
		if err != nil {
			return err
		}
		before = old.hits
	}
	t.compare(found.hits, before)
	return nil
}

// compare adds up what one page of events came to. Both versions saw the same
// page, so what both found is in it for both.
func (t *Test) compare(hits, before []rule.Hit) {
	had := map[hitKey]int{}
	for _, h := range before {
		had[keyOf(h)]++
	}
	for _, h := range hits {
		k := keyOf(h)
		common := had[k] > 0
		if common {
			had[k]--
			t.both++
		}
		t.tried.tally.add(h, !common)
		t.bars.add(h.Event.Published, 1, 0)
	}
	for _, h := range before {
		k := keyOf(h)
		only := had[k] > 0
		if only {
			had[k]--
		}
		t.other.tally.add(h, only)
		t.bars.add(h.Event.Published, 0, 1)
	}
}

// hitKey tells hits apart: two versions found the same if the same event made
// them fire, about the same entity.
type hitKey struct {
	event  string
	entity alert.EntityKey
}

func keyOf(h rule.Hit) hitKey { return hitKey{h.Event.UUID, aboutOf(h).Key()} }

func aboutOf(h rule.Hit) alert.Entity {
	return alert.Entity{Kind: h.Kind, ID: h.Entity.ID, Login: h.Entity.AlternateID, Name: h.Entity.DisplayName}
}

// trial is one version at work.
type trial struct {
	book    *rule.Book
	except  []*alert.Suppression
	memory  correlate.Memory
	awaited map[string]event.Event // that time may make hits of
	newest  time.Time
	tally   *tally
	spent   time.Duration
	hidden  int
	parser  *event.Parser
}

func newTrial(s Side) (*trial, error) {
	book, err := rule.NewBook(s.Rules)
	if err != nil {
		return nil, fmt.Errorf("compile rules: %w", err)
	}
	return &trial{book: book, except: s.Except, awaited: map[string]event.Event{}, tally: newTally(), parser: event.NewParser()}, nil
}

// page is what one page of events came to.
type page struct {
	hits   []rule.Hit
	bad    int
	newest time.Time // that some rule held of
}

func (t *trial) events(ctx context.Context, raws [][]byte) (page, error) {
	began := time.Now()
	defer func() { t.spent += time.Since(began) }()
	var p page
	sieve := alert.NewSieve(t.except, time.Time{})
	scan := t.book.Scan(func(r *rule.Rule, e event.Event) bool {
		if r.Language == rule.Correlation && (e.UUID == "" || e.Published.IsZero()) { // it cannot be counted
			return true
		}
		hides := sieve.Hides(r, e)
		if hides {
			t.hidden++
		}
		return hides
	})
	for _, raw := range raws {
		err := scan.Event(raw, func() (event.Event, error) {
			e, err := t.parser.Parse(raw)
			if e.Raw == nil {
				return e, err
			}
			if e.Published.After(p.newest) {
				p.newest = e.Published
			}
			return e, nil // what it lacks, rules over single events do without
		})
		if err != nil {
			p.bad++
		}
	}
	found := scan.End()
	var err error
	if p.hits, err = found.Hits(ctx, nil, &t.memory); err != nil {
		return p, err
	}
	for _, e := range found.Awaited() {
		e.Raw = slices.Clone(e.Raw) // of the page no more
		t.awaited[e.UUID] = e
	}
	if p.newest.After(t.newest) {
		t.newest = p.newest
	}
	due, err := t.due(ctx)
	p.hits = append(p.hits, due...)
	return p, err
}

// due returns what only time has decided.
func (t *trial) due(ctx context.Context) ([]rule.Hit, error) {
	hits, err := t.book.Due(ctx, t.newest, &t.memory, func(_ context.Context, uuid string) (event.Event, bool, error) {
		e, ok := t.awaited[uuid]
		return e, ok, nil
	})
	for uuid, e := range t.awaited {
		if t.newest.Sub(e.Published) > t.book.Patience() {
			delete(t.awaited, uuid)
		}
	}
	return hits, err
}

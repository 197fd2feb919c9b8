package flow

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"sallyport/internal/errs"
	"sallyport/internal/event"
	"sallyport/internal/value"
)

// Shelf is where flows are kept.
type Shelf interface {
	// Revision counts the changes to an organization's flows.
	Revision(ctx context.Context, org string) (int64, error)
	// Published returns the flows that have a published version, and the bodies
	// of those versions in the same order.
	Published(ctx context.Context, org string) ([]Flow, []string, error)
	// Version returns one published version.
	Version(ctx context.Context, org, flow string, number int) (Version, error)
}

// Library keeps flows compiled. It asks the shelf for the revision each time,
// and compiles again what has changed.
type Library struct {
	Shelf Shelf

	mu    sync.Mutex
	books map[string]*Book
	old   map[oldKey]*Definition // versions that are not the published ones, for runs begun with them
}

type oldKey struct {
	flow    string
	version int
}

// maxOld bounds how many definitions are kept compiled beside the published ones.
const maxOld = 256

// Program is a flow with the compiled definition of one of its versions.
type Program struct {
	Flow       Flow
	Definition *Definition
}

// Book is an organization's published flows at one revision.
type Book struct {
	Revision int64

	byID      map[string]*Program
	bySlug    map[slugKey]*Program
	byEvent   map[string][]*Program // the enabled ones, by event type
	byAlert   []*Program            // the enabled ones that alerts start
	byFinding []*Program            // the enabled ones that findings start
	broken    map[string]error      // flows whose published version does not compile
}

type slugKey struct{ folder, slug string }

// Book returns an organization's flows as they are published now.
func (l *Library) Book(ctx context.Context, org string) (*Book, error) {
	rev, err := l.Shelf.Revision(ctx, org)
	if err != nil {
		return nil, fmt.Errorf("read revision of flows: %w", err)
	}
	l.mu.Lock()
	b := l.books[org]
	l.mu.Unlock()
	if b != nil && b.Revision == rev {
		return b, nil
	}
	flows, bodies, err := l.Shelf.Published(ctx, org)
	if err != nil {
		return nil, fmt.Errorf("read published flows: %w", err)
	}
	b = newBook(rev, flows, bodies, b)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.books == nil {
		l.books = map[string]*Book{}
	}
	l.books[org] = b
	return b, nil
}

// newBook compiles flows; what has not changed since the book before is taken
// from it.
func newBook(rev int64, flows []Flow, bodies []string, before *Book) *Book {
	b := &Book{Revision: rev, byID: map[string]*Program{}, bySlug: map[slugKey]*Program{}, byEvent: map[string][]*Program{}, broken: map[string]error{}}
	for i, f := range flows {
		d, err := compiled(f, bodies[i], before)
		if err != nil {
			b.broken[f.ID] = err
			continue
		}
		p := &Program{Flow: f, Definition: d}
		b.byID[f.ID] = p
		b.bySlug[slugKey{f.Folder, f.Slug}] = p
		if !f.Enabled {
			continue
		}
		for _, t := range d.Trigger.Events {
			b.byEvent[t] = append(b.byEvent[t], p)
		}
		switch d.Trigger.Kind {
		case OnAlert:
			b.byAlert = append(b.byAlert, p)
		case OnFinding:
			b.byFinding = append(b.byFinding, p)
		default:
		}
	}
	return b
}

func compiled(f Flow, body string, before *Book) (*Definition, error) {
	if before != nil {
		if p, ok := before.byID[f.ID]; ok && p.Flow.Version == f.Version {
			return p.Definition, nil
		}
	}
	return Parse(body)
}

// Program returns a version of a flow, compiled, with the flow's present
// bindings.
func (l *Library) Program(ctx context.Context, org, flow string, version int) (*Program, error) {
	b, err := l.Book(ctx, org)
	if err != nil {
		return nil, err
	}
	return l.programOf(ctx, b, org, flow, version)
}

// programOf is Program of a book that is at hand.
func (l *Library) programOf(ctx context.Context, b *Book, org, flow string, version int) (*Program, error) {
	p, ok := b.byID[flow]
	if !ok {
		if err := b.broken[flow]; err != nil {
			return nil, errs.Wrap(errs.Invalid, err, "the flow does not compile: %v", err)
		}
		return nil, errs.New(errs.NotFound, "there is no such flow")
	}
	if p.Flow.Version == version {
		return p, nil
	}
	d, err := l.older(ctx, org, flow, version)
	if err != nil {
		return nil, err
	}
	return &Program{Flow: p.Flow, Definition: d}, nil
}

func (l *Library) older(ctx context.Context, org, flow string, version int) (*Definition, error) {
	key := oldKey{flow, version}
	l.mu.Lock()
	d := l.old[key]
	l.mu.Unlock()
	if d != nil {
		return d, nil
	}
	v, err := l.Shelf.Version(ctx, org, flow, version)
	if err != nil {
		return nil, err
	}
	if d, err = Parse(v.Body); err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.old == nil || len(l.old) >= maxOld {
		l.old = map[oldKey]*Definition{}
	}
	l.old[key] = d
	return d, nil
}

// Triggered returns the flows that an event starts. A flow whose condition cannot
// be evaluated on the event is among them: its run fails for that reason, where
// people see it. The error is for the log.
func (b *Book) Triggered(e event.Event) ([]*Program, error) {
	candidates := b.byEvent[e.Type]
	if len(candidates) == 0 {
		return nil, nil
	}
	var parsed any
	var out []*Program
	var bad error
	for _, p := range candidates {
		where := p.Definition.Trigger.Where
		if where == nil {
			out = append(out, p)
			continue
		}
		if parsed == nil {
			v, err := value.ParseJSON(e.Raw)
			if err != nil {
				return out, err
			}
			parsed = v
		}
		ok, err := where.True(map[string]any{nameEvent: parsed, nameOptions: p.Flow.Bindings.Options})
		if err != nil {
			bad = fmt.Errorf("condition of flow %q (%s): %w", p.Flow.Title, p.Flow.ID, err)
		}
		if ok || err != nil {
			out = append(out, p)
		}
	}
	return out, bad
}

// Events returns the types of the events that start flows.
func (b *Book) Events() []string { return slices.Sorted(maps.Keys(b.byEvent)) }

// helper returns the flow that a card of a flow in a folder calls.
func (b *Book) helper(folder, slug string) (Flow, bool) {
	p, ok := b.bySlug[slugKey{folder, slug}]
	if !ok || !p.Flow.Enabled {
		return Flow{}, false
	}
	return p.Flow, true
}

// helpers returns the versions of the flows that a program calls, directly or
// through another.
func (b *Book) helpers(p *Program) map[string]int {
	pins := map[string]int{}
	var visit func(folder string, d *Definition)
	pin := func(folder, slug string) {
		if h, ok := b.bySlug[slugKey{folder, slug}]; ok && pins[h.Flow.ID] == 0 {
			pins[h.Flow.ID] = h.Flow.Version
			visit(folder, h.Definition)
		}
	}
	visit = func(folder string, d *Definition) {
		Walk(d.Cards, func(c *Card) {
			if c.Kind == CardCall {
				pin(folder, c.Flow)
			}
			if c.OnError.Way == HandOver {
				pin(folder, c.OnError.Flow)
			}
		})
	}
	visit(p.Flow.Folder, p.Definition)
	return pins
}

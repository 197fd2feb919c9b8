package detect

import (
	"fmt"
	"slices"
)

// scope is what paths begin at: the event, or an element for a Same.
type scope struct {
	paths []string // of the slots
	root  *node
	nodes int // of them
	preds []*predicate
	inner []*scope

	automata []*automaton
}

// builder compiles the conditions of a scope.
type builder struct {
	scope *scope
	slots map[string]int
	known map[string]int // predicates, by what they say
}

func newBuilder() *builder {
	return &builder{scope: &scope{}, slots: map[string]int{}, known: map[string]int{}}
}

func (b *builder) finish() *scope {
	b.scope.root, b.scope.nodes = newTrie(b.scope.paths)
	b.scope.searchTogether()
	return b.scope
}

func (b *builder) slot(path string) int {
	slot, ok := b.slots[path]
	if !ok {
		slot = len(b.scope.paths)
		b.slots[path] = slot
		b.scope.paths = append(b.scope.paths, path)
	}
	return slot
}

func (b *builder) logic(e Expr) (*logic, error) {
	switch e := e.(type) {
	case And:
		return b.join(all, e)
	case Or:
		return b.join(some, gatherTests(e))
	case Not:
		l, err := b.logic(e.Expr)
		if err != nil {
			return nil, err
		}
		return negate(l), nil
	case Always:
		if e {
			return &logic{kind: always}, nil
		}
		return &logic{kind: never}, nil
	case Test:
		return b.single(e, func() (*predicate, error) { return b.test(e) })
	case Same:
		return b.single(e, func() (*predicate, error) { return b.same(e) })
	case Keyword:
		return b.single(e, func() (*predicate, error) { return keyword(e), nil })
	}
	return nil, fmt.Errorf("there is no condition %T", e)
}

func (b *builder) join(kind joint, parts []Expr) (*logic, error) {
	ls := make([]*logic, len(parts))
	for i, part := range parts {
		l, err := b.logic(part)
		if err != nil {
			return nil, err
		}
		ls[i] = l
	}
	return joined(kind, ls), nil
}

// single makes a predicate, or takes the one that says the same.
func (b *builder) single(e fmt.Stringer, compile func() (*predicate, error)) (*logic, error) {
	key := e.String()
	pred, ok := b.known[key]
	if !ok {
		p, err := compile()
		if err != nil {
			return nil, err
		}
		pred = len(b.scope.preds)
		b.known[key] = pred
		b.scope.preds = append(b.scope.preds, p)
	}
	return &logic{kind: single, pred: pred, cost: b.scope.preds[pred].cost}, nil
}

// gatherTests makes one test of those tests of an Or which differ in their values
// only, for many values are compared at once.
func gatherTests(parts Or) []Expr {
	var rest []Expr
	for _, part := range parts {
		t, ok := part.(Test)
		if !ok || t.All && len(t.Values) != 1 || t.Op >= Exists && t.Op <= Absent {
			rest = append(rest, part)
			continue
		}
		at := slices.IndexFunc(rest, func(e Expr) bool {
			have, ok := e.(Test)
			return ok && have.Path == t.Path && have.Op == t.Op && have.Cased == t.Cased && !have.All
		})
		if at < 0 {
			t.All = false
			rest = append(rest, t)
			continue
		}
		have := rest[at].(Test) //nolint:forcetypeassert // as was looked for
		have.Values = slices.Concat(have.Values, t.Values)
		rest[at] = have
	}
	return rest
}

package detect

import (
	"bytes"
	"fmt"
	"slices"
)

// predicate is a test, a Same or a Keyword, compiled. Rules that say the same
// share it, and it is decided at most once for an event.
type predicate struct {
	slot  int // of the path whose values alone decide it; -1 if there is more to it
	holds func(s *state) bool
	cost  int // of deciding it, roughly and relatively
	// Folded texts: it holds where one of them is at slot, or a part of what is, and
	// only there.
	oneOf, partOf []string
}

// check decides on one value.
type check func(s *state, f *found) bool

// test compiles a test whose path is at a slot.
func (b *builder) test(t Test) (*predicate, error) {
	if int(t.Op) >= len(costs) {
		return nil, fmt.Errorf("there is no comparison %v", t.Op)
	}
	p := &predicate{slot: b.slot(t.Path)}
	if t.Op == Exists || t.Op == HasValue || t.Op == Absent {
		p.cost, p.holds = 1, presence(t.Op, p.slot)
		return p, nil
	}
	t = t.normal()
	if t.Op.refers() {
		slot := p.slot
		p.slot = -1
		b.other(t, slot, p)
		return p, nil
	}
	if t.All && len(t.Values) != 1 {
		return p, allOf(t, p)
	}
	c, err := oneOf(t, t.Values, p)
	p.holds = someone(p.slot, c)
	return p, err
}

// normal writes patterns that amount to less as what they amount to, so that
// they are shared and indexed with those who say so at once.
func (t Test) normal() Test {
	if t.Op != Like || len(t.Values) == 0 {
		return t
	}
	vs := slices.Clone(t.Values)
	var all Op
	for i, v := range vs {
		op, text, ok := newGlob(v.Text, t.Cased).plain()
		if !ok || i > 0 && op != all {
			return t
		}
		all, vs[i] = op, Value{Text: string(text)}
	}
	t.Op, t.Values = all, vs
	return t
}

func presence(op Op, slot int) func(*state) bool {
	switch op { //nolint:exhaustive // the others compare
	case Exists:
		return func(s *state) bool { return len(s.slots[slot]) > 0 }
	case HasValue:
		return func(s *state) bool {
			return slices.ContainsFunc(s.slots[slot], func(f found) bool { return f.kind != isNull && !f.empty })
		}
	}
	return func(s *state) bool {
		return !slices.ContainsFunc(s.slots[slot], func(f found) bool { return f.kind != isNull })
	}
}

// someone holds if a value at the slot passes.
func someone(slot int, c check) func(*state) bool {
	return func(s *state) bool {
		fs := s.slots[slot]
		for i := range fs {
			if fs[i].scalar() && c(s, &fs[i]) {
				return true
			}
		}
		return false
	}
}

func allOf(t Test, p *predicate) error {
	var each []func(*state) bool
	for _, v := range t.Values {
		one := &predicate{}
		c, err := oneOf(t, []Value{v}, one)
		if err != nil {
			return err
		}
		p.cost += one.cost
		each = append(each, someone(p.slot, c))
	}
	p.holds = func(s *state) bool {
		for _, holds := range each {
			if !holds(s) {
				return false
			}
		}
		return true
	}
	return nil
}

// oneOf is what a value passes that passes with one of values.
func oneOf(t Test, values []Value, p *predicate) (check, error) {
	p.cost = costs[t.Op] + len(values)/8
	switch t.Op { //nolint:exhaustive // see the end
	case Equal:
		return equal(t, values, p), nil
	case Contains, StartsWith, EndsWith:
		if t.Op == Contains && !t.Cased {
			for _, v := range values {
				p.partOf = append(p.partOf, string(canonical(v.Text, false)))
			}
		}
		return parts(t, values), nil
	case Like:
		return likes(t, values), nil
	case Matches:
		return matches(t, values)
	case Less, LessEqual, Greater, GreaterEqual:
		return numbers(t.Op, values), nil
	case Before, NotAfter, After, NotBefore:
		return orders(t.Op, values), nil
	case InNetwork:
		return networks(t, values)
	case Minute, Hour, Day, Week, Month, Year:
		return times(t.Op, values), nil
	}
	return nil, fmt.Errorf("there is no comparison %v", t.Op)
}

//nolint:gochecknoglobals // a table
var costs = [...]int{
	Equal: 1, Contains: 4, StartsWith: 2, EndsWith: 2, Like: 8, Matches: 60,
	Less: 4, LessEqual: 4, Greater: 4, GreaterEqual: 4, Before: 1, NotAfter: 1, After: 1, NotBefore: 1,
	InNetwork: 10, SameAs: 4, Exists: 1, HasValue: 1, Absent: 1,
	Minute: 15, Hour: 15, Day: 15, Week: 15, Month: 15, Year: 15,
	ContainsOther: 8, StartsWithOther: 4, EndsWithOther: 4,
}

// other compiles a comparison with what is at another path.
func (b *builder) other(t Test, slot int, p *predicate) {
	var others []int
	for _, v := range t.Values {
		others = append(others, b.slot(v.Text))
	}
	cased := t.Cased
	p.cost = costs[t.Op] * len(others)
	passes := pair(t.Op)
	one := func(s *state, other int) bool {
		fs, os := s.slots[slot], s.slots[other]
		for i := range fs {
			if !fs[i].scalar() {
				continue
			}
			got := as(s, &fs[i], cased)
			for k := range os {
				if os[k].scalar() && passes(got, as(s, &os[k], cased)) {
					return true
				}
			}
		}
		return false
	}
	p.holds = func(s *state) bool {
		for _, other := range others {
			if one(s, other) != t.All {
				return !t.All
			}
		}
		return t.All
	}
}

// pair compares two values of an event.
func pair(op Op) func(got, other []byte) bool {
	full := func(passes func(got, other []byte) bool) func(got, other []byte) bool {
		return func(got, other []byte) bool { return len(other) > 0 && passes(got, other) }
	}
	switch op { //nolint:exhaustive // those with another path
	case ContainsOther:
		return full(bytes.Contains)
	case StartsWithOther:
		return full(bytes.HasPrefix)
	case EndsWithOther:
		return full(bytes.HasSuffix)
	}
	return bytes.Equal
}

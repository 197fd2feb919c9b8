package detect

import "slices"

// logic is a compiled condition: predicates, and how they are joined.
type logic struct {
	kind  joint
	pred  int      // of a predicate, its index in the scope
	parts []*logic // of all and any; of none its one
	cost  int
}

type joint uint8

const (
	always joint = iota
	never
	all
	some
	none
	single
)

// holds decides a condition on the event that s has read.
func (l *logic) holds(s *state) bool {
	switch l.kind { //nolint:exhaustive // always is the last
	case single:
		return s.holds(l.pred)
	case all:
		for _, part := range l.parts {
			if !part.holds(s) {
				return false
			}
		}
		return true
	case some:
		for _, part := range l.parts {
			if part.holds(s) {
				return true
			}
		}
		return false
	case none:
		return !l.parts[0].holds(s)
	case never:
		return false
	}
	return true
}

// holds decides a predicate, once an event.
func (s *state) holds(pred int) bool {
	if m := s.memo[pred]; m>>1 == s.turn {
		return m&1 == 1
	}
	holds := s.scope.preds[pred].holds(s)
	s.memo[pred] = s.turn << 1
	if holds {
		s.memo[pred]++
	}
	return holds
}

// join joins parts by all or some, and leaves out what makes no difference.
func joined(kind joint, parts []*logic) *logic {
	neutral, decisive := always, never
	if kind == some {
		neutral, decisive = never, always
	}
	l := &logic{kind: kind}
	for _, part := range parts {
		switch part.kind {
		case neutral:
		case decisive:
			return part
		case kind:
			l.add(part.parts...)
		default:
			l.add(part)
		}
	}
	switch len(l.parts) {
	case 0:
		return &logic{kind: neutral}
	case 1:
		return l.parts[0]
	}
	slices.SortStableFunc(l.parts, func(a, b *logic) int { return a.cost - b.cost })
	return l
}

func (l *logic) add(parts ...*logic) {
	for _, part := range parts {
		if part.kind == single && slices.ContainsFunc(l.parts, func(have *logic) bool { return have.kind == single && have.pred == part.pred }) {
			continue
		}
		l.parts, l.cost = append(l.parts, part), l.cost+part.cost
	}
}

func negate(l *logic) *logic {
	switch l.kind { //nolint:exhaustive // the others stay
	case always:
		return &logic{kind: never}
	case never:
		return &logic{kind: always}
	case none:
		return l.parts[0]
	}
	return &logic{kind: none, parts: []*logic{l}, cost: l.cost}
}

// given is the condition that is left when some predicates are decided; decided
// returns always or never for those, and single for the others.
func (l *logic) given(decided func(pred int) joint) *logic {
	switch l.kind { //nolint:exhaustive // always and never stay
	case single:
		if k := decided(l.pred); k != single {
			return &logic{kind: k}
		}
	case none:
		part := l.parts[0].given(decided)
		if part != l.parts[0] {
			return negate(part)
		}
	case all, some:
		parts, changed := make([]*logic, len(l.parts)), false
		for i, part := range l.parts {
			parts[i] = part.given(decided)
			changed = changed || parts[i] != part
		}
		if changed {
			return joined(l.kind, parts)
		}
	}
	return l
}

// needs returns predicates one of which holds if the condition does, and what
// they cost; none if there are no such predicates.
func (l *logic) needs() (preds []int, cost int) {
	switch l.kind { //nolint:exhaustive // the others need none
	case single:
		return []int{l.pred}, l.cost
	case all:
		for _, part := range l.parts {
			if ps, c := part.needs(); ps != nil && (preds == nil || c < cost) {
				preds, cost = ps, c
			}
		}
	case some:
		for _, part := range l.parts {
			ps, c := part.needs()
			if ps == nil {
				return nil, 0
			}
			preds, cost = append(slices.Clip(preds), ps...), cost+c
		}
	}
	return preds, cost
}

package detect

import (
	"fmt"
	"slices"

	"sallyport/internal/scan"
)

// same compiles a Same: what is inside of it has a scope of its own, and each
// element is read as if it were an event, when it comes to that.
func (b *builder) same(e Same) (*predicate, error) {
	in := newBuilder()
	l, err := in.logic(e.Expr)
	if err != nil {
		return nil, err
	}
	slot, inner := b.slot(e.Path), len(b.scope.inner)
	b.scope.inner = append(b.scope.inner, in.finish())
	return &predicate{slot: -1, cost: 30, holds: func(s *state) bool {
		element := s.inners[inner]
		return slices.ContainsFunc(s.slots[slot], func(f found) bool {
			if f.kind == isNull || f.kind == isList {
				return false
			}
			from, to := f.from, f.to
			if f.kind == isText {
				from, to = from-1, to+1
			}
			return element.read(s.raw[from:to]) && l.holds(element)
		})
	}}, nil
}

// keyword compiles a Keyword. An event is gone over for it once more, and where
// it seems to hold, again and decoded: a value may be one that a second member of
// the same name overrides.
func keyword(k Keyword) *predicate {
	var each []check
	for _, v := range k.Values {
		g := newGlob(v.Text, k.Cased).within()
		if _, text, ok := g.plain(); ok {
			each = append(each, parts(Test{Op: Contains, Cased: k.Cased}, []Value{{Text: string(text)}}))
		} else {
			each = append(each, globsOf([]glob{g}, k.Cased))
		}
	}
	among := func(s *state) bool {
		for _, c := range each {
			if s.someValue(c) != k.All {
				return !k.All
			}
		}
		return k.All
	}
	return &predicate{slot: -1, cost: 300, holds: func(s *state) bool {
		s.gather()
		if !among(s) {
			return false
		}
		s.gatherDecoded()
		return among(s)
	}}
}

func (s *state) someValue(c check) bool {
	for i := range s.all {
		if c(s, &s.all[i]) {
			return true
		}
	}
	return false
}

// gather puts every scalar of the event into s.all.
func (s *state) gather() {
	if s.twice {
		s.gatherDecoded()
	}
	if s.gathered != notGathered {
		return
	}
	s.gathered, s.all = gathered, s.all[:0]
	b := s.raw
	for i := scan.Blank(b, 0); i < len(b); {
		switch c := b[i]; c {
		case '{', '}', '[', ']', ',', ':', ' ', '\n', '\t', '\r':
			i++
		case '"':
			end, _ := scan.Text(b, i+1)
			if next := scan.Blank(b, end+1); next == len(b) || b[next] != ':' {
				s.all = append(s.all, found{from: uint32(i + 1), to: uint32(end), kind: isText, escaped: true}) //nolint:gosec // see maxEvent
			}
			i = end + 1
		default:
			end := scan.Scalar(b, i)
			if c != 'n' {
				s.all = append(s.all, found{from: uint32(i), to: uint32(end), kind: isNumber}) //nolint:gosec // see maxEvent
			}
			i = end
		}
	}
}

// gatherDecoded puts every scalar of the event into s.all that is left of it when
// it is decoded.
func (s *state) gatherDecoded() {
	if s.gathered == gatheredDecoded {
		return
	}
	s.gathered, s.all = gatheredDecoded, s.all[:0]
	s.gatherFrom(decode(s.event))
}

func (s *state) gatherFrom(v any) {
	switch v := v.(type) {
	case nil:
	case []any:
		for _, element := range v {
			s.gatherFrom(element)
		}
	case map[string]any:
		for _, member := range v {
			s.gatherFrom(member)
		}
	default:
		at := len(s.buf)
		s.buf = fmt.Append(s.buf, v)
		s.all = append(s.all, found{textAt: uint32(at), textTo: uint32(len(s.buf)), kind: isText, escaped: true, unescaped: true}) //nolint:gosec // see maxEvent
	}
}

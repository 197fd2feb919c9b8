package detect

import (
	"slices"

	"sallyport/internal/scan"
)

// kind is what a value of an event is.
type kind uint8

const (
	isText kind = iota
	isNumber
	isBool
	isNull
	isObject
	isList
)

// found is a value at one of the wanted paths. Places are those in state.raw, or
// in state.buf for what had to be written anew.
type found struct {
	from, to       uint32 // the value; a text without its quotes
	textAt, textTo uint32 // the text of an escaped one, in buf
	foldAt, foldTo uint32 // the text in small letters, in buf
	kind           kind
	empty          bool // a list or object
	escaped        bool // its text is not its bytes
	unescaped      bool // textAt is set
	folded         bool // foldAt is set
}

// scalar reports whether it is what can be compared.
func (f *found) scalar() bool { return f.kind <= isBool }

// state is what is known of one event, or of one element of it.
type state struct {
	scope  *scope
	raw    []byte
	buf    []byte
	slots  [][]found
	memo   []uint32 // for each predicate when it was decided: 2*turn, +1 if it holds
	part   []uint32 // for each predicate the turn in which an automaton found it
	turn   uint32
	twice  bool // an object has a name twice, or in two cases
	inners []*state
	orders []order // by the ids of nodes

	searched []uint32 // for each automaton the turn in which it searched
	event    []byte   // what was read; raw is another text if it had to be resolved
	all      []found  // every scalar, if gathered
	gathered progress
}

// progress says what state.all holds.
type progress uint8

const (
	notGathered progress = iota
	gathered
	gatheredDecoded
)

// maxEvent bounds an event, so that places in it fit into 32 bits with room to
// spare.
const maxEvent = 1 << 28

func newState(sc *scope) *state {
	s := &state{scope: sc, slots: make([][]found, len(sc.paths)), memo: make([]uint32, len(sc.preds)), orders: make([]order, sc.nodes)}
	s.part, s.searched = make([]uint32, len(sc.preds)), make([]uint32, len(sc.automata))
	for _, in := range sc.inner {
		s.inners = append(s.inners, newState(in))
	}
	return s
}

// read makes the one pass over an event. It reports whether it is JSON.
func (s *state) read(raw []byte) bool {
	s.raw, s.event, s.buf, s.twice, s.gathered = raw, raw, s.buf[:0], false, notGathered
	if s.turn++; s.turn >= 1<<31 {
		clear(s.memo)
		clear(s.part)
		clear(s.searched)
		s.turn = 1
	}
	for i := range s.slots {
		s.slots[i] = s.slots[i][:0]
	}
	i := s.value(scan.Blank(raw, 0), s.scope.root, 0)
	if i < 0 || scan.Blank(raw, i) != len(raw) {
		return false
	}
	if s.twice {
		s.resolve()
	}
	return true
}

// text is what a scalar is compared by, as it is written.
func (s *state) text(f *found) []byte {
	if !f.escaped {
		return s.raw[f.from:f.to]
	}
	if !f.unescaped {
		at := len(s.buf)
		s.buf = scan.Unescape(s.buf, s.raw[f.from:f.to])
		f.textAt, f.textTo, f.unescaped = uint32(at), uint32(len(s.buf)), true //nolint:gosec // see maxEvent
	}
	return s.buf[f.textAt:f.textTo]
}

// small is the text of a scalar, folded.
func (s *state) small(f *found) []byte {
	if !f.folded {
		text, at := s.text(f), len(s.buf)
		s.buf = appendFold(s.buf, text)
		f.foldAt, f.foldTo, f.folded = uint32(at), uint32(len(s.buf)), true //nolint:gosec // see maxEvent
	}
	return s.buf[f.foldAt:f.foldTo]
}

// texts are the texts of the scalars in a slot.
func (s *state) texts(slot int) []string {
	var all []string
	for i := range s.slots[slot] {
		if f := &s.slots[slot][i]; f.scalar() {
			all = append(all, string(s.text(f)))
		}
	}
	return slices.Clip(all)
}

package detect

import (
	"encoding/binary"
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
	turn   uint32
	twice  bool // an object has a name twice, or in two cases
	inners []*state
	orders []order // by the ids of nodes

	event    []byte  // what was read; raw is another text if it had to be resolved
	all      []found // every scalar, if gathered
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

// value goes over the value at i, which paths lead to.
func (s *state) value(i int, n *node, depth int) int {
	b := s.raw
	if i >= len(b) {
		return -1
	}
	switch c := b[i]; c {
	case '{':
		return s.object(i, n, depth)
	case '[':
		return s.list(i, n, depth)
	case '"':
		end, escaped := scan.Text(b, i+1)
		if end < 0 {
			return end
		}
		s.keep(n, found{from: uint32(i + 1), to: uint32(end), kind: isText, escaped: escaped}) //nolint:gosec // see maxEvent
		return end + 1
	default:
		end := scan.Scalar(b, i)
		if end < 0 {
			return end
		}
		f := found{from: uint32(i), to: uint32(end), kind: isNumber} //nolint:gosec // see maxEvent
		switch c {
		case 't', 'f':
			f.kind = isBool
		case 'n':
			f.kind = isNull
		}
		s.keep(n, f)
		return end
	}
}

func (s *state) keep(n *node, f found) {
	if f.kind == isText && !f.escaped {
		f.escaped = beyondASCII(s.raw[f.from:f.to]) // it may be no UTF-8
	}
	for _, slot := range n.slots {
		s.slots[slot] = append(s.slots[slot], f)
	}
}

func beyondASCII(text []byte) bool {
	for len(text) >= 8 {
		if binary.LittleEndian.Uint64(text)&highs != 0 {
			return true
		}
		text = text[8:]
	}
	for _, c := range text {
		if c >= 0x80 {
			return true
		}
	}
	return false
}

func (s *state) list(i int, n *node, depth int) int {
	b, from := s.raw, i
	if depth >= scan.MaxDepth {
		return -1
	}
	i = scan.Blank(b, i+1)
	empty := i < len(b) && b[i] == ']'
	if empty {
		i++
	}
	for k, more := 0, !empty; more; k++ {
		elem := n.elem
		if n.at != nil {
			if at := n.at[k]; at != nil {
				elem = at
			}
		}
		if i = s.value(i, elem, depth+1); i < 0 {
			return i
		}
		if i, more = scan.Next(b, i, ']'); i < 0 {
			return i
		}
	}
	if len(n.slots) > 0 {
		s.keep(n, found{from: uint32(from), to: uint32(i), kind: isList, empty: empty}) //nolint:gosec // see maxEvent
	}
	return i
}

func (s *state) object(i int, n *node, depth int) int {
	from := i
	empty := false
	if len(n.kids) == 0 {
		if i = scan.Value(s.raw, i, depth); i < 0 {
			return i
		}
		j := scan.Blank(s.raw, from+1)
		empty = s.raw[j] == '}'
	} else {
		if depth >= scan.MaxDepth {
			return -1
		}
		if i, empty = s.members(i, n, depth+1); i < 0 {
			return i
		}
	}
	if len(n.slots) > 0 {
		s.keep(n, found{from: uint32(from), to: uint32(i), kind: isObject, empty: empty}) //nolint:gosec // see maxEvent
	}
	return i
}

// members goes over the object at i.
func (s *state) members(i int, n *node, depth int) (end int, empty bool) {
	b := s.raw
	var seen [4]uint64 // of n's kids
	if i = scan.Blank(b, i+1); i < len(b) && b[i] == '}' {
		return i + 1, true
	}
	o, at := &s.orders[n.id], 0
	for more := true; more; {
		var k int
		if guess := o.guess(at, b[i:]); guess > 0 {
			at, k = guess, o.members[guess].kid
			if i += len(o.members[guess].text); i < len(b) && b[i] <= ' ' {
				i = scan.Blank(b, i)
			}
		} else {
			from := i
			if i, k = s.name(i, n); i < 0 {
				return i, false
			}
			at = o.learn(at, b[from:i], k)
		}
		if k < 0 {
			i = scan.Value(b, i, depth)
		} else {
			word, bit := k>>6&3, uint64(1)<<(k&63)
			s.twice = s.twice || seen[word]&bit != 0
			seen[word] |= bit
			i = s.value(i, n.kids[k].node, depth)
		}
		if i < 0 {
			return i, false
		}
		if i, more = scan.Next(b, i, '}'); i < 0 {
			return i, false
		}
	}
	return i, false
}

// name goes over a name, its quotes and the colon, and finds n's kid of it.
func (s *state) name(i int, n *node) (end, kid int) {
	if i >= len(s.raw) || s.raw[i] != '"' {
		return -1, -1
	}
	end, kind := scan.Name(s.raw, i+1)
	if end < 0 {
		return end, -1
	}
	name := s.raw[i+1 : end]
	kid = -1
	if kind != scan.Escaped {
		kid = n.find(name)
	}
	if kid < 0 && kind != scan.Plain {
		kid = s.findUnusual(n, name)
	}
	return scan.Colon(s.raw, end+1), kid
}

// findUnusual finds a name that is written with escapes or beyond ASCII.
func (s *state) findUnusual(n *node, name []byte) int {
	at := len(s.buf)
	s.buf = scan.Unescape(s.buf, name)
	mid := len(s.buf)
	s.buf = appendFold(s.buf, s.buf[at:mid])
	return n.find(s.buf[mid:])
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

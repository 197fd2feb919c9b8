package detect

import (
	"encoding/binary"

	"sallyport/internal/scan"
)

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

package event

import (
	"bytes"
	"fmt"
)

// Fields is a set of dotted paths, compiled so that one pass over an event's
// bytes finds them all. A path leads through objects; at a list it goes into
// every element. The zero value finds nothing.
type Fields struct {
	root node
	n    int
}

type node struct {
	keys []string
	kids []*node
	slot int // 0 when no path ends here, else slot+1
}

// NewFields compiles paths. The span of paths[i] is found at index i.
func NewFields(paths ...string) *Fields {
	f := &Fields{n: len(paths)}
	for i, p := range paths {
		at := &f.root
		for rest, more := p, true; more; {
			var key string
			key, rest, more = cut(rest)
			at = at.child(key)
		}
		at.slot = i + 1
	}
	return f
}

func cut(path string) (key, rest string, more bool) {
	for i := range len(path) {
		if path[i] == '.' {
			return path[:i], path[i+1:], true
		}
	}
	return path, "", false
}

func (n *node) child(key string) *node {
	for i, k := range n.keys {
		if k == key {
			return n.kids[i]
		}
	}
	kid := &node{}
	n.keys, n.kids = append(n.keys, key), append(n.kids, kid)
	return kid
}

func (n *node) find(key []byte) *node {
	if n == nil {
		return nil
	}
	for i, k := range n.keys {
		if string(key) == k {
			return n.kids[i]
		}
	}
	return nil
}

// Spans are the raw JSON values that a scan found: for each path the bytes of
// its first value, nil where there is none.
type Spans [][]byte

// Text returns the text that value i stands for, "" for what is not there or is
// no scalar.
func (s Spans) Text(i int) string { return text(s[i]) }

// Scan makes one pass over a JSON value, checks its grammar throughout, and
// puts the raw values at f's paths into spans, which must have room for all of
// them. Keys that are written with escapes are compared as they are written,
// as Okta never writes them so. The error says at which byte the text is no JSON.
func (f *Fields) Scan(raw []byte, spans Spans) error {
	clear(spans)
	s := scanner{b: raw, spans: spans}
	s.space()
	s.value(&f.root, 0)
	s.space()
	if s.bad == "" && s.i != len(raw) {
		s.fail("text after the value")
	}
	if s.bad != "" {
		return fmt.Errorf("byte %d: %s", s.i, s.bad)
	}
	return nil
}

// maxDepth bounds the nesting that is followed.
const maxDepth = 200

type scanner struct {
	b     []byte
	i     int
	spans Spans
	bad   string
}

func (s *scanner) fail(why string) {
	if s.bad == "" {
		s.bad = why
	}
}

func (s *scanner) peek() byte {
	if s.i < len(s.b) {
		return s.b[s.i]
	}
	return 0
}

func (s *scanner) space() {
	for s.i < len(s.b) {
		switch s.b[s.i] {
		case ' ', '\n', '\t', '\r':
			s.i++
		default:
			return
		}
	}
}

// value reads the value at s.i; n is the paths that lead into it, if any.
func (s *scanner) value(n *node, depth int) {
	start := s.i
	switch c := s.peek(); {
	case depth > maxDepth:
		s.fail("nested too deep")
	case c == '"':
		s.text()
	case c == '{':
		s.object(n, depth)
	case c == '[':
		s.list(n, depth)
	case c == 't':
		s.word("true")
	case c == 'f':
		s.word("false")
	case c == 'n':
		s.word("null")
	case c == '-' || c >= '0' && c <= '9':
		s.number()
	case s.i >= len(s.b):
		s.fail("the text ends in the middle of a value")
	default:
		s.fail("no value begins here")
	}
	if n != nil && n.slot > 0 && s.bad == "" && s.spans[n.slot-1] == nil {
		s.spans[n.slot-1] = s.b[start:s.i:s.i]
	}
}

func (s *scanner) object(n *node, depth int) {
	s.i++
	s.space()
	if s.peek() == '}' {
		s.i++
		return
	}
	for s.bad == "" {
		if s.peek() != '"' {
			s.fail("a name in quotes is wanted")
			return
		}
		start := s.i + 1
		s.text()
		if s.bad != "" {
			return
		}
		kid := n.find(s.b[start : s.i-1])
		s.space()
		if s.peek() != ':' {
			s.fail("a colon is wanted")
			return
		}
		s.i++
		s.space()
		s.value(kid, depth+1)
		if !s.next('}') {
			return
		}
	}
}

func (s *scanner) list(n *node, depth int) {
	s.i++
	s.space()
	if s.peek() == ']' {
		s.i++
		return
	}
	elem := n
	if n != nil && n.slot > 0 { // the list itself is wanted, not its first element
		elem = &node{keys: n.keys, kids: n.kids}
	}
	for s.bad == "" {
		s.value(elem, depth+1)
		if !s.next(']') {
			return
		}
	}
}

// next goes past a comma, or past the end; it reports whether more follows.
func (s *scanner) next(end byte) bool {
	if s.bad != "" {
		return false
	}
	s.space()
	switch s.peek() {
	case ',':
		s.i++
		s.space()
		return true
	case end:
		s.i++
	default:
		s.fail("a comma or the end is wanted")
	}
	return false
}

func (s *scanner) word(w string) {
	if !bytes.HasPrefix(s.b[s.i:], []byte(w)) {
		s.fail("no value begins here")
		return
	}
	s.i += len(w)
}

func (s *scanner) text() {
	for i := s.i + 1; i < len(s.b); i++ {
		switch c := s.b[i]; {
		case c == '"':
			s.i = i + 1
			return
		case c == '\\':
			n := escape(s.b[i:])
			if n == 0 {
				s.i = i
				s.fail("no such escape in a text")
				return
			}
			i += n - 1
		case c < ' ':
			s.i = i
			s.fail("a control character in a text")
			return
		}
	}
	s.i = len(s.b)
	s.fail("a text is not closed")
}

// escape returns the length of the escape that b begins with, 0 for none.
func escape(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	switch b[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		if len(b) < 6 {
			return 0
		}
		for _, c := range b[2:6] {
			if (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'f') {
				return 0
			}
		}
		return 6
	}
	return 0
}

func (s *scanner) number() {
	if s.peek() == '-' {
		s.i++
	}
	switch {
	case s.peek() == '0':
		s.i++
	case !s.digits():
		s.fail("a digit is wanted")
		return
	}
	if s.peek() == '.' {
		s.i++
		if !s.digits() {
			s.fail("a digit is wanted")
			return
		}
	}
	if c := s.peek(); c == 'e' || c == 'E' {
		s.i++
		if c := s.peek(); c == '+' || c == '-' {
			s.i++
		}
		if !s.digits() {
			s.fail("a digit is wanted")
		}
	}
}

func (s *scanner) digits() bool {
	start := s.i
	for s.i < len(s.b) && s.b[s.i] >= '0' && s.b[s.i] <= '9' {
		s.i++
	}
	return s.i > start
}

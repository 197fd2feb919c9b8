package event

import "sallyport/internal/scan"

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
// them. Names that are written with escapes are compared as they are written,
// as Okta never writes them so. The error says at which byte the text is no JSON.
func (f *Fields) Scan(raw []byte, spans Spans) error {
	clear(spans)
	s := scanner{raw, spans}
	i := s.value(scan.Blank(raw, 0), &f.root, 0)
	if i < 0 || scan.Blank(raw, i) != len(raw) {
		return scan.Check(raw)
	}
	return nil
}

type scanner struct {
	b     []byte
	spans Spans
}

// value goes over the value at i; n is the paths that lead into it, if any.
func (s scanner) value(i int, n *node, depth int) int {
	from := i
	switch {
	case n == nil || len(n.keys) == 0 || i >= len(s.b):
		i = scan.Value(s.b, i, depth)
	case s.b[i] == '{' && depth < scan.MaxDepth:
		i = s.object(i, n, depth+1)
	case s.b[i] == '[' && depth < scan.MaxDepth:
		i = s.list(i, n, depth+1)
	default:
		i = scan.Value(s.b, i, depth)
	}
	if n != nil && n.slot > 0 && i >= 0 && s.spans[n.slot-1] == nil {
		s.spans[n.slot-1] = s.b[from:i:i]
	}
	return i
}

func (s scanner) object(i int, n *node, depth int) int {
	i = scan.Blank(s.b, i+1)
	if i < len(s.b) && s.b[i] == '}' {
		return i + 1
	}
	for more := true; more; {
		if i >= len(s.b) || s.b[i] != '"' {
			return -1
		}
		end, _ := scan.Name(s.b, i+1)
		if end < 0 {
			return end
		}
		kid := n.find(s.b[i+1 : end])
		if i = scan.Colon(s.b, end+1); i < 0 {
			return i
		}
		if i = s.value(i, kid, depth); i < 0 {
			return i
		}
		if i, more = scan.Next(s.b, i, '}'); i < 0 {
			return i
		}
	}
	return i
}

func (s scanner) list(i int, n *node, depth int) int {
	i = scan.Blank(s.b, i+1)
	if i < len(s.b) && s.b[i] == ']' {
		return i + 1
	}
	if n.slot > 0 { // the list itself is wanted, not its first element
		n = &node{keys: n.keys, kids: n.kids}
	}
	for more := true; more; {
		if i = s.value(i, n, depth); i < 0 {
			return i
		}
		if i, more = scan.Next(s.b, i, ']'); i < 0 {
			return i
		}
	}
	return i
}

package search

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"
)

// walker goes over the values of an event whose grammar was checked when it was
// accepted. Of what is no JSON it sees something or other, and ends.
type walker struct {
	b     []byte
	i     int
	buf   []byte                      // of a text with escapes
	visit func(at *node, text []byte) // of a text, number or boolean; text is valid during the call
}

func (w *walker) walk(root *node, raw []byte) {
	w.b, w.i = raw, 0
	w.value(root, 0)
}

const maxDepth = 200

func (w *walker) space() {
	for w.i < len(w.b) && w.b[w.i] <= ' ' {
		w.i++
	}
}

func (w *walker) peek() byte {
	if w.i < len(w.b) {
		return w.b[w.i]
	}
	return 0
}

func (w *walker) value(n *node, depth int) {
	if w.space(); w.i >= len(w.b) {
		return
	}
	if depth > maxDepth {
		w.i = len(w.b)
		return
	}
	switch c := w.b[w.i]; c {
	case '{':
		w.object(n, depth)
	case '[':
		w.list(n, depth)
	case '"':
		raw, escaped := w.quoted()
		if escaped {
			raw = w.unescape(raw)
		}
		if len(raw) > 0 {
			w.visit(n, raw)
		}
	default:
		start := w.i
		for w.i++; w.i < len(w.b) && !bytes.ContainsRune([]byte(" \t\r\n,]}"), rune(w.b[w.i])); w.i++ {
		}
		if c != 'n' {
			w.visit(n, w.b[start:w.i])
		}
	}
}

func (w *walker) object(n *node, depth int) {
	w.i++
	for {
		if w.space(); w.peek() != '"' {
			break
		}
		name, _ := w.quoted()
		kid := n.find(name)
		if kid == nil && n != nil && n.unread {
			kid = n
		}
		if w.space(); w.peek() == ':' {
			w.i++
		}
		w.value(kid, depth+1)
		if w.space(); w.peek() != ',' {
			break
		}
		w.i++
	}
	if w.peek() != 0 {
		w.i++
	}
}

func (w *walker) list(n *node, depth int) {
	w.i++
	for {
		if w.space(); w.peek() == ']' || w.i >= len(w.b) {
			break
		}
		w.value(n, depth+1)
		if w.space(); w.peek() != ',' {
			break
		}
		w.i++
	}
	if w.peek() != 0 {
		w.i++
	}
}

// quoted reads a text and returns what is between its quotes.
func (w *walker) quoted() (text []byte, escaped bool) {
	start := w.i + 1
	for at := start; at < len(w.b); {
		n := bytes.IndexByte(w.b[at:], '"')
		if n < 0 {
			break
		}
		end := at + n
		back := 0
		for end-back > start && w.b[end-back-1] == '\\' {
			back++
		}
		if back%2 == 0 {
			w.i = end + 1
			return w.b[start:end], bytes.IndexByte(w.b[start:end], '\\') >= 0
		}
		at = end + 1
	}
	w.i = len(w.b)
	return nil, false
}

// unescape returns a text without its escapes.
func (w *walker) unescape(raw []byte) []byte {
	out := w.buf[:0]
	for i := 0; i < len(raw); i++ {
		c := raw[i]
		if c != '\\' || i+1 >= len(raw) {
			out = append(out, c)
			continue
		}
		i++
		switch raw[i] {
		case 'b':
			out = append(out, '\b')
		case 'f':
			out = append(out, '\f')
		case 'n':
			out = append(out, '\n')
		case 'r':
			out = append(out, '\r')
		case 't':
			out = append(out, '\t')
		case 'u':
			r, n := unicodeEscape(raw[i-1:])
			out = utf8.AppendRune(out, r)
			i += n - 2
		default:
			out = append(out, raw[i])
		}
	}
	w.buf = out
	return out
}

// unicodeEscape reads \u0041, or a pair of them, and returns its length.
func unicodeEscape(b []byte) (rune, int) {
	r := hex4(b)
	if r < 0 {
		return utf8.RuneError, 2
	}
	if utf16.IsSurrogate(r) {
		if len(b) >= 12 && b[6] == '\\' && b[7] == 'u' {
			if pair := utf16.DecodeRune(r, hex4(b[6:])); pair != utf8.RuneError {
				return pair, 12
			}
		}
		return utf8.RuneError, 6
	}
	return r, 6
}

func hex4(b []byte) rune {
	if len(b) < 6 {
		return -1
	}
	var r rune
	for _, c := range b[2:6] {
		r <<= 4
		switch {
		case c >= '0' && c <= '9':
			r |= rune(c - '0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			r |= rune(c|0x20-'a') + 10
		default:
			return -1
		}
	}
	return r
}

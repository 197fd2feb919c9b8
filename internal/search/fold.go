package search

import (
	"unicode"
	"unicode/utf8"
)

// Term is what a block knows a word or a value by: 48 bits of a hash. Two that
// share one are a million times rarer than events.
type Term uint64

const (
	termBits = 48

	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211
)

// hash is the FNV-1a hash of a folded text that is being read, of the field that
// it is a value of, or of none.
type hash uint64

func newHash(f Field) hash { return hash(fnvOffset).add(byte(f)) }

func (h hash) add(c byte) hash { return (h ^ hash(c)) * fnvPrime }

// rune adds a folded character that is not of ASCII.
func (h hash) rune(r rune) hash {
	var b [utf8.UTFMax]byte
	for _, c := range b[:utf8.EncodeRune(b[:], r)] {
		h = h.add(c)
	}
	return h
}

// term spreads the hash, as its high bits choose the page.
func (h hash) term() Term {
	n := uint64(h)
	n ^= n >> 32
	n *= 0x9e3779b97f4a7c15
	n ^= n >> 29
	return Term(n & (1<<termBits - 1))
}

// The classes of ASCII's characters.
const (
	separator = iota
	letter
	digit
)

// class and lower are looked up for each byte of each event.
type ascii struct {
	class [utf8.RuneSelf]byte
	lower [utf8.RuneSelf]byte
}

func newASCII() *ascii {
	var a ascii
	for c := range byte(utf8.RuneSelf) {
		a.lower[c] = c
		switch {
		case c >= '0' && c <= '9':
			a.class[c] = digit
		case c >= 'a' && c <= 'z':
			a.class[c] = letter
		case c >= 'A' && c <= 'Z':
			a.class[c], a.lower[c] = letter, c+'a'-'A'
		}
	}
	return &a
}

// foldRune returns the one character that stands for all that differ from r by
// case alone (Unicode's simple folding).
func foldRune(r rune) rune {
	least := r
	for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
		least = min(least, next)
	}
	if least >= 'A' && least <= 'Z' {
		least += 'a' - 'A'
	}
	return least
}

// value returns the term of a whole value of a field.
func (a *ascii) value(f Field, text []byte) Term {
	h := newHash(f)
	for i := 0; i < len(text); {
		c := text[i]
		if c < utf8.RuneSelf {
			h = h.add(a.lower[c])
			i++
			continue
		}
		r, n := utf8.DecodeRune(text[i:])
		if r = foldRune(r); r < utf8.RuneSelf {
			h = h.add(byte(r)) //nolint:gosec // it is less
		} else {
			h = h.rune(r)
		}
		i += n
	}
	return h.term()
}

// words calls emit with the term of each word of a text: a run of letters and
// digits. A full stop between digits is part of the word, so that an address is
// one.
func (a *ascii) words(text []byte, emit func(Term)) {
	h, in := newHash(0), false
	end := func() {
		if in {
			emit(h.term())
			h, in = newHash(0), false
		}
	}
	for i := 0; i < len(text); {
		c := text[i]
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRune(text[i:])
			i += n
			if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) {
				end()
				continue
			}
			if r, in = foldRune(r), true; r < utf8.RuneSelf {
				h = h.add(byte(r)) //nolint:gosec // it is less
			} else {
				h = h.rune(r)
			}
			continue
		}
		switch {
		case a.class[c] != separator, c == '.' && in && a.digitAt(text, i-1) && a.digitAt(text, i+1):
			h, in = h.add(a.lower[c]), true
		default:
			end()
		}
		i++
	}
	end()
}

func (a *ascii) digitAt(text []byte, i int) bool {
	return i >= 0 && i < len(text) && text[i] < utf8.RuneSelf && a.class[text[i]] == digit
}

// Package scan goes over the bytes of JSON as fast as they can be checked. It
// builds nothing: those who look for something in a text walk it with the
// functions of this package, each of which takes the place where something begins
// and returns the place after it, or a negative number if it is not JSON
// (RFC 8259). What is wrong then, [Check] says.
package scan

import (
	"encoding/binary"
	"math/bits"
)

// MaxDepth is how deep lists and objects may be nested, as in encoding/json.
const MaxDepth = 10000

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// stops marks, by its highest bit, the first of eight bytes in a text at which
// what goes on is not just another character: a quote, a backslash or a control
// character. Bytes above the first may be marked without reason.
func stops(x uint64) uint64 {
	quote, slash := x^(ones*'"'), x^(ones*'\\')
	return ((quote-ones)&^quote | (slash-ones)&^slash | (x-ones*' ')&^x) & highs
}

// Text goes over a text whose quote opens before i. It returns the place of the
// closing quote, and whether the text has escapes.
func Text(b []byte, i int) (end int, escaped bool) {
	for {
		if i+8 <= len(b) {
			m := stops(binary.LittleEndian.Uint64(b[i:]))
			if m == 0 {
				i += 8
				continue
			}
			i += bits.TrailingZeros64(m) >> 3
		}
		if i >= len(b) {
			return -1, escaped
		}
		switch c := b[i]; {
		case c == '"':
			return i, escaped
		case c == '\\':
			escaped = true
			if i = escape(b, i); i < 0 {
				return i, true
			}
		case c < ' ':
			return -1, escaped
		default:
			i++
		}
	}
}

// Kind says what a name consists of.
type Kind uint8

// The kinds of names.
const (
	Plain   Kind = iota // ASCII
	Beyond              // perhaps not only ASCII
	Escaped             // with escapes
)

// Name is Text for names, which are short, and looked at closely.
func Name(b []byte, i int) (end int, k Kind) {
	var seen uint64
	for ; i+8 <= len(b); i += 8 {
		x := binary.LittleEndian.Uint64(b[i:])
		seen |= x
		if m := stops(x); m != 0 {
			if i += bits.TrailingZeros64(m) >> 3; b[i] != '"' {
				break
			}
			if seen&highs != 0 {
				k = Beyond
			}
			return i, k
		}
	}
	i, escaped := Text(b, i)
	if escaped {
		return i, Escaped
	}
	return i, Beyond
}

// Colon goes over a colon, and what is blank around it.
func Colon(b []byte, i int) int {
	if i+1 < len(b) && b[i] == ':' && b[i+1] > ' ' {
		return i + 1
	}
	if i = Blank(b, i); i >= len(b) || b[i] != ':' {
		return -1
	}
	return Blank(b, i+1)
}

// Next goes over a comma, or over the bracket that is the end, and what is blank
// around the comma. It reports whether it was the comma.
func Next(b []byte, i int, end byte) (next int, more bool) {
	if i+1 < len(b) && b[i] == ',' && b[i+1] > ' ' {
		return i + 1, true
	}
	if i = Blank(b, i); i >= len(b) {
		return -1, false
	}
	switch b[i] {
	case end:
		return i + 1, false
	case ',':
		return Blank(b, i+1), true
	}
	return -1, false
}

// escape goes over the escape at i.
func escape(b []byte, i int) int {
	if i+1 >= len(b) {
		return -1
	}
	switch b[i+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i + 2
	case 'u':
		if i+6 > len(b) {
			return -1
		}
		for _, c := range b[i+2 : i+6] {
			if (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'f') {
				return -1
			}
		}
		return i + 6
	}
	return -1
}

// Blank goes over white space, of which there may be none.
func Blank(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\n' || b[i] == '\t' || b[i] == '\r') {
		i++
	}
	return i
}

// Number goes over a number.
func Number(b []byte, i int) int {
	if i < len(b) && b[i] == '-' {
		i++
	}
	switch {
	case i >= len(b):
		return -1
	case b[i] == '0':
		i++
	default:
		if i = digits(b, i); i < 0 {
			return i
		}
	}
	if i < len(b) && b[i] == '.' {
		if i = digits(b, i+1); i < 0 {
			return i
		}
	}
	if i < len(b) && b[i]|0x20 == 'e' {
		if i++; i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		return digits(b, i)
	}
	return i
}

// digits goes over digits, of which there must be one.
func digits(b []byte, i int) int {
	from := i
	for i < len(b) && b[i]-'0' < 10 {
		i++
	}
	if i == from {
		return -1
	}
	return i
}

// Word goes over true, false or null.
func Word(b []byte, i int) int {
	switch rest := b[i:]; {
	case len(rest) >= 4 && (string(rest[:4]) == "true" || string(rest[:4]) == "null"):
		return i + 4
	case len(rest) >= 5 && string(rest[:5]) == "false":
		return i + 5
	}
	return -1
}

// Scalar goes over a number, true, false or null.
func Scalar(b []byte, i int) int {
	if c := b[i]; c == '-' || c-'0' < 10 {
		return Number(b, i)
	}
	return Word(b, i)
}

package scan

import (
	"unicode/utf16"
	"unicode/utf8"
)

// Unescape appends what a text stands for, which is what is written between its
// quotes. As in encoding/json, half of a surrogate pair and bytes that are no
// UTF-8 stand for U+FFFD.
func Unescape(dst, text []byte) []byte {
	for i := 0; i < len(text); {
		c := text[i]
		switch {
		case c == '\\':
			var r rune
			if r, i = escaped(text, i+1); r < utf8.RuneSelf {
				dst = append(dst, byte(r)) //nolint:gosec // it is ASCII
			} else {
				dst = utf8.AppendRune(dst, r)
			}
		case c < utf8.RuneSelf:
			dst = append(dst, c)
			i++
		default:
			r, n := utf8.DecodeRune(text[i:])
			dst = utf8.AppendRune(dst, r)
			i += n
		}
	}
	return dst
}

// escaped reads the escape after whose backslash i is.
func escaped(text []byte, i int) (rune, int) {
	switch c := text[i]; c {
	case 'b':
		return '\b', i + 1
	case 'f':
		return '\f', i + 1
	case 'n':
		return '\n', i + 1
	case 'r':
		return '\r', i + 1
	case 't':
		return '\t', i + 1
	case 'u':
	default:
		return rune(c), i + 1
	}
	r := hex(text[i+1 : i+5])
	i += 5
	if !utf16.IsSurrogate(r) {
		return r, i
	}
	if i+6 <= len(text) && text[i] == '\\' && text[i+1] == 'u' {
		if both := utf16.DecodeRune(r, hex(text[i+2:i+6])); both != utf8.RuneError {
			return both, i + 6
		}
	}
	return utf8.RuneError, i
}

func hex(digits []byte) rune {
	var r rune
	for _, c := range digits {
		if c > '9' {
			c = c&0x0f + 9
		}
		r = r<<4 | rune(c&0x0f)
	}
	return r
}

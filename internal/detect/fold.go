package detect

import (
	"encoding/binary"
	"unicode"
	"unicode/utf8"
)

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// appendFold appends a text such that two texts which are the same in any case
// become the same bytes: ASCII letters are small, and others are the first of
// those that Unicode's simple folding takes for the same. What is no UTF-8
// becomes U+FFFD.
func appendFold(dst, text []byte) []byte {
	for len(text) >= 8 {
		x := binary.LittleEndian.Uint64(text)
		if x&highs != 0 {
			return appendFoldRunes(dst, text)
		}
		dst = binary.LittleEndian.AppendUint64(dst, x|upper(x)>>2)
		text = text[8:]
	}
	for i, c := range text {
		if c >= utf8.RuneSelf {
			return appendFoldRunes(dst, text[i:])
		}
		dst = append(dst, lower(c))
	}
	return dst
}

// upper marks, by their highest bit, the capital letters among eight ASCII
// characters.
func upper(x uint64) uint64 {
	return (x + ones*(0x80-'A')) &^ (x + ones*(0x80-'Z'-1)) & highs
}

func lower(c byte) byte {
	if c-'A' < 26 {
		c += 'a' - 'A'
	}
	return c
}

func appendFoldRunes(dst, text []byte) []byte {
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		dst, text = utf8.AppendRune(dst, foldRune(r)), text[n:]
	}
	return dst
}

// foldRune is the one that stands for all that are the same as r: a small ASCII
// letter if there is one among them, and else the first.
func foldRune(r rune) rune {
	first := r
	for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
		first = min(first, other)
	}
	if first < utf8.RuneSelf {
		return rune(lower(byte(first))) //nolint:gosec // it is ASCII
	}
	return first
}

// equalFold compares a text with one of the same length that is folded; for
// texts beyond ASCII it may say no where it should say yes.
func equalFold(text, folded []byte) bool {
	for i, c := range text {
		if lower(c) != folded[i] {
			return false
		}
	}
	return true
}

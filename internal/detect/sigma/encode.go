package sigma

import (
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// maxVariants bounds what one value of a rule becomes.
const maxVariants = 3125

var errVariants = errors.New("this becomes more than 3125 values; write fewer dashes or placeholders in one value")

// encode applies encodings to a value in their order.
func encode(p pattern, encodings []string) ([]pattern, error) {
	all := []encoded{{pattern: p}}
	for _, name := range encodings {
		var next []encoded
		for _, e := range all {
			more, err := e.apply(name)
			if err != nil {
				return nil, err
			}
			if next = append(next, more...); len(next) > maxVariants {
				return nil, errVariants
			}
		}
		all = next
	}
	patterns := make([]pattern, len(all))
	for i, e := range all {
		patterns[i] = e.finish()
	}
	return patterns, nil
}

// encoded is a value on its way: a pattern, or the bytes that it became.
type encoded struct {
	pattern pattern
	bytes   []byte
	isBytes bool
}

// finish is what is looked for in a text. Bytes that nothing made text of
// become one character each.
func (e encoded) finish() pattern {
	if !e.isBytes {
		return e.pattern
	}
	var b strings.Builder
	for _, c := range e.bytes {
		b.WriteRune(rune(c))
	}
	return pattern{{text: b.String()}}
}

func (e encoded) apply(name string) ([]encoded, error) {
	if name == "windash" {
		if e.isBytes {
			return nil, errors.New("windash stands before the other encodings")
		}
		return windash(e.pattern)
	}
	raw, err := e.raw(name)
	if err != nil {
		return nil, err
	}
	switch name {
	case "base64":
		return []encoded{{pattern: pattern{{text: base64.StdEncoding.EncodeToString(raw)}}}}, nil
	case "base64offset":
		return offsets(raw), nil
	}
	if e.isBytes {
		return nil, fmt.Errorf("%s encodes text, and this was encoded before", name)
	}
	return []encoded{{bytes: widen(string(raw), name), isBytes: true}}, nil
}

// raw are the bytes to be encoded.
func (e encoded) raw(name string) ([]byte, error) {
	if e.isBytes {
		return e.bytes, nil
	}
	text, ok := e.pattern.literal()
	if !ok {
		return nil, fmt.Errorf(`%s cannot encode a wildcard; escape it as \* or \?, or use base64offset|contains`, name)
	}
	if text == "" {
		return nil, fmt.Errorf("%s has nothing to encode; write a text", name)
	}
	return []byte(text), nil
}

// widen encodes a text in UTF-16. That of unnamed order has a byte order mark.
func widen(text, name string) []byte {
	var b []byte
	if name == "utf16" {
		b = []byte{0xFF, 0xFE}
	}
	for _, unit := range utf16.Encode([]rune(text)) {
		if low, high := byte(unit), byte(unit>>8); name == "utf16be" { //nolint:gosec // the two halves of it
			b = append(b, high, low)
		} else {
			b = append(b, low, high)
		}
	}
	return b
}

// offsets are the characters of Base64 that bytes are sure to leave, wherever in
// what is encoded they stand: the three ways in which they can begin.
func offsets(raw []byte) []encoded {
	var all []encoded
	for shift, skip := range []int{0, 2, 3} {
		text := base64.StdEncoding.EncodeToString(append(make([]byte, shift), raw...))
		cut := []int{0, 3, 2}[(shift+len(raw))%3]
		if text = text[skip : len(text)-cut]; text != "" {
			all = append(all, encoded{pattern: pattern{{text: text}}})
		}
	}
	return all
}

// windash writes each dash or slash that begins a word in the five ways that
// Windows takes for the same.
func windash(p pattern) ([]encoded, error) {
	all := []pattern{nil}
	for _, r := range p {
		variants := []string{r.text}
		if !r.wild {
			var err error
			if variants, err = dashes(r.text); err != nil {
				return nil, err
			}
		}
		var next []pattern
		for _, begun := range all {
			for _, v := range variants {
				next = append(next, append(slices.Clip(begun), run{text: v, wild: r.wild}))
			}
		}
		if all = next; len(all) > maxVariants {
			return nil, errVariants
		}
	}
	encodeds := make([]encoded, len(all))
	for i := range all {
		encodeds[i].pattern = all[i]
	}
	return encodeds, nil
}

func dashes(text string) ([]string, error) {
	all := []string{""}
	before := ' '
	for i, c := range text {
		next, _ := utf8.DecodeRuneInString(text[i+utf8.RuneLen(c):])
		written := []string{string(c)}
		if strings.ContainsRune("-/–—―", c) && !isWordly(before) && isWordly(next) {
			written = []string{"-", "/", "–", "—", "―"}
		}
		if len(all)*len(written) > maxVariants {
			return nil, errVariants
		}
		var grown []string
		for _, begun := range all {
			for _, w := range written {
				grown = append(grown, begun+w)
			}
		}
		all, before = grown, c
	}
	return all, nil
}

func isWordly(c rune) bool {
	return c == '_' || c != utf8.RuneError && (unicode.IsLetter(c) || unicode.IsDigit(c))
}

package detect

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// glob is a pattern with wildcards.
type glob []piece

// piece is a text between wildcards, or one of those.
type piece struct {
	text []byte
	wild byte // '*', '?', or 0 for text
}

// newGlob reads a pattern, folded unless it is cased.
func newGlob(pattern string, cased bool) glob {
	var g glob
	var text strings.Builder
	flush := func() {
		if text.Len() > 0 {
			g = append(g, piece{text: canonical(text.String(), cased)})
			text.Reset()
		}
	}
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; {
		case c == '\\' && i+1 < len(pattern) && strings.IndexByte(`*?\`, pattern[i+1]) >= 0:
			i++
			text.WriteByte(pattern[i])
		case c == '*' || c == '?':
			flush()
			if c == '?' || len(g) == 0 || g[len(g)-1].wild != '*' {
				g = append(g, piece{wild: c})
			}
		default:
			text.WriteByte(c)
		}
	}
	flush()
	return g
}

// canonical is a text as it is compared.
func canonical(text string, cased bool) []byte {
	if cased {
		return []byte(string([]rune(text))) // U+FFFD for each byte that is no UTF-8
	}
	return appendFold(nil, []byte(text))
}

// within returns the pattern of texts in which there is a part of pattern g.
func (g glob) within() glob {
	star := piece{wild: '*'}
	if len(g) == 0 || g[0].wild != '*' {
		g = append(glob{star}, g...)
	}
	if g[len(g)-1].wild != '*' {
		g = append(g, star)
	}
	return g
}

// plain returns the comparison without wildcards that a pattern amounts to.
func (g glob) plain() (op Op, text []byte, ok bool) {
	if len(g) == 0 {
		return Equal, nil, true
	}
	for i, p := range g {
		if p.wild == '?' || p.wild == '*' && i > 0 && i < len(g)-1 {
			return Like, nil, false
		}
	}
	front, back := g[0].wild == '*', g[len(g)-1].wild == '*'
	switch {
	case len(g) == 1 && front:
		return Contains, nil, true
	case front && back:
		return Contains, g[1].text, true
	case front:
		return EndsWith, g[1].text, true
	case back:
		return StartsWith, g[0].text, true
	}
	return Equal, g[0].text, true
}

// match reports whether a whole text is of the pattern. After a star that what
// follows does not fit, it goes back to the last star only, which is enough.
func (g glob) match(text []byte) bool {
	p, at := 0, 0
	star, from := -1, 0
	for at < len(text) || p < len(g) {
		if p < len(g) {
			if g[p].wild == '*' {
				star, from = p, at
				p++
				continue
			}
			if n := g[p].fits(text[at:]); n >= 0 {
				p, at = p+1, at+n
				continue
			}
		}
		if star < 0 || from >= len(text) {
			return false
		}
		_, n := utf8.DecodeRune(text[from:])
		from += n
		p, at = star+1, from
	}
	return true
}

// fits returns the length of what a piece takes of the front of a text, -1 if it
// does not fit.
func (p piece) fits(text []byte) int {
	if p.wild == '?' {
		if len(text) == 0 {
			return -1
		}
		_, n := utf8.DecodeRune(text)
		return n
	}
	if bytes.HasPrefix(text, p.text) {
		return len(p.text)
	}
	return -1
}

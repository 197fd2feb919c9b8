package sigma

import (
	"slices"
	"strings"

	"sallyport/internal/detect"
)

// pattern is a text with wildcards: runs of plain text, "*" and "?".
type pattern []run

type run struct {
	text string
	wild bool // text is * or ?
}

// parsePattern reads Sigma's escaping: a backslash before a wildcard or another
// backslash takes it as it is, and any other backslash is one.
func parsePattern(s string) pattern {
	var p pattern
	var plain strings.Builder
	flush := func() {
		if plain.Len() > 0 {
			p = append(p, run{text: plain.String()})
			plain.Reset()
		}
	}
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && i+1 < len(s) && strings.IndexByte(`\*?`, s[i+1]) >= 0:
			i++
			plain.WriteByte(s[i])
		case c == '*' || c == '?':
			flush()
			p = append(p, run{text: string(c), wild: true})
		default:
			plain.WriteByte(c)
		}
	}
	flush()
	return p
}

// literal is the text of a pattern without wildcards.
func (p pattern) literal() (string, bool) {
	switch {
	case len(p) == 0:
		return "", true
	case len(p) == 1 && !p[0].wild:
		return p[0].text, true
	}
	return "", false
}

func (p pattern) isStar(i int) bool { return p[i].wild && p[i].text == "*" }

// around puts wildcards where contains, startswith and endswith have them.
func (p pattern) around(op detect.Op) pattern {
	star := run{text: "*", wild: true}
	if op == detect.Contains || op == detect.EndsWith {
		p = append(pattern{star}, p...)
	}
	if op == detect.Contains || op == detect.StartsWith {
		p = append(slices.Clip(p), star)
	}
	return p
}

// test is the simplest comparison that says what the pattern does.
func (p pattern) test() (detect.Op, string) {
	p = slices.CompactFunc(p, func(a, b run) bool { return a.wild && b.wild && a.text == "*" && b.text == "*" })
	if text, ok := p.literal(); ok {
		return detect.Equal, text
	}
	last := len(p) - 1
	switch {
	case last == 2 && p.isStar(0) && !p[1].wild && p.isStar(2):
		return detect.Contains, p[1].text
	case last == 1 && !p[0].wild && p.isStar(1):
		return detect.StartsWith, p[0].text
	case last == 1 && p.isStar(0) && !p[1].wild:
		return detect.EndsWith, p[1].text
	}
	return detect.Like, p.String()
}

var escaper = strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`)

// String writes the pattern as detect.Like takes it.
func (p pattern) String() string {
	var b strings.Builder
	for _, r := range p {
		if r.wild {
			b.WriteString(r.text)
		} else {
			_, _ = escaper.WriteString(&b, r.text)
		}
	}
	return b.String()
}

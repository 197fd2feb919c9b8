package moment

import (
	"cmp"
	"slices"
	"strings"
)

// tokens are the parts of a format that stand for something, the longest
// first. The documentation lists D DD M MM MMM MMMM Y YY h hh H HH mm ss S a A
// Z z d ddd dddd x X; the others are seen in exported flows. yyyy counts as
// YYYY.
func tokens() []string {
	list := []string{
		"YYYY", "yyyy", "YY", "yy", "Y", "MMMM", "MMM", "MM", "M", "DDDD", "DDD", "DD", "Do", "D",
		"dddd", "ddd", "dd", "d", "E", "HH", "H", "hh", "h", "kk", "k", "mm", "m", "ss", "s",
		"SSS", "SS", "S", "A", "a", "ZZ", "Z", "zz", "z", "x", "X", "Q",
	}
	slices.SortStableFunc(list, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	return list
}

// part is a token, or literal text.
type part struct {
	text  string
	token bool
}

// split takes a format apart. What stands in [brackets] is literal, and so is
// every character that begins no token.
func split(format string) []part {
	var parts []part
	literal := func(s string) {
		if n := len(parts); n > 0 && !parts[n-1].token {
			parts[n-1].text += s
			return
		}
		parts = append(parts, part{text: s})
	}
	known := tokens()
	for format != "" {
		if inside, rest, ok := strings.Cut(strings.TrimPrefix(format, "["), "]"); ok && format[0] == '[' {
			literal(inside)
			format = rest
			continue
		}
		i := slices.IndexFunc(known, func(t string) bool { return strings.HasPrefix(format, t) })
		if i < 0 {
			literal(format[:1])
			format = format[1:]
			continue
		}
		parts = append(parts, part{known[i], true})
		format = format[len(known[i]):]
	}
	return parts
}

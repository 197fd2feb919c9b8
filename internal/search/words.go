package search

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// The bounds of a search by words, which are Okta's (GET /api/v1/logs, q).
const (
	MaxKeywords = 10
	MaxKeyword  = 40 // characters
)

// Words are the keywords of a search. All must occur in an event, in whatever
// value and in any case. A keyword is a word, or several that stand one after
// another in one value, such as a login; at hyphens it is split into keywords of
// their own.
type Words struct{ parts [][]Term }

// ParseWords reads keywords that are parted by blanks.
func ParseWords(q string) (Words, error) {
	a := newASCII()
	var out Words
	keywords := strings.Fields(q)
	if len(keywords) > MaxKeywords {
		return out, fmt.Errorf("%d keywords are too many: at most %d are searched for at a time", len(keywords), MaxKeywords)
	}
	for _, k := range keywords {
		if utf8.RuneCountInString(k) > MaxKeyword {
			return out, fmt.Errorf("the keyword %q is longer than %d characters", k, MaxKeyword)
		}
		some := false
		for part := range strings.SplitSeq(k, "-") {
			var terms []Term
			a.words([]byte(part), func(t Term) { terms = append(terms, t) })
			if len(terms) > 0 {
				out.parts, some = append(out.parts, terms), true
			}
		}
		if !some {
			return out, fmt.Errorf("the keyword %q has neither a letter nor a digit", k)
		}
	}
	return out, nil
}

// None reports whether there is no keyword.
func (q Words) None() bool { return len(q.parts) == 0 }

// exact reports whether the words alone say which events are found.
func (q Words) exact() bool {
	return !slices.ContainsFunc(q.parts, func(p []Term) bool { return len(p) > 1 })
}

// WordMatcher looks for words in events; one for each goroutine.
type WordMatcher struct {
	q     Words
	found []bool
	value []Term
	ascii *ascii
	paths *node
	w     walker
}

// Matcher returns a matcher.
func (q Words) Matcher() *WordMatcher {
	m := &WordMatcher{q: q, found: make([]bool, len(q.parts)), ascii: newASCII(), paths: newPaths()}
	m.w.visit = m.look
	return m
}

// Match reports whether all keywords occur in an event.
func (m *WordMatcher) Match(raw []byte) bool {
	clear(m.found)
	m.w.walk(m.paths, raw)
	return !slices.Contains(m.found, false)
}

func (m *WordMatcher) look(at *node, text []byte) {
	if at != nil && at.unread {
		return
	}
	m.value = m.value[:0]
	m.ascii.words(text, func(t Term) { m.value = append(m.value, t) })
	for i, part := range m.q.parts {
		if !m.found[i] {
			m.found[i] = follows(m.value, part)
		}
	}
}

// follows reports whether part stands in words, one after another.
func follows(words, part []Term) bool {
	for i := 0; i+len(part) <= len(words); i++ {
		if slices.Equal(words[i:i+len(part)], part) {
			return true
		}
	}
	return false
}

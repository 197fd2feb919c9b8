package plain

import (
	"encoding/json"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"sallyport/internal/detect"
)

// passes reports whether a value of the event, as a text, passes a comparison.
func passes(t detect.Test, want detect.Value, got string, event any) bool {
	switch t.Op { //nolint:exhaustive // Exists, HasValue and Absent are no comparisons
	case detect.Equal:
		if want.IsNum {
			n, ok := number(got)
			return ok && n == want.Number
		}
		return like(literal(want.Text, t.Cased), letters(got, t.Cased))
	case detect.Contains:
		return like(slices.Concat([]token{star}, literal(want.Text, t.Cased), []token{star}), letters(got, t.Cased))
	case detect.StartsWith:
		return like(append(literal(want.Text, t.Cased), star), letters(got, t.Cased))
	case detect.EndsWith:
		return like(append([]token{star}, literal(want.Text, t.Cased)...), letters(got, t.Cased))
	case detect.Like:
		return like(tokens(want.Text, t.Cased), letters(got, t.Cased))
	case detect.Matches:
		return want.Regexp.MatchString(got)
	case detect.Less, detect.LessEqual, detect.Greater, detect.GreaterEqual:
		n, ok := number(got)
		return ok && compare(t.Op, n, want.Number)
	case detect.Before, detect.NotAfter, detect.After, detect.NotBefore:
		return sorts(t.Op, strings.Compare(got, want.Text))
	case detect.InNetwork:
		addr, err := netip.ParseAddr(got)
		return err == nil && want.Prefix.Contains(addr.Unmap())
	case detect.SameAs, detect.ContainsOther, detect.StartsWithOther, detect.EndsWithOther:
		return slices.ContainsFunc(scalars(At(event, want.Text)), func(other any) bool {
			return passesOther(t, text(other), got)
		})
	}
	at, err := time.Parse(time.RFC3339, got)
	return err == nil && part(t.Op, at) == want.Number
}

// passesOther compares with a value of the event itself.
func passesOther(t detect.Test, other, got string) bool {
	switch t.Op {
	case detect.ContainsOther:
		t.Op = detect.Contains
	case detect.StartsWithOther:
		t.Op = detect.StartsWith
	case detect.EndsWithOther:
		t.Op = detect.EndsWith
	default:
		return like(literal(other, t.Cased), letters(got, t.Cased))
	}
	return other != "" && passes(t, detect.Value{Text: other}, got, nil)
}

func compare(op detect.Op, a, b float64) bool {
	switch op { //nolint:exhaustive // the other comparisons are not of numbers
	case detect.Less:
		return a < b
	case detect.LessEqual:
		return a <= b
	case detect.Greater:
		return a > b
	}
	return a >= b
}

// sorts is about an order that strings.Compare found.
func sorts(op detect.Op, order int) bool {
	switch op { //nolint:exhaustive // the other comparisons are not of order
	case detect.Before:
		return order < 0
	case detect.NotAfter:
		return order <= 0
	case detect.After:
		return order > 0
	}
	return order >= 0
}

// part is a part of a time, in the zone in which it is written.
func part(op detect.Op, at time.Time) float64 {
	switch op { //nolint:exhaustive // the others are not of times
	case detect.Minute:
		return float64(at.Minute())
	case detect.Hour:
		return float64(at.Hour())
	case detect.Day:
		return float64(at.Day())
	case detect.Week:
		_, week := at.ISOWeek()
		return float64(week)
	case detect.Month:
		return float64(at.Month())
	case detect.Year:
		return float64(at.Year())
	}
	return -1
}

// number reads a number as JSON writes them; one beyond a float64 is infinite.
func number(s string) (float64, bool) {
	if !json.Valid([]byte(s)) || strings.Trim(s, "0123456789+-.eE") != "" {
		return 0, false
	}
	n, _ := strconv.ParseFloat(s, 64)
	return n, true
}

// token is a character of a pattern, or one of the wildcards.
type token rune

const (
	star token = -1 - iota // any text
	one                    // any one character
)

func literal(s string, cased bool) []token {
	var ts []token
	for _, c := range letters(s, cased) {
		ts = append(ts, token(c))
	}
	return ts
}

// tokens reads a pattern with wildcards.
func tokens(pattern string, cased bool) []token {
	var ts []token
	for rest := pattern; rest != ""; {
		switch {
		case strings.HasPrefix(rest, `\*`), strings.HasPrefix(rest, `\?`), strings.HasPrefix(rest, `\\`):
			ts, rest = append(ts, token(rest[1])), rest[2:]
		case rest[0] == '*':
			ts, rest = append(ts, star), rest[1:]
		case rest[0] == '?':
			ts, rest = append(ts, one), rest[1:]
		default:
			upTo := strings.IndexAny(rest[1:], `\*?`) + 1
			if upTo == 0 {
				upTo = len(rest)
			}
			ts, rest = append(ts, literal(rest[:upTo], cased)...), rest[upTo:]
		}
	}
	return ts
}

// letters are the characters of a text; without regard to case each is the first
// of those that Unicode's simple folding takes for the same.
func letters(s string, cased bool) []rune {
	rs := []rune(s)
	for i, r := range rs {
		if cased {
			continue
		}
		for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
			rs[i] = min(rs[i], other)
		}
	}
	return rs
}

// like reports whether a whole text is of a pattern: at[i] says whether what was
// read of the pattern so far can end before s[i].
func like(pattern []token, s []rune) bool {
	at := make([]bool, len(s)+1)
	at[0] = true
	for _, t := range pattern {
		next := make([]bool, len(s)+1)
		for i := range next {
			switch {
			case t == star:
				next[i] = at[i] || i > 0 && next[i-1]
			case i > 0:
				next[i] = at[i-1] && (t == one || t == token(s[i-1]))
			}
		}
		at = next
	}
	return at[len(s)]
}

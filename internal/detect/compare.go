package detect

import (
	"bytes"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"time"

	"sallyport/internal/scan"
)

// as is the text of a value as it is compared.
func as(s *state, f *found, cased bool) []byte {
	if cased {
		return s.text(f)
	}
	return s.small(f)
}

// few is up to how many texts are compared one by one.
const few = 6

func equal(t Test, values []Value, p *predicate) check {
	var texts []string
	var nums []float64
	for _, v := range values {
		if v.IsNum {
			nums = append(nums, v.Number)
		} else {
			texts = append(texts, string(canonical(v.Text, t.Cased)))
		}
	}
	if !t.Cased && len(nums) == 0 {
		p.oneOf = texts
	}
	set := map[string]bool{}
	if len(texts) > few {
		for _, text := range texts {
			set[text] = true
		}
	}
	cased := t.Cased
	return func(s *state, f *found) bool {
		if len(nums) > 0 {
			if n, ok := number(s.text(f)); ok && slices.Contains(nums, n) {
				return true
			}
		}
		if got := as(s, f, cased); len(set) > 0 {
			return set[string(got)]
		} else {
			return slices.ContainsFunc(texts, func(text string) bool { return string(got) == text })
		}
	}
}

func parts(t Test, values []Value) check {
	var texts [][]byte
	for _, v := range values {
		texts = append(texts, canonical(v.Text, t.Cased))
	}
	has := bytes.Contains
	switch t.Op { //nolint:exhaustive // Contains is the other
	case StartsWith:
		has = bytes.HasPrefix
	case EndsWith:
		has = bytes.HasSuffix
	}
	cased := t.Cased
	return func(s *state, f *found) bool {
		got := as(s, f, cased)
		for _, text := range texts {
			if has(got, text) {
				return true
			}
		}
		return false
	}
}

func likes(t Test, values []Value) check {
	var globs []glob
	for _, v := range values {
		globs = append(globs, newGlob(v.Text, t.Cased))
	}
	return globsOf(globs, t.Cased)
}

func globsOf(globs []glob, cased bool) check {
	return func(s *state, f *found) bool {
		got := as(s, f, cased)
		return slices.ContainsFunc(globs, func(g glob) bool { return g.match(got) })
	}
}

func matches(t Test, values []Value) (check, error) {
	for _, v := range values {
		if v.Regexp == nil {
			return nil, fmt.Errorf("%s: a pattern to match is missing", t.Path)
		}
	}
	return func(s *state, f *found) bool {
		got := s.text(f)
		return slices.ContainsFunc(values, func(v Value) bool { return v.Regexp.Match(got) })
	}, nil
}

func numbers(op Op, values []Value) check {
	return func(s *state, f *found) bool {
		n, ok := number(s.text(f))
		if !ok {
			return false
		}
		for _, v := range values {
			var passes bool
			switch op {
			case Less:
				passes = n < v.Number
			case LessEqual:
				passes = n <= v.Number
			case Greater:
				passes = n > v.Number
			default:
				passes = n >= v.Number
			}
			if passes {
				return true
			}
		}
		return false
	}
}

// number reads a text as a number, if it is written as JSON writes them.
func number(text []byte) (float64, bool) {
	if len(text) == 0 || text[0] != '-' && text[0]-'0' > 9 || scan.Number(text, 0) != len(text) {
		return 0, false
	}
	n, _ := strconv.ParseFloat(string(text), 64)
	return n, true
}

func orders(op Op, values []Value) check {
	return func(s *state, f *found) bool {
		got := string(s.text(f))
		return slices.ContainsFunc(values, func(v Value) bool {
			switch op { //nolint:exhaustive // those of order
			case Before:
				return got < v.Text
			case NotAfter:
				return got <= v.Text
			case After:
				return got > v.Text
			}
			return got >= v.Text
		})
	}
}

func networks(t Test, values []Value) (check, error) {
	for _, v := range values {
		if !v.Prefix.IsValid() {
			return nil, fmt.Errorf("%s: a network is missing", t.Path)
		}
	}
	return func(s *state, f *found) bool {
		addr, ok := address(s.text(f))
		if !ok {
			return false
		}
		return slices.ContainsFunc(values, func(v Value) bool { return v.Prefix.Contains(addr) })
	}, nil
}

// address reads an IP address, IPv4 in its usual form without allocation.
func address(text []byte) (netip.Addr, bool) {
	if len(text) == 0 || text[0] != ':' && !isHex(text[0]) {
		return netip.Addr{}, false
	}
	var four [4]byte
	rest := text
	for i := range four {
		n, digits := 0, 0
		for digits < len(rest) && digits < 3 && rest[digits]-'0' < 10 {
			n = n*10 + int(rest[digits]-'0')
			digits++
		}
		last := i == len(four)-1
		if digits == 0 || n > 255 || digits > 1 && rest[0] == '0' || last != (digits == len(rest)) || !last && rest[digits] != '.' {
			addr, err := netip.ParseAddr(string(text))
			return addr.Unmap(), err == nil
		}
		four[i] = byte(n)
		if !last {
			rest = rest[digits+1:]
		}
	}
	return netip.AddrFrom4(four), true
}

func isHex(c byte) bool { return c-'0' < 10 || c|0x20-'a' < 6 }

func times(op Op, values []Value) check {
	return func(s *state, f *found) bool {
		at, err := time.Parse(time.RFC3339, string(s.text(f)))
		if err != nil {
			return false
		}
		n := float64(part(op, at))
		return slices.ContainsFunc(values, func(v Value) bool { return v.Number == n })
	}
}

func part(op Op, at time.Time) int {
	switch op { //nolint:exhaustive // those of times
	case Minute:
		return at.Minute()
	case Hour:
		return at.Hour()
	case Day:
		return at.Day()
	case Week:
		_, week := at.ISOWeek()
		return week
	case Month:
		return int(at.Month())
	}
	return at.Year()
}

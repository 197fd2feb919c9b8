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

// predicate is a test, a Same or a Keyword, compiled. Rules that say the same
// share it, and it is decided at most once for an event.
type predicate struct {
	slot  int // of the path whose values alone decide it; -1 if there is more to it
	holds func(s *state) bool
	cost  int      // of deciding it, roughly and relatively
	oneOf []string // folded; if it holds where one of these is at slot, and only there
}

// check decides on one value.
type check func(s *state, f *found) bool

// test compiles a test whose path is at a slot.
func (b *builder) test(t Test) (*predicate, error) {
	if int(t.Op) >= len(costs) {
		return nil, fmt.Errorf("there is no comparison %v", t.Op)
	}
	p := &predicate{slot: b.slot(t.Path)}
	if t.Op == Exists || t.Op == HasValue || t.Op == Absent {
		p.cost, p.holds = 1, presence(t.Op, p.slot)
		return p, nil
	}
	t = t.normal()
	if t.Op.refers() {
		slot := p.slot
		p.slot = -1
		b.other(t, slot, p)
		return p, nil
	}
	if t.All && len(t.Values) != 1 {
		return p, allOf(t, p)
	}
	c, err := oneOf(t, t.Values, p)
	p.holds = someone(p.slot, c)
	return p, err
}

// normal writes patterns that amount to less as what they amount to, so that
// they are shared and indexed with those who say so at once.
func (t Test) normal() Test {
	if t.Op != Like || len(t.Values) == 0 {
		return t
	}
	vs := slices.Clone(t.Values)
	var all Op
	for i, v := range vs {
		op, text, ok := newGlob(v.Text, t.Cased).plain()
		if !ok || i > 0 && op != all {
			return t
		}
		all, vs[i] = op, Value{Text: string(text)}
	}
	t.Op, t.Values = all, vs
	return t
}

func presence(op Op, slot int) func(*state) bool {
	switch op { //nolint:exhaustive // the others compare
	case Exists:
		return func(s *state) bool { return len(s.slots[slot]) > 0 }
	case HasValue:
		return func(s *state) bool {
			return slices.ContainsFunc(s.slots[slot], func(f found) bool { return f.kind != isNull && !f.empty })
		}
	}
	return func(s *state) bool {
		return !slices.ContainsFunc(s.slots[slot], func(f found) bool { return f.kind != isNull })
	}
}

// someone holds if a value at the slot passes.
func someone(slot int, c check) func(*state) bool {
	return func(s *state) bool {
		fs := s.slots[slot]
		for i := range fs {
			if fs[i].scalar() && c(s, &fs[i]) {
				return true
			}
		}
		return false
	}
}

func allOf(t Test, p *predicate) error {
	var each []func(*state) bool
	for _, v := range t.Values {
		one := &predicate{}
		c, err := oneOf(t, []Value{v}, one)
		if err != nil {
			return err
		}
		p.cost += one.cost
		each = append(each, someone(p.slot, c))
	}
	p.holds = func(s *state) bool {
		for _, holds := range each {
			if !holds(s) {
				return false
			}
		}
		return true
	}
	return nil
}

// oneOf is what a value passes that passes with one of values.
func oneOf(t Test, values []Value, p *predicate) (check, error) {
	p.cost = costs[t.Op] + len(values)/8
	switch t.Op { //nolint:exhaustive // see the end
	case Equal:
		return equal(t, values, p), nil
	case Contains, StartsWith, EndsWith:
		return parts(t, values), nil
	case Like:
		return likes(t, values), nil
	case Matches:
		return matches(t, values)
	case Less, LessEqual, Greater, GreaterEqual:
		return numbers(t.Op, values), nil
	case Before, NotAfter, After, NotBefore:
		return orders(t.Op, values), nil
	case InNetwork:
		return networks(t, values)
	case Minute, Hour, Day, Week, Month, Year:
		return times(t.Op, values), nil
	}
	return nil, fmt.Errorf("there is no comparison %v", t.Op)
}

//nolint:gochecknoglobals // a table
var costs = [...]int{
	Equal: 1, Contains: 4, StartsWith: 2, EndsWith: 2, Like: 8, Matches: 60,
	Less: 4, LessEqual: 4, Greater: 4, GreaterEqual: 4, Before: 1, NotAfter: 1, After: 1, NotBefore: 1,
	InNetwork: 10, SameAs: 4, Exists: 1, HasValue: 1, Absent: 1,
	Minute: 15, Hour: 15, Day: 15, Week: 15, Month: 15, Year: 15,
	ContainsOther: 8, StartsWithOther: 4, EndsWithOther: 4,
}

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

// other compiles a comparison with what is at another path.
func (b *builder) other(t Test, slot int, p *predicate) {
	var others []int
	for _, v := range t.Values {
		others = append(others, b.slot(v.Text))
	}
	cased := t.Cased
	p.cost = costs[t.Op] * len(others)
	passes := pair(t.Op)
	one := func(s *state, other int) bool {
		fs, os := s.slots[slot], s.slots[other]
		for i := range fs {
			if !fs[i].scalar() {
				continue
			}
			got := as(s, &fs[i], cased)
			for k := range os {
				if os[k].scalar() && passes(got, as(s, &os[k], cased)) {
					return true
				}
			}
		}
		return false
	}
	p.holds = func(s *state) bool {
		for _, other := range others {
			if one(s, other) != t.All {
				return !t.All
			}
		}
		return t.All
	}
}

// pair compares two values of an event.
func pair(op Op) func(got, other []byte) bool {
	full := func(passes func(got, other []byte) bool) func(got, other []byte) bool {
		return func(got, other []byte) bool { return len(other) > 0 && passes(got, other) }
	}
	switch op { //nolint:exhaustive // those with another path
	case ContainsOther:
		return full(bytes.Contains)
	case StartsWithOther:
		return full(bytes.HasPrefix)
	case EndsWithOther:
		return full(bytes.HasSuffix)
	}
	return bytes.Equal
}

// Package regex knows regular expressions of RE2's syntax, and look-ahead beside
// it: (?=…) and (?!…), which rules of others have. Time stays bounded: what has
// look-ahead is simulated on all of its states at once, and for so many steps at
// most.
package regex

import (
	"errors"
	"fmt"
	"regexp/syntax"
	"strings"
	"unicode/utf8"

	"sallyport/internal/matching"
)

// Regexp is a regular expression.
type Regexp interface {
	// Match and MatchString report whether a part of a text matches.
	Match(text []byte) bool
	MatchString(text string) bool
	// String is the expression as it was written.
	String() string
}

// maxSteps bounds what is spent on one text by an expression with look-ahead. A
// text on which more would have to be spent counts as one that matches: whoever
// writes a rule rather has an alert too many than one that a long text hides.
const maxSteps = 20_000_000

// Compile reads an expression. Flags are those before it: "i", "m", "s".
func Compile(text, flags string) (Regexp, error) {
	whole := text
	if flags != "" {
		whole = "(?" + flags + ")" + text
	}
	re, err := matching.Compile(whole)
	if err == nil {
		return &plain{re, re.Longest()}, nil
	}
	if !strings.Contains(text, "(?=") && !strings.Contains(text, "(?!") || strings.Contains(text, "(?<=") || strings.Contains(text, "(?<!") {
		return nil, err
	}
	p, ahead := compile(text, flags, 0)
	if ahead != nil {
		return nil, errors.Join(err, ahead)
	}
	return &looking{whole, p}, nil
}

// plain is an expression without look-ahead. As with those that have it, a text on
// which too much would have to be spent counts as one that matches.
type plain struct {
	*matching.Pattern

	longest int
}

func (p *plain) Match(text []byte) bool { return len(text) > p.longest || p.Pattern.Match(text) }

func (p *plain) MatchString(text string) bool {
	return len(text) > p.longest || p.Pattern.MatchString(text)
}

// looking is an expression with look-ahead.
type looking struct {
	text string
	prog *program
}

func (l *looking) String() string { return l.text }

func (l *looking) Match(text []byte) bool { return l.MatchString(string(text)) }

func (l *looking) MatchString(text string) bool {
	steps := maxSteps
	return l.prog.run(text, 0, false, &steps)
}

// program is an expression whose look-aheads are captures of nothing.
type program struct {
	inst  []syntax.Inst
	start uint32
	looks map[uint32]look // by the argument of the capture's first instruction
}

// look is one look-ahead.
type look struct {
	ahead *program
	not   bool
}

// maxNested bounds look-aheads within look-aheads.
const maxNested = 8

func compile(text, flags string, depth int) (*program, error) {
	if depth > maxNested {
		return nil, errors.New("look-aheads are nested too deep")
	}
	plain, found, err := cut(text)
	if err != nil {
		return nil, err
	}
	if flags != "" {
		plain = "(?" + flags + ")" + plain
	}
	if _, err := matching.Measure(plain); err != nil {
		return nil, fmt.Errorf("around the look-ahead: %w", err)
	}
	re, err := syntax.Parse(plain, syntax.Perl)
	if err != nil {
		return nil, fmt.Errorf("around the look-ahead: %w", err)
	}
	names := re.CapNames()
	compiled, err := syntax.Compile(re.Simplify())
	if err != nil {
		return nil, fmt.Errorf("around the look-ahead: %w", err)
	}
	p := &program{inst: compiled.Inst, start: uint32(compiled.Start), looks: map[uint32]look{}} //nolint:gosec // an index of few instructions
	for i, name := range names {
		for n, f := range found {
			if name != nameOf(n) {
				continue
			}
			inner, err := compile(f.text, flags, depth+1)
			if err != nil {
				return nil, err
			}
			p.looks[uint32(2*i)] = look{inner, f.not}
		}
	}
	return p, nil
}

func nameOf(n int) string { return fmt.Sprintf("lookahead%d", n) }

// group is the inside of a look-ahead.
type group struct {
	text string
	not  bool
}

// cut takes the look-aheads out of an expression, and leaves a capture of nothing
// in the place of each.
func cut(text string) (string, []group, error) {
	var out strings.Builder
	var found []group
	for i := 0; i < len(text); {
		if strings.HasPrefix(text[i:], "(?=") || strings.HasPrefix(text[i:], "(?!") {
			end := closing(text, i)
			switch {
			case end < 0:
				return "", nil, errors.New("a look-ahead is not closed")
			case end+1 < len(text) && strings.IndexByte("*+?{", text[end+1]) >= 0:
				return "", nil, errors.New("a look-ahead is repeated")
			}
			_, _ = fmt.Fprintf(&out, "(?P<%s>)", nameOf(len(found)))
			found = append(found, group{text[i+3 : end], text[i+2] == '!'})
			i = end + 1
			continue
		}
		next := i + width(text, i)
		out.WriteString(text[i:next])
		i = next
	}
	return out.String(), found, nil
}

// closing returns where the group that begins at i ends, -1 where it does not.
func closing(text string, i int) int {
	depth := 0
	for i < len(text) {
		switch text[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i
			}
		}
		i += width(text, i)
	}
	return -1
}

// width is the length of what stands at i and is taken as one: a character, one
// with a backslash before it, or a class in brackets.
func width(text string, i int) int {
	switch {
	case text[i] == '\\':
		return min(2, len(text)-i)
	case text[i] != '[':
		return 1
	}
	for j := i + 1; j < len(text); j++ {
		switch {
		case text[j] == '\\':
			j++
		case strings.HasPrefix(text[j:], "[:"):
			if end := strings.Index(text[j:], ":]"); end > 0 {
				j += end + 1
			}
		case text[j] == ']' && j > i+1 && (j != i+2 || text[i+1] != '^'):
			return j + 1 - i
		}
	}
	return len(text) - i
}

// states are the instructions that a simulation is at.
type states struct {
	list []uint32
	in   []bool
}

func (s *states) clear() {
	for _, pc := range s.list {
		s.in[pc] = false
	}
	s.list = s.list[:0]
}

// run reports whether the expression matches a part of a text: one that begins at
// from, if it is anchored, or behind it.
func (p *program) run(text string, from int, anchored bool, steps *int) bool {
	*steps -= len(p.inst) / 4 // a look-ahead begins at many places, and the room for its states is not free
	now, next := &states{in: make([]bool, len(p.inst))}, &states{in: make([]bool, len(p.inst))}
	for at := from; ; {
		if !anchored || at == from {
			if p.enter(now, p.start, text, at, steps) {
				return true
			}
		}
		if at >= len(text) || anchored && len(now.list) == 0 {
			return false
		}
		r, size := utf8.DecodeRuneInString(text[at:])
		for _, pc := range now.list {
			if *steps--; *steps < 0 {
				return true
			}
			in := &p.inst[pc]
			if in.MatchRune(r) && p.enter(next, in.Out, text, at+size, steps) {
				return true
			}
		}
		now.clear()
		now, next = next, now
		at += size
	}
}

// enter adds an instruction, and what is reached from it without reading on. It
// reports whether that is a match.
func (p *program) enter(s *states, pc uint32, text string, at int, steps *int) bool {
	if s.in[pc] {
		return false
	}
	if *steps--; *steps < 0 {
		return true
	}
	s.in[pc] = true
	s.list = append(s.list, pc)
	in := &p.inst[pc]
	switch in.Op {
	case syntax.InstMatch:
		return true
	case syntax.InstAlt, syntax.InstAltMatch:
		return p.enter(s, in.Out, text, at, steps) || p.enter(s, in.Arg, text, at, steps)
	case syntax.InstNop:
		return p.enter(s, in.Out, text, at, steps)
	case syntax.InstCapture:
		if l, ok := p.looks[in.Arg]; ok && l.ahead.run(text, at, true, steps) == l.not {
			return false
		}
		return p.enter(s, in.Out, text, at, steps)
	case syntax.InstEmptyWidth:
		if syntax.EmptyOp(in.Arg)&^emptyAt(text, at) != 0 { //nolint:gosec // the compiler put it there
			return false
		}
		return p.enter(s, in.Out, text, at, steps)
	case syntax.InstFail, syntax.InstRune, syntax.InstRune1, syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
	}
	return false
}

// emptyAt says what the place between two characters is.
func emptyAt(text string, at int) syntax.EmptyOp {
	before, after := rune(-1), rune(-1)
	if at > 0 {
		before, _ = utf8.DecodeLastRuneInString(text[:at])
	}
	if at < len(text) {
		after, _ = utf8.DecodeRuneInString(text[at:])
	}
	return syntax.EmptyOpContext(before, after)
}

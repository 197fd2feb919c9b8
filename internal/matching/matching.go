// Package matching keeps the regular expressions of strangers within bounds.
// Those of RE2's syntax take time in proportion to the text, but also to the size
// of the program that they are compiled to, which a short text can make very
// large: (.?){1000} is ten characters and two thousand instructions. Nothing can
// interrupt a match, so what may take long is refused before.
package matching

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"time"
)

// The bounds of expressions.
const (
	// MaxText is how many bytes an expression may have.
	MaxText = 20_000
	// MaxProgram is how many instructions one may be compiled to.
	MaxProgram = 10_000
	// MaxWork is how many instructions may be looked at for one match: their number
	// times the bytes of the text. A few seconds at worst, and mostly a small
	// fraction of that.
	MaxWork = 200_000_000
)

// Pattern is a regular expression that is not too large.
type Pattern struct {
	*regexp.Regexp

	size int
}

// Compile reads an expression of RE2's syntax.
func Compile(text string) (*Pattern, error) {
	size, err := Measure(text)
	if err != nil {
		return nil, err
	}
	re, err := regexp.Compile(text)
	if err != nil {
		return nil, err
	}
	return &Pattern{re, size}, nil
}

// Measure returns how many instructions an expression is compiled to, about, or
// why it cannot be compiled. It does not compile it.
func Measure(text string) (int, error) {
	if len(text) > MaxText {
		return 0, fmt.Errorf("the regular expression is longer than %d bytes", MaxText)
	}
	tree, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return 0, err
	}
	size := sizeOf(tree)
	if size > MaxProgram {
		return 0, fmt.Errorf("the regular expression %.60q is too large once its repetitions are written out: it has more than %d steps", text, MaxProgram)
	}
	return size, nil
}

// sizeOf counts instructions, and stops counting past the bound.
func sizeOf(re *syntax.Regexp) int {
	n := 0
	for _, sub := range re.Sub {
		if n += sizeOf(sub); n > MaxProgram {
			return n
		}
	}
	switch re.Op {
	case syntax.OpLiteral:
		return len(re.Rune)
	case syntax.OpRepeat:
		return (n + 1) * max(re.Min, re.Max, 1) // at most 1000 of them
	case syntax.OpConcat:
		return max(n, 1)
	case syntax.OpAlternate:
		return n + len(re.Sub)
	case syntax.OpCapture, syntax.OpStar, syntax.OpPlus, syntax.OpQuest:
		return n + 2
	default:
		return 1
	}
}

// Size returns how many instructions the expression has, about.
func (p *Pattern) Size() int { return p.size }

// Longest is how many bytes a text may have that is held against the expression.
func (p *Pattern) Longest() int { return MaxWork / max(p.size, 1) }

// Fits refuses a text that is too long for the expression.
func (p *Pattern) Fits(text string) error {
	if len(text) > p.Longest() {
		return fmt.Errorf("a text of %d bytes is too long for the regular expression %.60q: it takes %d at most", len(text), p.String(), p.Longest())
	}
	return nil
}

// All returns where all matches and their groups are, as
// [regexp.Regexp.FindAllStringSubmatchIndex] does, so many at most; below 0 there
// is no bound. Each match may look at all of the rest, so that the time of all is
// not in proportion to the text: it gives up soon after the time that it is given.
func (p *Pattern) All(text string, most int, within time.Duration) ([][]int, error) {
	if err := p.Fits(text); err != nil {
		return nil, err
	}
	// Each round finds twice as many as the one before, from the start: all rounds
	// together take twice the time of the last, and between two it can be stopped.
	began := time.Now()
	for n := 64; ; n *= 2 {
		if most >= 0 {
			n = min(n, most)
		}
		found := p.FindAllStringSubmatchIndex(text, n)
		if len(found) < n || n == most {
			return found, nil
		}
		if time.Since(began) > within {
			return nil, fmt.Errorf("it takes too long to find all that %.60q matches in a text of %d bytes", p.String(), len(text))
		}
	}
}

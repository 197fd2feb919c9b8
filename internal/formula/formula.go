// Package formula works out arithmetic that people write into the cards of
// flows. It knows numbers, names of numbers and a fixed set of functions; it
// runs nothing.
//
// From weak to strong: + and -, then * / and %, then a sign, then ^ (from
// right to left, so that -2^2 is -4), then ! (the factorial). A # begins a
// comment that ends with the line. A name is a word, or any text in
// {{{three braces}}}. Conditions ([Holds]) have comparisons and logical words
// besides.
package formula

import (
	"errors"
	"fmt"
	"math"
	"strings"
)

// The bounds of a formula: its length in bytes, and how deep it is nested.
const (
	maxLength = 20000
	maxDepth  = 200
)

// Eval works out a formula. Number returns the value of a name, and whether
// there is one. The error of a formula that cannot be read says where.
func Eval(source string, number func(name string) (float64, bool)) (float64, error) {
	p := parser{source: source, number: number}
	f, err := p.all()
	if err == nil && (math.IsNaN(f) || math.IsInf(f, 0)) {
		return 0, errors.New("the result is no number: it is beyond what numbers hold, or a division by zero")
	}
	return f, err
}

// all works out the whole of the source.
func (p *parser) all() (float64, error) {
	if len(p.source) > maxLength {
		return 0, fmt.Errorf("a formula of more than %d characters", maxLength)
	}
	if err := p.next(); err != nil {
		return 0, err
	}
	if p.tok.kind == end {
		return 0, errors.New("the formula is empty")
	}
	f, err := p.whole()
	if err == nil && p.tok.kind != end {
		return 0, p.unexpected()
	}
	return f, err
}

// whole works out what stands alone, or within parentheses.
func (p *parser) whole() (float64, error) {
	if p.logic {
		return p.either()
	}
	return p.sum()
}

// parser works the formula out while it reads it.
type parser struct {
	source string
	pos    int
	tok    token
	depth  int
	number func(string) (float64, bool)
	logic  bool // comparisons and words such as and are known
}

func (p *parser) unexpected() error {
	if p.tok.kind == end {
		return errors.New("the formula ends where a value is wanted")
	}
	return fmt.Errorf("%q does not fit at position %d", p.tok.text, p.tok.at+1)
}

func (p *parser) is(operators string) bool {
	return p.tok.kind == sign && strings.Contains(operators, p.tok.text)
}

func (p *parser) sum() (float64, error) {
	p.depth++
	defer func() { p.depth-- }()
	if p.depth > maxDepth {
		return 0, fmt.Errorf("nested deeper than %d", maxDepth)
	}
	return p.chain("+-", p.product)
}

func (p *parser) product() (float64, error) { return p.chain("*/%", p.signed) }

// chain works out operators of one strength from left to right.
func (p *parser) chain(operators string, operand func() (float64, error)) (float64, error) {
	left, err := operand()
	for err == nil && p.is(operators) {
		op := p.tok.text
		if err = p.next(); err != nil {
			break
		}
		var right float64
		if right, err = operand(); err == nil {
			left = apply(op, left, right)
		}
	}
	return left, err
}

func apply(op string, a, b float64) float64 {
	switch op {
	case "+":
		return a + b
	case "-":
		return a - b
	case "*":
		return a * b
	case "/":
		return a / b
	default:
		return modulo(a, b)
	}
}

// modulo has the sign of b, as in the common JavaScript library of formulas;
// the documentation does not say.
func modulo(a, b float64) float64 {
	m := math.Mod(a, b)
	if m != 0 && (m < 0) != (b < 0) {
		m += b
	}
	return m
}

func (p *parser) signed() (float64, error) {
	negative := false
	for p.is("+-") {
		negative = negative != (p.tok.text == "-")
		if err := p.next(); err != nil {
			return 0, err
		}
	}
	f, err := p.negated()
	if negative {
		f = -f
	}
	return f, err
}

func (p *parser) power() (float64, error) {
	base, err := p.factorial()
	if err != nil || !p.is("^") {
		return base, err
	}
	if p.depth++; p.depth > maxDepth {
		return 0, fmt.Errorf("nested deeper than %d", maxDepth)
	}
	defer func() { p.depth-- }()
	if err := p.next(); err != nil {
		return 0, err
	}
	exponent, err := p.signed()
	return math.Pow(base, exponent), err
}

func (p *parser) factorial() (float64, error) {
	f, err := p.value()
	for err == nil && p.is("!") {
		if f < 0 || f != math.Trunc(f) || f > 170 {
			return 0, fmt.Errorf("%g has no factorial: a whole number from 0 to 170 is wanted", f)
		}
		product := 1.0
		for i := 2.0; i <= f; i++ {
			product *= i
		}
		f, err = product, p.next()
	}
	return f, err
}

func (p *parser) value() (float64, error) {
	t := p.tok
	switch {
	case t.kind == number:
		return t.number, p.next()
	case t.kind == quoted:
		if err := p.next(); err != nil {
			return 0, err
		}
		return p.named(t)
	case t.kind == word:
		if err := p.next(); err != nil {
			return 0, err
		}
		if p.is("(") {
			return p.call(t)
		}
		return p.named(t)
	case p.is("("):
		if err := p.next(); err != nil {
			return 0, err
		}
		f, err := p.whole()
		if err != nil {
			return 0, err
		}
		return f, p.close()
	}
	return 0, p.unexpected()
}

func (p *parser) close() error {
	if !p.is(")") {
		if p.tok.kind == end {
			return errors.New("a ) is missing at the end")
		}
		return p.unexpected()
	}
	return p.next()
}

func (p *parser) named(t token) (float64, error) {
	if f, ok := p.number(t.text); ok {
		return f, nil
	}
	if t.kind == word {
		switch strings.ToLower(t.text) {
		case "pi":
			return math.Pi, nil
		case "e":
			return math.E, nil
		}
		if truth, ok := p.constant(t.text); ok {
			return truth, nil
		}
	}
	return 0, fmt.Errorf("there is no number named %q", t.text)
}

func (p *parser) call(t token) (float64, error) {
	var args []float64
	if err := p.next(); err != nil {
		return 0, err
	}
	for !p.is(")") {
		f, err := p.whole()
		if err != nil {
			return 0, err
		}
		args = append(args, f)
		if !p.is(",") {
			break
		}
		if err := p.next(); err != nil {
			return 0, err
		}
	}
	if err := p.close(); err != nil {
		return 0, err
	}
	return invoke(t.text, args)
}

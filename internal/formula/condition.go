package formula

import (
	"math"
	"slices"
	"strings"
)

// Holds works out a condition, and says whether it is true. True is 1 and false
// is 0, and any number but 0 counts as true.
//
// From weak to strong: or, xor, and, one comparison (== != < <= > >=), then what
// a formula has. The word not binds as a sign does: not a == b compares not a, so
// that not (a == b) takes parentheses.
func Holds(source string, number func(name string) (float64, bool)) (bool, error) {
	p := parser{source: source, number: number, logic: true}
	f, err := p.all()
	return truth(f), err
}

// truth is whether a number counts as true; what is no number does not.
func truth(f float64) bool { return f != 0 && !math.IsNaN(f) }

func numberOf(holds bool) float64 {
	if holds {
		return 1
	}
	return 0
}

func isOperator(word string) bool {
	return slices.Contains([]string{"and", "or", "xor", "not"}, strings.ToLower(word))
}

// comparison returns the comparison that a text begins with, or "".
func comparison(rest string) string {
	for _, op := range []string{"==", "!=", "<=", ">=", "<", ">"} {
		if strings.HasPrefix(rest, op) {
			return op
		}
	}
	return ""
}

// constant returns the number of a truth by its name.
func (p *parser) constant(name string) (float64, bool) {
	switch name = strings.ToLower(name); {
	case p.logic && name == "true":
		return 1, true
	case p.logic && name == "false":
		return 0, true
	}
	return 0, false
}

func (p *parser) either() (float64, error) {
	return p.logical("or", p.oneOnly, func(a, b bool) bool { return a || b })
}

func (p *parser) oneOnly() (float64, error) {
	return p.logical("xor", p.both, func(a, b bool) bool { return a != b })
}

func (p *parser) both() (float64, error) {
	return p.logical("and", p.compared, func(a, b bool) bool { return a && b })
}

// logical works out operands that a word joins; alone, one stays a number.
func (p *parser) logical(word string, operand func() (float64, error), join func(a, b bool) bool) (float64, error) {
	left, err := operand()
	for err == nil && p.tok.kind == sign && p.tok.text == word {
		if err = p.next(); err != nil {
			break
		}
		var right float64
		if right, err = operand(); err == nil {
			left = numberOf(join(truth(left), truth(right)))
		}
	}
	return left, err
}

func (p *parser) compared() (float64, error) {
	left, err := p.sum()
	op := p.tok.text
	if err != nil || p.tok.kind != sign || comparison(op) == "" {
		return left, err
	}
	if err := p.next(); err != nil {
		return 0, err
	}
	right, err := p.sum()
	return numberOf(map[string]bool{
		"==": left == right, "!=": left != right,
		"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right,
	}[op]), err
}

// negated works out a power, or the opposite of one.
func (p *parser) negated() (float64, error) {
	opposite, times := false, 0
	for p.logic && p.tok.kind == sign && p.tok.text == "not" {
		opposite, times = !opposite, times+1
		if err := p.next(); err != nil {
			return 0, err
		}
	}
	f, err := p.power()
	if times == 0 {
		return f, err
	}
	return numberOf(truth(f) != opposite), err
}

package lucene

import (
	"errors"
	"fmt"
	"strings"
)

// ErrSyntax is wrapped by what Parse returns for a query that it cannot read.
var ErrSyntax = errors.New("the query cannot be read")

// deepest is how many parentheses may stand inside each other.
const deepest = 50

// Parse reads a query. An empty one fits everything.
//
// Read are words, quoted words, wildcards, ranges in brackets and braces,
// comparisons (>=, >, <=, <), AND, OR, NOT, + and -, parentheses, also behind
// a field, and _exists_. Words without an operator between them are
// alternatives, as Lucene has it.
func Parse(s string, rules Rules) (Query, error) {
	p := &parser{rest: s}
	p.space()
	if p.rest == "" {
		return Query{rules: rules}, nil
	}
	n, err := p.either("")
	if err != nil {
		return Query{}, err
	}
	if p.rest != "" {
		return Query{}, fmt.Errorf("%w: unexpected %q", ErrSyntax, p.rest)
	}
	return Query{rules: rules, root: n}, nil
}

type parser struct {
	rest  string
	depth int
}

func (p *parser) space() { p.rest = strings.TrimLeft(p.rest, " \t\r\n") }

// take removes a prefix and the space behind it.
func (p *parser) take(prefix string) bool {
	rest, ok := strings.CutPrefix(p.rest, prefix)
	if ok {
		p.rest = rest
		p.space()
	}
	return ok
}

// word removes an operator that is a word of its own.
func (p *parser) word(w string) bool {
	rest, ok := strings.CutPrefix(p.rest, w)
	if !ok || rest != "" && !strings.ContainsRune(" \t\r\n(", rune(rest[0])) {
		return false
	}
	p.rest = rest
	p.space()
	return true
}

// either reads alternatives, of a field when it is inside its parentheses.
func (p *parser) either(field string) (node, error) {
	var out some
	for {
		n, err := p.both(field)
		if err != nil {
			return nil, err
		}
		out = append(out, n)
		if p.word("OR") || p.take("||") {
			continue
		}
		if p.rest == "" || p.rest[0] == ')' {
			break
		}
	}
	if len(out) == 1 {
		return out[0], nil
	}
	return out, nil
}

// both reads what is joined by AND.
func (p *parser) both(field string) (node, error) {
	var out all
	for {
		n, err := p.one(field)
		if err != nil {
			return nil, err
		}
		out = append(out, n)
		if p.word("AND") || p.take("&&") || p.ahead() {
			continue
		}
		break
	}
	if len(out) == 1 {
		return out[0], nil
	}
	return out, nil
}

// ahead reports whether a part that has to be or must not be follows: "a -b"
// wants both.
func (p *parser) ahead() bool {
	return strings.HasPrefix(p.rest, "NOT ") || len(p.rest) > 1 && (p.rest[0] == '-' || p.rest[0] == '+' || p.rest[0] == '!')
}

func (p *parser) one(field string) (node, error) {
	p.depth++
	defer func() { p.depth-- }()
	if p.depth > deepest {
		return nil, fmt.Errorf("%w: it is nested too deep", ErrSyntax)
	}
	switch {
	case p.word("NOT"), p.take("-"), p.take("!"):
		n, err := p.one(field)
		return not{n}, err
	case p.take("+"):
		return p.one(field)
	case p.take("("):
		return p.inner(field)
	}
	return p.clause(field)
}

// inner reads what is in parentheses, whose first is read already.
func (p *parser) inner(field string) (node, error) {
	n, err := p.either(field)
	if err != nil {
		return nil, err
	}
	if !p.take(")") {
		return nil, fmt.Errorf("%w: a parenthesis is not closed", ErrSyntax)
	}
	return n, nil
}

// clause reads a value, with its field in front unless that is known.
func (p *parser) clause(field string) (node, error) {
	if field == "" {
		end := strings.IndexAny(p.rest, ": \t\r\n()\"[]{}")
		if end > 0 && p.rest[end] == ':' {
			field = p.rest[:end]
			p.rest = p.rest[end+1:]
			p.space()
			if p.take("(") {
				return p.inner(field)
			}
		}
	}
	return p.value(field)
}

func (p *parser) value(field string) (node, error) {
	if p.rest == "" {
		return nil, fmt.Errorf("%w: a value is missing at the end", ErrSyntax)
	}
	switch p.rest[0] {
	case '[', '{':
		return p.span(field)
	case '>', '<':
		return p.comparison(field)
	case '"':
		s, err := p.quoted()
		if err != nil {
			return nil, err
		}
		return named(field, s, true), nil
	}
	s, err := p.bare()
	if err != nil {
		return nil, err
	}
	return named(field, s, false), nil
}

func named(field, s string, quoted bool) node {
	switch {
	case field == "_exists_":
		return exists(s)
	case field == "_missing_":
		return not{exists(s)}
	case !quoted && s == "*" && field == "":
		return all{}
	case !quoted && s == "*":
		return exists(field)
	}
	return term{field: field, text: s, quoted: quoted}
}

// quoted reads a text in quotes, in which a backslash takes the meaning of
// what follows away.
func (p *parser) quoted() (string, error) {
	var b strings.Builder
	for i := 1; i < len(p.rest); i++ {
		switch c := p.rest[i]; {
		case c == '\\' && i+1 < len(p.rest):
			i++
			b.WriteByte(p.rest[i])
		case c == '"':
			p.rest = p.rest[i+1:]
			p.space()
			return b.String(), nil
		default:
			b.WriteByte(c)
		}
	}
	return "", fmt.Errorf("%w: a quote is not closed", ErrSyntax)
}

// bare reads a word.
func (p *parser) bare() (string, error) {
	var b strings.Builder
	i := 0
	for ; i < len(p.rest); i++ {
		c := p.rest[i]
		if c == '\\' && i+1 < len(p.rest) {
			i++
			b.WriteByte(p.rest[i])
			continue
		}
		if strings.IndexByte(" \t\r\n()\"[]{}^~", c) >= 0 {
			break
		}
		b.WriteByte(c)
	}
	if i == 0 {
		return "", fmt.Errorf("%w: unexpected %q", ErrSyntax, p.rest)
	}
	p.rest = p.rest[i:]
	p.space()
	return b.String(), nil
}

// span reads [low TO high] or {low TO high}, also mixed.
func (p *parser) span(field string) (node, error) {
	n := span{field: field, openLow: p.rest[0] == '{'}
	end := strings.IndexAny(p.rest, "]}")
	if end < 0 || field == "" {
		return nil, fmt.Errorf("%w: a range needs a field and an end", ErrSyntax)
	}
	low, high, ok := strings.Cut(p.rest[1:end], " TO ")
	if !ok {
		return nil, fmt.Errorf("%w: a range is [low TO high]", ErrSyntax)
	}
	n.low, n.high = strings.Trim(low, " \""), strings.Trim(high, " \"")
	n.openHigh = p.rest[end] == '}'
	p.rest = p.rest[end+1:]
	p.space()
	return n, nil
}

func (p *parser) comparison(field string) (node, error) {
	if field == "" {
		return nil, fmt.Errorf("%w: a comparison needs a field", ErrSyntax)
	}
	below := p.rest[0] == '<'
	p.rest = p.rest[1:]
	open := !strings.HasPrefix(p.rest, "=")
	if !open {
		p.rest = p.rest[1:]
	}
	p.space()
	var s string
	var err error
	if strings.HasPrefix(p.rest, `"`) {
		s, err = p.quoted()
	} else {
		s, err = p.bare()
	}
	if err != nil {
		return nil, err
	}
	if below {
		return span{field: field, high: s, openHigh: open}, nil
	}
	return span{field: field, low: s, openLow: open}, nil
}

package expression

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

const maxDepth = 100

// Parse reads an expression. Unknown functions and a wrong number of
// arguments are refused here, before any user is looked at.
func Parse(s string) (Expr, error) {
	p := &parser{in: s}
	if err := p.next(); err != nil {
		return Expr{}, err
	}
	root, err := p.choice(0)
	if err != nil {
		return Expr{}, err
	}
	if p.tok.kind != end {
		return Expr{}, p.unexpected()
	}
	return Expr{root}, nil
}

type kind int

const (
	end    kind = iota
	name        // identifiers with dots
	text        // quoted
	number      // 1, 1.5
	symbol      // operators and punctuation
)

type token struct {
	kind kind
	text string
}

type parser struct {
	in  string
	pos int
	tok token
}

// choice reads a conditional expression, the loosest binding of all.
func (p *parser) choice(depth int) (node, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("nested too deeply")
	}
	test, err := p.either(depth)
	if err != nil || !p.is("?") {
		return test, err
	}
	if err := p.next(); err != nil {
		return nil, err
	}
	yes, err := p.choice(depth + 1)
	if err != nil {
		return nil, err
	}
	if err := p.expect(":"); err != nil {
		return nil, err
	}
	no, err := p.choice(depth + 1)
	return choice{test, yes, no}, err
}

func (p *parser) either(depth int) (node, error) {
	return p.binary(depth, p.both, []string{"OR", "||"}, func(_ string, l, r node) node { return logic{false, l, r} })
}

func (p *parser) both(depth int) (node, error) {
	return p.binary(depth, p.relation, []string{"AND", "&&"}, func(_ string, l, r node) node { return logic{true, l, r} })
}

func (p *parser) relation(depth int) (node, error) {
	return p.binary(depth, p.unary, []string{"==", "!=", "<=", ">=", "<", ">"}, func(op string, l, r node) node { return relation{op, l, r} })
}

// binary reads operands of one precedence, joined left to right.
func (p *parser) binary(depth int, operand func(int) (node, error), ops []string, join func(op string, l, r node) node) (node, error) {
	left, err := operand(depth)
	for err == nil {
		op := ""
		for _, o := range ops {
			if p.is(o) {
				op = o
			}
		}
		if op == "" {
			return left, nil
		}
		if err := p.next(); err != nil {
			return nil, err
		}
		var right node
		if right, err = operand(depth); err == nil {
			left = join(op, left, right)
		}
	}
	return left, err
}

func (p *parser) unary(depth int) (node, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("nested too deeply")
	}
	if p.is("!") || p.is("NOT") {
		if err := p.next(); err != nil {
			return nil, err
		}
		inner, err := p.unary(depth + 1)
		return not{inner}, err
	}
	return p.primary(depth)
}

func (p *parser) primary(depth int) (node, error) {
	t := p.tok
	switch {
	case p.is("("):
		if err := p.next(); err != nil {
			return nil, err
		}
		inner, err := p.choice(depth + 1)
		if err != nil {
			return nil, err
		}
		return inner, p.expect(")")
	case p.is("{"):
		items, err := p.items("}", depth)
		return list{items}, err
	case t.kind == text:
		return constant{t.text}, p.next()
	case t.kind == number:
		f, err := strconv.ParseFloat(t.text, 64)
		if err != nil {
			return nil, fmt.Errorf("%q is no number", t.text)
		}
		return constant{f}, p.next()
	case t.kind == name:
		return p.named(t.text, depth)
	}
	return nil, p.unexpected()
}

// named reads what begins with a name: a word, an attribute or a call.
func (p *parser) named(id string, depth int) (node, error) {
	if err := p.next(); err != nil {
		return nil, err
	}
	if p.is("(") {
		a, ok := known(id)
		if !ok {
			return nil, fmt.Errorf("no such function: %s", id)
		}
		args, err := p.items(")", depth)
		if err != nil {
			return nil, err
		}
		if len(args) < a.min || a.max >= 0 && len(args) > a.max {
			return nil, fmt.Errorf("%s takes another number of arguments", id)
		}
		return call{id, args}, nil
	}
	switch id {
	case "true", "false":
		return constant{id == "true"}, nil
	case "null":
		return constant{nil}, nil
	}
	attr, ok := strings.CutPrefix(id, "user.")
	if !ok {
		return nil, fmt.Errorf("unknown name: %s", id)
	}
	return attribute{strings.TrimPrefix(attr, "profile.")}, nil
}

// items reads a list that has been opened, up to its closing symbol.
func (p *parser) items(closing string, depth int) ([]node, error) {
	if err := p.next(); err != nil {
		return nil, err
	}
	var out []node
	for !p.is(closing) {
		if len(out) > 0 {
			if err := p.expect(","); err != nil {
				return nil, err
			}
		}
		item, err := p.choice(depth + 1)
		if err != nil {
			return nil, err
		}
		out = append(out, item)
	}
	return out, p.next()
}

// is says whether the current token is the symbol or the word s.
func (p *parser) is(s string) bool {
	return p.tok.kind == symbol && p.tok.text == s || p.tok.kind == name && strings.ToUpper(p.tok.text) == s
}

func (p *parser) expect(s string) error {
	if !p.is(s) {
		return p.unexpected()
	}
	return p.next()
}

func (p *parser) unexpected() error {
	if p.tok.kind == end {
		return fmt.Errorf("the expression ends too early")
	}
	return fmt.Errorf("unexpected %q", p.tok.text)
}

// next reads the following token into p.tok.
func (p *parser) next() error {
	p.in = strings.TrimLeftFunc(p.in[p.pos:], unicode.IsSpace)
	p.pos = 0
	p.tok = token{}
	if p.in == "" {
		return nil
	}
	switch c, _ := utf8.DecodeRuneInString(p.in); {
	case c == '"' || c == '\'':
		return p.quoted(byte(c))
	case c >= '0' && c <= '9':
		p.span(number, func(r rune) bool { return r >= '0' && r <= '9' || r == '.' })
		return nil
	case inName(c) && c != '.':
		p.span(name, inName)
		return nil
	}
	for _, s := range []string{"==", "!=", "<=", ">=", "&&", "||", "(", ")", "{", "}", ",", "<", ">", "!", "?", ":"} {
		if strings.HasPrefix(p.in, s) {
			p.pos, p.tok = len(s), token{symbol, s}
			return nil
		}
	}
	return fmt.Errorf("unexpected %.1q", p.in)
}

func inName(r rune) bool {
	return r == '_' || r == '$' || r == '.' || unicode.IsLetter(r) || unicode.IsDigit(r)
}

func (p *parser) span(k kind, ok func(rune) bool) {
	p.pos = len(p.in)
	if i := strings.IndexFunc(p.in, func(r rune) bool { return !ok(r) }); i >= 0 {
		p.pos = i
	}
	p.tok = token{k, p.in[:p.pos]}
}

func (p *parser) quoted(quote byte) error {
	var b strings.Builder
	for i := 1; i < len(p.in); i++ {
		switch c := p.in[i]; {
		case c == quote:
			p.pos, p.tok = i+1, token{text, b.String()}
			return nil
		case c == '\\' && i+1 < len(p.in):
			i++
			b.WriteByte(p.in[i])
		default:
			b.WriteByte(c)
		}
	}
	return fmt.Errorf("a text is not closed")
}

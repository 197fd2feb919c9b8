package filter

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxDepth bounds nesting, so that no expression can exhaust the stack.
const maxDepth = 100

// SyntaxError is what Parse returns for an expression it cannot read.
type SyntaxError struct {
	At   int    // offset in bytes
	What string // what is wrong there
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("%s at offset %d", e.What, e.At)
}

// Parse reads an expression. The error is a *SyntaxError.
func Parse(s string) (Expr, error) {
	p := &parser{in: s}
	p.next()
	e, err := p.or(0)
	if err != nil {
		return nil, err
	}
	if p.tok.kind != end {
		return nil, p.unexpected()
	}
	return e, nil
}

type kind int

const (
	end kind = iota
	word
	text
	open
	shut
	bad
)

type token struct {
	kind kind
	at   int
	text string
}

type parser struct {
	in  string
	pos int
	tok token
}

func (p *parser) or(depth int) (Expr, error) {
	left, err := p.and(depth)
	for err == nil && p.keyword("or") {
		p.next()
		var right Expr
		if right, err = p.and(depth); err == nil {
			left = Or{left, right}
		}
	}
	return left, err
}

func (p *parser) and(depth int) (Expr, error) {
	left, err := p.unary(depth)
	for err == nil && p.keyword("and") {
		p.next()
		var right Expr
		if right, err = p.unary(depth); err == nil {
			left = And{left, right}
		}
	}
	return left, err
}

func (p *parser) unary(depth int) (Expr, error) {
	if depth > maxDepth {
		return nil, &SyntaxError{p.tok.at, "nested too deeply"}
	}
	if p.keyword("not") {
		p.next()
		inner, err := p.unary(depth + 1)
		return Not{inner}, err
	}
	if p.tok.kind == open {
		p.next()
		inner, err := p.or(depth + 1)
		if err != nil {
			return nil, err
		}
		if p.tok.kind != shut {
			return nil, p.unexpected()
		}
		p.next()
		return inner, nil
	}
	return p.comparison()
}

func (p *parser) comparison() (Expr, error) {
	if p.tok.kind != word {
		return nil, p.unexpected()
	}
	c := Comparison{Attr: p.tok.text}
	p.next()
	if p.tok.kind != word {
		return nil, p.unexpected()
	}
	c.Op = Op(strings.ToLower(p.tok.text))
	switch c.Op {
	case Present:
		p.next()
		return c, nil
	case Equal, NotEqual, Contains, StartsWith, EndsWith, Greater, GreaterEqual, Less, LessEqual:
	default:
		return nil, &SyntaxError{p.tok.at, "no such operator"}
	}
	p.next()
	switch p.tok.kind {
	case text:
		c.Value = p.tok.text
	case word:
		v, err := literal(p.tok)
		if err != nil {
			return nil, err
		}
		c.Value = v
	default:
		return nil, p.unexpected()
	}
	p.next()
	return c, nil
}

// literal reads a value that stands without quotes.
func literal(t token) (any, error) {
	switch strings.ToLower(t.text) {
	case "true":
		return true, nil
	case "false":
		return false, nil
	case "null":
		return nil, nil
	}
	f, err := strconv.ParseFloat(t.text, 64)
	if err != nil {
		return nil, &SyntaxError{t.at, "a text needs quotes"}
	}
	return f, nil
}

func (p *parser) keyword(s string) bool {
	return p.tok.kind == word && strings.EqualFold(p.tok.text, s)
}

func (p *parser) unexpected() error {
	if p.tok.kind == end {
		return &SyntaxError{p.tok.at, "the expression ends too early"}
	}
	return &SyntaxError{p.tok.at, "unexpected input"}
}

// next reads the following token into p.tok.
func (p *parser) next() {
	for p.pos < len(p.in) && strings.ContainsRune(" \t\r\n", rune(p.in[p.pos])) {
		p.pos++
	}
	p.tok = token{at: p.pos}
	if p.pos == len(p.in) {
		return
	}
	switch c := p.in[p.pos]; {
	case c == '(' || c == ')':
		p.tok.kind = open
		if c == ')' {
			p.tok.kind = shut
		}
		p.pos++
	case c == '"':
		p.quoted()
	case wordByte(c):
		start := p.pos
		for p.pos < len(p.in) && wordByte(p.in[p.pos]) {
			p.pos++
		}
		p.tok.kind, p.tok.text = word, p.in[start:p.pos]
	default:
		p.tok.kind = bad
		p.pos++
	}
}

// quoted reads a text in double quotes; a backslash takes the next character
// as it is.
func (p *parser) quoted() {
	var b strings.Builder
	for i := p.pos + 1; i < len(p.in); {
		switch c := p.in[i]; c {
		case '"':
			p.pos, p.tok.kind, p.tok.text = i+1, text, b.String()
			return
		case '\\':
			if i+1 == len(p.in) {
				p.pos, p.tok.kind = len(p.in), bad
				return
			}
			_, n := utf8.DecodeRuneInString(p.in[i+1:])
			b.WriteString(p.in[i+1 : i+1+n])
			i += 1 + n
		default:
			b.WriteByte(c)
			i++
		}
	}
	p.pos, p.tok.kind = len(p.in), bad
}

func wordByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c >= utf8.RuneSelf ||
		strings.IndexByte("._-:+$", c) >= 0
}

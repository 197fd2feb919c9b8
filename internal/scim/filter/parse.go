package filter

import (
	"fmt"
	"strings"

	"sallyport/internal/value"
)

// Limits of what is read.
const (
	MaxLength = 16 << 10 // bytes of a filter or path
	maxDepth  = 50       // brackets in brackets
)

// Error says where a filter or path goes wrong: Pos is the byte, from 0.
type Error struct {
	Pos    int
	Reason string
}

// Error returns the reason and the place, counted from 1.
func (e *Error) Error() string { return fmt.Sprintf("%s, at position %d", e.Reason, e.Pos+1) }

func wrong(pos int, format string, args ...any) error {
	return &Error{Pos: pos, Reason: fmt.Sprintf(format, args...)}
}

// Parse reads a filter. The error is an *[Error].
func Parse(src string) (Expr, error) {
	p, err := start(src)
	if err != nil {
		return nil, err
	}
	e, err := p.or()
	if err != nil {
		return nil, err
	}
	if p.tok.kind != end {
		return nil, wrong(p.tok.pos, "%s where the filter should end", p.found())
	}
	return e, nil
}

// ParsePath reads the path of an attribute, as PATCH, attributes and sortBy
// name it. The error is an *[Error].
func ParsePath(src string) (Path, error) {
	p, err := start(src)
	if err != nil {
		return Path{}, err
	}
	path, err := p.path(true)
	if err != nil {
		return Path{}, err
	}
	if p.tok.kind != end {
		return Path{}, wrong(p.tok.pos, "%s where the path should end", p.found())
	}
	return path, nil
}

// parser reads tokens, one ahead. Inside of a value path's brackets there are
// no further ones.
type parser struct {
	lex    lexer
	tok    token
	depth  int
	inside bool
}

func start(src string) (*parser, error) {
	if len(src) > MaxLength {
		return nil, wrong(MaxLength, "longer than %d bytes", MaxLength)
	}
	p := &parser{lex: lexer{src: src}}
	return p, p.advance()
}

func (p *parser) advance() error {
	var err error
	p.tok, err = p.lex.next()
	return err
}

func (p *parser) or() (Expr, error) {
	terms, err := p.terms("or", p.and)
	if err != nil || len(terms) == 1 {
		return first(terms), err
	}
	return &Or{terms}, nil
}

func (p *parser) and() (Expr, error) {
	terms, err := p.terms("and", p.term)
	if err != nil || len(terms) == 1 {
		return first(terms), err
	}
	return &And{terms}, nil
}

func first(terms []Expr) Expr {
	if len(terms) == 0 {
		return nil
	}
	return terms[0]
}

// terms reads what stands between words.
func (p *parser) terms(between string, term func() (Expr, error)) ([]Expr, error) {
	var terms []Expr
	for {
		t, err := term()
		if err != nil {
			return nil, err
		}
		terms = append(terms, t)
		if !p.isWord(between) {
			return terms, nil
		}
		if err := p.advance(); err != nil {
			return nil, err
		}
	}
}

func (p *parser) term() (Expr, error) {
	if p.isSymbol("(") {
		return p.group()
	}
	if p.isWord("not") && strings.HasPrefix(strings.TrimLeft(p.lex.src[p.tok.stop:], " \t"), "(") {
		if err := p.advance(); err != nil {
			return nil, err
		}
		e, err := p.group()
		if err != nil {
			return nil, err
		}
		return &Not{e}, nil
	}
	return p.comparison()
}

// group reads a filter in brackets.
func (p *parser) group() (Expr, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, wrong(p.tok.pos, "more than %d brackets in each other", maxDepth)
	}
	defer func() { p.depth-- }()
	if err := p.advance(); err != nil {
		return nil, err
	}
	e, err := p.or()
	if err != nil {
		return nil, err
	}
	return e, p.close(")")
}

func (p *parser) close(bracket string) error {
	if !p.isSymbol(bracket) {
		return wrong(p.tok.pos, "%s where and, or or %s should stand", p.found(), bracket)
	}
	return p.advance()
}

func (p *parser) comparison() (Expr, error) {
	path, err := p.path(!p.inside)
	if err != nil {
		return nil, err
	}
	if path.Filter != nil && path.Sub == "" {
		return &Has{path}, nil
	}
	op, ok := operator(p.tok)
	if !ok {
		return nil, wrong(p.tok.pos, "%s where an operator (eq, ne, co, sw, ew, gt, ge, lt, le, pr) should stand", p.found())
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	if op == Present {
		return &Compare{Path: path, Op: op}, nil
	}
	v, err := p.value()
	if err != nil {
		return nil, err
	}
	return &Compare{Path: path, Op: op, Value: v}, p.advance()
}

func operator(t token) (Op, bool) {
	if t.kind != word {
		return "", false
	}
	switch op := Op(strings.ToLower(t.text)); op {
	case Equal, NotEqual, Contains, StartsWith, EndsWith, Greater, GreaterOrEqual, Less, LessOrEqual, Present:
		return op, true
	default:
		return "", false
	}
}

// value reads what is compared with.
func (p *parser) value() (any, error) {
	if p.tok.kind == text {
		return p.tok.text, nil
	}
	if p.tok.kind == word {
		switch strings.ToLower(p.tok.text) {
		case "true":
			return true, nil
		case "false":
			return false, nil
		case "null":
			return nil, nil
		}
		if v, err := value.ParseJSON([]byte(p.tok.text)); err == nil && value.KindOf(v) == value.Number {
			return v, nil
		}
		if isBare(p.tok.text) {
			return p.tok.text, nil
		}
	}
	return nil, wrong(p.tok.pos, `%s where a value should stand: a text in double quotes, a number, true, false or null`, p.found())
}

// isBare reports whether a word may stand for a text without its quotes. RFC
// 7644 section 3.4.2.1 itself writes meta.resourceType eq User so, and
// Microsoft's tests write names, hosts and dates.
func isBare(s string) bool {
	switch strings.ToLower(s) {
	case "and", "or", "not":
		return false
	}
	for i := range len(s) {
		c := s[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && (c < '0' || c > '9' || i == 0 && !isDate(s)) && (i == 0 || !strings.ContainsRune("-_.:+@", rune(c))) {
			return false
		}
	}
	return s != ""
}

// isDate reports whether a word has the form of a date and a time.
func isDate(s string) bool {
	return len(s) > 16 && s[4] == '-' && s[7] == '-' && s[10] == 'T' && s[13] == ':'
}

func (p *parser) isWord(s string) bool { return p.tok.kind == word && strings.EqualFold(p.tok.text, s) }

func (p *parser) isSymbol(s string) bool { return p.tok.kind == symbol && p.tok.text == s }

// found names the token at hand, for an error.
func (p *parser) found() string {
	switch p.tok.kind {
	case end:
		return "the end"
	case text:
		return "a text"
	default:
		return fmt.Sprintf("%.40q", p.tok.text)
	}
}

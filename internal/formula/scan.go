package formula

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

type kind uint8

const (
	end    kind = iota
	number      // 1.5e3
	word        // abs
	quoted      // {{{any text}}}
	sign        // + - * / % ^ ! ( ) , and of conditions == < and
)

type token struct {
	kind   kind
	text   string
	number float64
	at     int
}

const signs = "+-*/%^!(),"

// next reads the next token into tok.
func (p *parser) next() error {
	p.skip()
	p.tok = token{at: p.pos}
	rest := p.source[p.pos:]
	if rest == "" {
		return nil
	}
	c, size := utf8.DecodeRuneInString(rest)
	switch {
	case strings.HasPrefix(rest, "{{{"):
		name, _, ok := strings.Cut(rest[3:], "}}}")
		if !ok {
			return errors.New("a {{{ is not closed")
		}
		return p.take(quoted, name, len(name)+6)
	case p.logic && comparison(rest) != "":
		return p.take(sign, comparison(rest), len(comparison(rest)))
	case strings.ContainsRune(signs, c):
		return p.take(sign, rest[:size], size)
	case c >= '0' && c <= '9' || c == '.':
		return p.digits(rest)
	case c == '_' || unicode.IsLetter(c):
		return p.word(rest)
	}
	return fmt.Errorf("%q does not fit at position %d", string(c), p.pos+1)
}

func (p *parser) word(rest string) error {
	n := strings.IndexFunc(rest, func(c rune) bool { return c != '_' && !unicode.IsLetter(c) && !unicode.IsDigit(c) })
	if n < 0 {
		n = len(rest)
	}
	if p.logic && isOperator(rest[:n]) {
		return p.take(sign, strings.ToLower(rest[:n]), n)
	}
	return p.take(word, rest[:n], n)
}

func (p *parser) take(k kind, text string, size int) error {
	p.tok.kind, p.tok.text = k, text
	p.pos += size
	return nil
}

// skip passes over blanks and comments.
func (p *parser) skip() {
	for p.pos < len(p.source) {
		rest := p.source[p.pos:]
		switch trimmed := strings.TrimLeftFunc(rest, unicode.IsSpace); {
		case len(trimmed) < len(rest):
			p.pos += len(rest) - len(trimmed)
		case rest[0] == '#':
			comment, _, _ := strings.Cut(rest, "\n")
			p.pos += len(comment)
		default:
			return
		}
	}
}

func (p *parser) digits(rest string) error {
	n := 0
	for n < len(rest) && (rest[n] >= '0' && rest[n] <= '9' || rest[n] == '.') {
		n++
	}
	// An exponent, where digits follow: 2e is 2 times nothing.
	if n < len(rest) && (rest[n] == 'e' || rest[n] == 'E') {
		m := n + 1
		if m < len(rest) && (rest[m] == '+' || rest[m] == '-') {
			m++
		}
		from := m
		for m < len(rest) && rest[m] >= '0' && rest[m] <= '9' {
			m++
		}
		if m > from {
			n = m
		}
	}
	f, err := strconv.ParseFloat(rest[:n], 64)
	if err != nil {
		return fmt.Errorf("%.40q is no number, at position %d", rest[:n], p.pos+1)
	}
	p.tok.number = f
	return p.take(number, rest[:n], n)
}

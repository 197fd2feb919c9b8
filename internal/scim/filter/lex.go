package filter

import (
	"strings"

	"sallyport/internal/value"
)

// kind is what a token is.
type kind uint8

const (
	end    kind = iota
	word        // a path, an operator, true, false, null or a number
	text        // "…"
	symbol      // ( ) [ ]
)

type token struct {
	kind kind
	text string // a word or symbol as it stands; of a text, what it says
	pos  int    // its first byte
	stop int    // the byte after it
}

// lexer cuts a filter into tokens.
type lexer struct {
	src string
	pos int
}

func (l *lexer) next() (token, error) {
	for l.pos < len(l.src) && (l.src[l.pos] == ' ' || l.src[l.pos] == '\t') {
		l.pos++
	}
	at := l.pos
	if at == len(l.src) {
		return token{kind: end, pos: at, stop: at}, nil
	}
	switch c := l.src[at]; c {
	case '(', ')', '[', ']':
		l.pos++
		return token{symbol, string(c), at, l.pos}, nil
	case '"':
		return l.text()
	}
	n := strings.IndexAny(l.src[at:], " \t()[]\"")
	if n < 0 {
		n = len(l.src) - at
	}
	l.pos += n
	return token{word, l.src[at:l.pos], at, l.pos}, nil
}

// text reads a JSON text.
func (l *lexer) text() (token, error) {
	at := l.pos
	for i := at + 1; i < len(l.src); i++ {
		switch l.src[i] {
		case '\\':
			i++
		case '"':
			v, err := value.ParseJSON([]byte(l.src[at : i+1]))
			s, ok := v.(string)
			if err != nil || !ok {
				return token{}, wrong(at, "a text with a wrong escape")
			}
			l.pos = i + 1
			return token{text, s, at, l.pos}, nil
		}
	}
	return token{}, wrong(at, "a text without its closing quote")
}

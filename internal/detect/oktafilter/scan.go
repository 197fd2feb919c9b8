package oktafilter

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

type kind uint8

const (
	end    kind = iota
	word        // a field, an operator, true, false, null or a number
	quoted      // "a text"
	sign        // ( ) [ ] ,
)

type token struct {
	kind kind
	text string // of quoted what it stands for
	at   int    // the byte offset of its start
}

// is reports whether the token is a word of the language, in any case.
func (t token) is(name string) bool { return t.kind == word && strings.EqualFold(t.text, name) }

func (t token) String() string {
	switch t.kind {
	case end:
		return "the end"
	case quoted:
		return "the text " + strconv.Quote(t.text)
	default:
		return strconv.Quote(t.text)
	}
}

// next reads the next token into tok.
func (p *parser) next() error {
	rest := strings.TrimLeftFunc(p.source[p.pos:], unicode.IsSpace)
	p.pos = len(p.source) - len(rest)
	p.tok = token{at: p.pos}
	if rest == "" {
		return nil
	}
	c, size := utf8.DecodeRuneInString(rest)
	switch {
	case strings.ContainsRune("()[],", c):
		p.tok.kind, p.tok.text = sign, rest[:size]
		p.pos += size
		return nil
	case c == '"':
		return p.quoted()
	case isName(c) || c == '+':
		n := strings.IndexFunc(rest, func(c rune) bool { return !isName(c) && c != '+' && c != '{' && c != '}' })
		if n < 0 {
			n = len(rest)
		}
		p.tok.kind, p.tok.text = word, rest[:n]
		p.pos += n
		return nil
	}
	return p.stray(c)
}

func isName(c rune) bool {
	return unicode.IsLetter(c) || unicode.IsDigit(c) || strings.ContainsRune("_-.$:@/", c)
}

// stray is the error of a character that begins nothing.
func (p *parser) stray(c rune) error {
	switch c {
	case '\'', '“', '”', '‘', '’', '„', '`':
		return p.fail(p.pos, `the quote %c is not one of this language; put texts in double quotes, "so"`, c)
	case '=', '!', '<', '>', '~':
		return p.fail(p.pos, "%c is no operator here; write eq, ne, co, sw, ew, gt, ge, lt, le, pr or in", c)
	case '&', '|':
		return p.fail(p.pos, "%c joins nothing here; write and, or", c)
	}
	return p.fail(p.pos, "the character %q fits nowhere here; put texts in double quotes", c)
}

// quoted reads a text as JSON writes it.
func (p *parser) quoted() error {
	var b strings.Builder
	for i := p.pos + 1; i < len(p.source); {
		switch c := p.source[i]; c {
		case '"':
			p.tok.kind, p.tok.text = quoted, b.String()
			p.pos = i + 1
			return nil
		case '\\':
			text, size, ok := unescape(p.source[i:])
			if !ok {
				return p.fail(i, `a backslash stands before ", \, /, b, f, n, r, t or uXXXX; write \\ for a backslash itself`)
			}
			b.WriteString(text)
			i += size
		default:
			b.WriteByte(c)
			i++
		}
	}
	return p.fail(p.pos, `the text that begins here is not closed; end it with a ", and write \" for a quote inside it`)
}

// unescape reads the escape that a text begins with, and how long it is.
func unescape(s string) (text string, size int, ok bool) {
	if len(s) < 2 {
		return "", 0, false
	}
	if i := strings.IndexByte(`"\/bfnrt`, s[1]); i >= 0 {
		return "\"\\/\b\f\n\r\t"[i : i+1], 2, true
	}
	high, ok := unit(s)
	if !ok {
		return "", 0, false
	}
	if low, paired := unit(s[6:]); paired && high >= 0xD800 && high < 0xDC00 && low >= 0xDC00 && low < 0xE000 {
		return string((high-0xD800)<<10 + low - 0xDC00 + 0x10000), 12, true
	}
	return string(high), 6, true // half of a pair alone becomes U+FFFD, as in encoding/json
}

// unit reads \uXXXX.
func unit(s string) (rune, bool) {
	if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(s[2:6], 16, 16)
	return rune(n), err == nil
}

// Package oktafilter reads the filter language of Okta's System Log API
// (developer.okta.com/docs/reference/system-log-query) into conditions of
// package detect. It is SCIM's (RFC 7644, section 3.4.2.2) with paths of any
// depth:
//
//	eventType eq "user.session.start" and not (securityContext.isProxy eq "true")
//
// From strong to weak: a comparison, parentheses, not, and, or. Words such as
// and, eq and pr are read in any case. Comparisons are eq, ne, co (contains),
// sw (starts with), ew (ends with), gt, ge, lt, le, pr (present) and in with a
// list: eventType in ["a", "b"]. Values are texts as JSON writes them, numbers,
// true, false and null.
//
// What Okta's documentation leaves open is settled so:
//
//   - Texts are compared without regard to case, since what attacks an
//     organization must not hide behind a capital, and Okta's own detections ask
//     for "aws" where an app is called "AWS". The comparisons by order (gt, ge,
//     lt, le) of texts go byte by byte, which is also by time for times.
//   - Through a list, a comparison asks for some element. ne is the opposite of
//     eq: no element is equal; so it holds where there is nothing.
//   - x eq null holds where there is nothing or null.
//   - A boolean equals its name: isProxy eq "true" and isProxy eq true are one.
//   - A segment of digits is an index: target.0.displayName.
//   - The names with underscores of Okta's older examples (event_type,
//     display_message) are known for every documented field, in any case.
//   - published and debugData.requestUri may be compared, which Okta's API refuses.
//
// One thing is ours: target[type eq "User" and id eq "00u1"] asks for one element
// of which all of it holds. SCIM has it, Okta's API refuses it.
package oktafilter

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"sallyport/internal/detect"
	"sallyport/internal/errs"
)

// The bounds of a filter: its length in bytes, and how deep it is nested.
const (
	maxLength = 64 << 10
	maxDepth  = 200
)

// SyntaxError says where a filter cannot be read, and what to do.
type SyntaxError struct {
	Offset int // in characters from the filter's start, from 0
	Msg    string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("position %d: %s", e.Offset+1, e.Msg)
}

// Parse reads a filter. The error is a [SyntaxError] of the kind errs.Invalid.
func Parse(filter string) (detect.Expr, error) {
	p := parser{source: filter, names: names()}
	e, err := p.all()
	if err == nil {
		return e, nil
	}
	return nil, errs.Wrap(errs.Invalid, err, "%s", err)
}

type parser struct {
	source string
	pos    int // where the token after tok begins
	tok    token
	depth  int
	names  map[string]string
}

// fail is an error at a byte offset of the source.
func (p *parser) fail(at int, format string, args ...any) error {
	return &SyntaxError{Offset: utf8.RuneCountInString(p.source[:at]), Msg: fmt.Sprintf(format, args...)}
}

func (p *parser) all() (detect.Expr, error) {
	if len(p.source) > maxLength {
		return nil, p.fail(0, "the filter is longer than %d bytes; split it into several", maxLength)
	}
	for i, r := range p.source {
		if r == utf8.RuneError && !strings.HasPrefix(p.source[i:], "\uFFFD") {
			return nil, p.fail(i, "this is not UTF-8; save the filter as UTF-8")
		}
	}
	if err := p.next(); err != nil {
		return nil, err
	}
	if p.tok.kind == end {
		return nil, p.fail(0, `the filter is empty; write a comparison such as eventType eq "user.session.start"`)
	}
	e, err := p.either()
	if err == nil && p.tok.kind != end {
		return nil, p.fail(p.tok.at, "%s does not fit after a whole comparison; join comparisons by and, or", p.tok)
	}
	return e, err
}

func (p *parser) either() (detect.Expr, error) {
	parts, err := p.joined("or", p.both)
	if err != nil || len(parts) == 1 {
		return first(parts), err
	}
	return detect.Or(parts), nil
}

func (p *parser) both() (detect.Expr, error) {
	parts, err := p.joined("and", p.opposite)
	if err != nil || len(parts) == 1 {
		return first(parts), err
	}
	return detect.And(parts), nil
}

func first(parts []detect.Expr) detect.Expr {
	if len(parts) == 0 {
		return nil
	}
	return parts[0]
}

// joined reads parts that a word joins.
func (p *parser) joined(word string, part func() (detect.Expr, error)) ([]detect.Expr, error) {
	p.depth++
	defer func() { p.depth-- }()
	if p.depth > maxDepth {
		return nil, p.fail(p.tok.at, "the filter is nested deeper than %d; take parentheses away", maxDepth/2)
	}
	var parts []detect.Expr
	for {
		e, err := part()
		if err != nil {
			return nil, err
		}
		parts = append(parts, e)
		if !p.tok.is(word) {
			return parts, nil
		}
		if err := p.next(); err != nil {
			return nil, err
		}
	}
}

func (p *parser) opposite() (detect.Expr, error) {
	times := 0
	for ; p.tok.is("not"); times++ {
		if times == maxDepth {
			return nil, p.fail(p.tok.at, "not stands here more than %d times; take pairs of them away", maxDepth)
		}
		if err := p.next(); err != nil {
			return nil, err
		}
	}
	e, err := p.one()
	for ; err == nil && times > 0; times-- {
		e = detect.Not{Expr: e}
	}
	return e, err
}

// one reads what is in parentheses, or a comparison.
func (p *parser) one() (detect.Expr, error) {
	if p.tok.kind == sign && p.tok.text == "(" {
		return p.within(")")
	}
	path, err := p.path()
	if err != nil {
		return nil, err
	}
	if p.tok.kind == sign && p.tok.text == "[" {
		return p.element(path)
	}
	return p.comparison(path)
}

// within reads an expression up to the sign that closes it.
func (p *parser) within(closing string) (detect.Expr, error) {
	opened := p.tok
	if err := p.next(); err != nil {
		return nil, err
	}
	e, err := p.either()
	switch {
	case err != nil:
		return nil, err
	case p.tok.kind != sign || p.tok.text != closing:
		return nil, p.fail(p.tok.at, "%s stands where the %q of position %d is to be closed by %q, or and, or is to go on",
			p.tok, opened.text, utf8.RuneCountInString(p.source[:opened.at])+1, closing)
	}
	return e, p.next()
}

// element reads what is asked of one element of a list. The names inside are
// known by their place under the list.
func (p *parser) element(path string) (detect.Expr, error) {
	all := p.names
	p.names = namesUnder(all, path)
	e, err := p.within("]")
	p.names = all
	return detect.Same{Path: path, Expr: e}, err
}

func (p *parser) path() (string, error) {
	t := p.tok
	switch {
	case t.kind == end:
		return "", p.fail(t.at, "the filter ends where a field is wanted; write one, such as outcome.result")
	case t.kind != word:
		return "", p.fail(t.at, "%s stands where a field is wanted; write one, such as outcome.result", t)
	case isWord(t.text):
		return "", p.fail(t.at, "the word %s stands where a field is wanted; write a field on both of its sides", t.text)
	}
	for segment := range strings.SplitSeq(t.text, ".") {
		if strings.TrimSuffix(segment, "{}") == "" {
			return "", p.fail(t.at, "the field %q has an empty part; write names with one dot between them", t.text)
		}
	}
	return canonical(p.names, t.text), p.next()
}

func isWord(text string) bool {
	switch strings.ToLower(text) {
	case "and", "or", "not":
		return true
	}
	_, known := operators()[strings.ToLower(text)]
	return known
}

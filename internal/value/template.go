package value

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Template is a value with references in it. It is written as plain data in
// which a text may hold {{ references }}:
//
//	"{{ read.profile.email }}"         the value itself, whatever its kind
//	"Hello {{ read.profile.name }}!"   a text, the references rendered into it
//	{to: ["{{ a.b }}"], n: 3}          lists and objects, references at any depth
//	{literal: "{{ not a reference }}"} a value taken as it is
//	"{{ a.b | parse | get \"c\" }}"      filters change the value on its way: see [Filter]
//
// A reference is a dotted path; a name with other characters than letters,
// digits, _ and - is quoted in brackets: read.profile["Cost Center"].
type Template struct {
	literal any
	ref     Ref
	filters []Filter
	parts   []Template // of a text
	list    []Template
	names   []string // of an object, with list
	kind    templateKind
}

type templateKind uint8

const (
	isLiteral templateKind = iota
	isRef
	isText
	isList
	isObject
)

// Ref is a path: the name of what is referred to, then the way into it.
type Ref []string

// String returns the reference as it is written.
func (r Ref) String() string {
	var b strings.Builder
	for i, s := range r {
		switch {
		case !plainName(s):
			b.WriteString("[" + strconv.Quote(s) + "]")
		case i > 0:
			b.WriteString("." + s)
		default:
			b.WriteString(s)
		}
	}
	return b.String()
}

func plainName(s string) bool {
	for _, c := range s {
		if c != '_' && c != '-' && !unicode.IsLetter(c) && !unicode.IsDigit(c) {
			return false
		}
	}
	return s != ""
}

// literalKey marks an object whose one field is taken without looking for references.
const literalKey = "literal"

// Literal returns the template that is v and refers to nothing.
func Literal(v any) Template { return Template{literal: v} }

// Reference returns the template that is the value at a path.
func Reference(path ...string) Template { return Template{kind: isRef, ref: path} }

// ParseTemplate reads a template from a value. The error names the place in v
// and what is wrong there.
func ParseTemplate(v any) (Template, error) {
	switch v := v.(type) {
	case string:
		return parseText(v)
	case []any:
		t := Template{kind: isList}
		for i, e := range v {
			sub, err := ParseTemplate(e)
			if err != nil {
				return t, fmt.Errorf("[%d]: %w", i, err)
			}
			t.list = append(t.list, sub)
		}
		return t.folded(v), nil
	case *Object:
		if lit, ok := v.Get(literalKey); ok && v.Len() == 1 {
			return Literal(lit), nil
		}
		t := Template{kind: isObject}
		for k, e := range v.All() {
			sub, err := ParseTemplate(e)
			if err != nil {
				return t, fmt.Errorf("%s: %w", k, err)
			}
			t.names, t.list = append(t.names, k), append(t.list, sub)
		}
		return t.folded(v), nil
	}
	return Literal(v), nil
}

// folded returns the literal v where t, made of v, holds no reference and no
// marked literal, so that evaluating it costs nothing.
func (t Template) folded(v any) Template {
	for _, sub := range t.list {
		if sub.kind != isLiteral {
			return t
		}
	}
	if t.kind == isObject || t.kind == isList {
		if out := t.Eval(nil); Equal(out, v) {
			return Literal(v)
		}
	}
	return t
}

func parseText(s string) (Template, error) {
	t := Template{kind: isText}
	rest := s
	for {
		head, tail, ok := strings.Cut(rest, "{{")
		if head != "" {
			t.parts = append(t.parts, Literal(head))
		}
		if !ok {
			break
		}
		steps, after, closed := braces(tail)
		if !closed {
			return t, fmt.Errorf("%s: a {{ is not closed", quoteShort(s))
		}
		ref, err := parseReference(steps)
		if err != nil {
			return t, fmt.Errorf("%s: %w", quoteShort(s), err)
		}
		t.parts = append(t.parts, ref)
		rest = after
	}
	switch {
	case len(t.parts) == 0:
		return Literal(s), nil
	case len(t.parts) == 1:
		return t.parts[0], nil
	}
	return t, nil
}

// braces cuts what stands between double braces at its bars, and returns it with
// what follows the braces. Neither counts within quotes.
func braces(s string) (steps []string, after string, closed bool) {
	quoted, from := false, 0
	for i := 0; i < len(s); i++ {
		switch {
		case quoted && s[i] == '\\':
			i++
		case s[i] == '"':
			quoted = !quoted
		case quoted:
		case s[i] == '|':
			steps, from = append(steps, s[from:i]), i+1
		case strings.HasPrefix(s[i:], "}}"):
			return append(steps, s[from:i]), s[i+2:], true
		}
	}
	return nil, "", false
}

// parseReference reads a reference and the filters behind it.
func parseReference(steps []string) (Template, error) {
	ref, err := ParseRef(steps[0])
	if err != nil {
		return Template{}, err
	}
	t := Template{kind: isRef, ref: ref}
	for _, s := range steps[1:] {
		f, err := parseFilter(s)
		if err != nil {
			return t, fmt.Errorf("the reference %s: %w", ref, err)
		}
		t.filters = append(t.filters, f)
	}
	return t, nil
}

// ParseRef reads a reference as it stands between braces.
func ParseRef(s string) (Ref, error) {
	text := strings.TrimSpace(s)
	var ref Ref
	for rest := text; rest != ""; {
		name, after, err := nextName(rest, len(ref) == 0)
		if err != nil {
			return nil, fmt.Errorf("the reference %s: %w", quoteShort(text), err)
		}
		ref, rest = append(ref, name), after
	}
	if len(ref) == 0 {
		return nil, fmt.Errorf("a reference is empty")
	}
	return ref, nil
}

func nextName(s string, first bool) (name, rest string, err error) {
	if s[0] == '[' {
		quoted, err := strconv.QuotedPrefix(s[1:])
		if err != nil {
			return "", "", fmt.Errorf(`brackets hold a name in quotes: ["Cost Center"]`)
		}
		rest, ok := strings.CutPrefix(s[1+len(quoted):], "]")
		if !ok {
			return "", "", fmt.Errorf("a bracket is not closed")
		}
		name, err := strconv.Unquote(quoted)
		return name, rest, err
	}
	if !first {
		cut, ok := strings.CutPrefix(s, ".")
		if !ok {
			return "", "", fmt.Errorf("a dot or a bracket is wanted before %s", quoteShort(s))
		}
		s = cut
	}
	end := strings.IndexFunc(s, func(c rune) bool { return !plainName(string(c)) })
	if end < 0 {
		end = len(s)
	}
	if end == 0 {
		return "", "", fmt.Errorf("a name is wanted at %s", quoteShort(s))
	}
	return s[:end], s[end:], nil
}

// MaxText bounds, in bytes, the text that a template makes.
const MaxText = 16 << 20

// ErrTooLarge is returned for a text that would be longer than [MaxText].
var ErrTooLarge = errors.New("a text would be larger than 16 MB")

// Eval returns the value of a template without filters; lookup answers its
// references. It cannot fail, but for a text that is too long, which is null.
func (t Template) Eval(lookup func(Ref) any) any {
	v, err := t.Resolve(lookup)
	if err != nil {
		return nil
	}
	return v
}

// Resolve returns the template's value. The error is that of a filter.
func (t Template) Resolve(lookup func(Ref) any) (any, error) {
	switch t.kind {
	case isRef:
		return t.filtered(lookup(t.ref))
	case isText:
		return t.text(lookup)
	case isList:
		out := make([]any, len(t.list))
		for i, e := range t.list {
			v, err := e.Resolve(lookup)
			if err != nil {
				return nil, fmt.Errorf("[%d]: %w", i, err)
			}
			out[i] = v
		}
		return out, nil
	case isObject:
		o := NewObject(len(t.list))
		for i, e := range t.list {
			v, err := e.Resolve(lookup)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", t.names[i], err)
			}
			o.Set(t.names[i], v)
		}
		return o, nil
	default:
		return t.literal, nil
	}
}

func (t Template) filtered(v any) (any, error) {
	for _, f := range t.filters {
		out, err := f.apply(v)
		if err != nil {
			return nil, fmt.Errorf("%s %w", t.ref, err)
		}
		v = out
	}
	return v, nil
}

func (t Template) text(lookup func(Ref) any) (any, error) {
	var b strings.Builder
	for _, p := range t.parts {
		v, err := p.Resolve(lookup)
		if err != nil {
			return nil, err
		}
		if b.WriteString(String(v)); b.Len() > MaxText {
			return nil, ErrTooLarge
		}
	}
	return b.String(), nil
}

// Refs returns every reference of the template, in order.
func (t Template) Refs() []Ref {
	if t.kind == isRef {
		return []Ref{t.ref}
	}
	var refs []Ref
	for _, sub := range append(t.parts, t.list...) {
		refs = append(refs, sub.Refs()...)
	}
	return refs
}

// Ref returns the path when the template is one reference and nothing else.
func (t Template) Ref() (Ref, bool) { return t.ref, t.kind == isRef }

// Filtered reports whether any reference of the template has filters.
func (t Template) Filtered() bool {
	return len(t.filters) > 0 || slices.ContainsFunc(t.parts, Template.Filtered) || slices.ContainsFunc(t.list, Template.Filtered)
}

// Literal returns the value of a template without references.
func (t Template) Literal() (any, bool) { return t.literal, t.kind == isLiteral }

// Source returns the value that ParseTemplate reads to t.
func (t Template) Source() any {
	switch t.kind {
	case isRef:
		steps := []string{t.ref.String()}
		for _, f := range t.filters {
			steps = append(steps, f.String())
		}
		return "{{ " + strings.Join(steps, " | ") + " }}"
	case isText:
		var b strings.Builder
		for _, p := range t.parts {
			b.WriteString(String(p.Source()))
		}
		return b.String()
	case isList:
		out := make([]any, len(t.list))
		for i, e := range t.list {
			out[i] = e.Source()
		}
		return out
	case isObject:
		o := NewObject(len(t.list))
		for i, e := range t.list {
			o.Set(t.names[i], e.Source())
		}
		return o
	default:
		return literalSource(t.literal)
	}
}

// literalSource marks a literal where reading it would find a reference.
func literalSource(v any) any {
	if again, err := ParseTemplate(v); err == nil {
		if lit, ok := again.Literal(); ok && Equal(lit, v) {
			return v
		}
	}
	return Map(literalKey, v)
}

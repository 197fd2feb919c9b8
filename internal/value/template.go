package value

import (
	"fmt"
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
//
// A reference is a dotted path; a name with other characters than letters,
// digits, _ and - is quoted in brackets: read.profile["Cost Center"].
type Template struct {
	literal any
	ref     Ref
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
		inner, after, closed := strings.Cut(tail, "}}")
		if !closed {
			return t, fmt.Errorf("%s: a {{ is not closed", quoteShort(s))
		}
		ref, err := ParseRef(inner)
		if err != nil {
			return t, fmt.Errorf("%s: %w", quoteShort(s), err)
		}
		t.parts = append(t.parts, Template{kind: isRef, ref: ref})
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

// Eval returns the template's value; lookup answers its references.
func (t Template) Eval(lookup func(Ref) any) any {
	switch t.kind {
	case isRef:
		return lookup(t.ref)
	case isText:
		var b strings.Builder
		for _, p := range t.parts {
			b.WriteString(String(p.Eval(lookup)))
		}
		return b.String()
	case isList:
		out := make([]any, len(t.list))
		for i, e := range t.list {
			out[i] = e.Eval(lookup)
		}
		return out
	case isObject:
		o := NewObject(len(t.list))
		for i, e := range t.list {
			o.Set(t.names[i], e.Eval(lookup))
		}
		return o
	default:
		return t.literal
	}
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

// Literal returns the value of a template without references.
func (t Template) Literal() (any, bool) { return t.literal, t.kind == isLiteral }

// Source returns the value that ParseTemplate reads to t.
func (t Template) Source() any {
	switch t.kind {
	case isRef:
		return "{{ " + t.ref.String() + " }}"
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

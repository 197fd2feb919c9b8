package migration

import (
	"strconv"
	"strings"

	"sallyport/internal/flopack"
	"sallyport/internal/value"
)

// expr is what stands in a flow for a value: a reference and the filters behind
// it, a literal, or a text with references in it.
type expr struct {
	path    value.Ref
	filters []string
	lit     any
	text    string     // of a text with references
	tree    any        // of a list or object with references
	size    int        // of a literal, in bytes
	kind    value.Kind // that the value is known to have when a flow runs; "" for any
}

func ref(path ...string) expr { return expr{path: path} }

func literal(v any) expr { return expr{lit: v} }

func (e expr) isRef() bool { return e.path != nil }

// into returns the reference to a part of the value.
func (e expr) into(segments ...string) expr {
	if !e.isRef() {
		return literal(value.Walk(e.lit, segments))
	}
	e.kind = ""
	if len(e.filters) == 0 {
		e.path = append(append(value.Ref{}, e.path...), segments...)
		return e
	}
	for _, s := range segments {
		e = e.through("get " + strconv.Quote(s))
	}
	return e
}

// through returns the value behind a filter.
func (e expr) through(filter string) expr {
	e.filters = append(append([]string{}, e.filters...), filter)
	e.kind = ""
	return e
}

// as converts the value to a kind, where it may be of another.
func (e expr) as(k value.Kind) expr {
	if !e.isRef() || k == "" || k == value.Any || e.kind == k {
		return e
	}
	e = e.through("as " + strconv.Quote(string(k)))
	e.kind = k
	return e
}

// filtersOf are our filters for the conversions of Okta Workflows, and what they make.
func filterOf(convert string) (filter string, makes value.Kind) {
	switch convert {
	case "parse":
		return "parse", ""
	case "dateTime":
		return "date", value.Date
	case "wrapArray":
		return "list", value.List
	case "stringify":
		return "stringify", value.Text
	case "toString", "booleanToString":
		return "text", value.Text
	case "parseFloat":
		return "number", value.Number
	case "isoString":
		return "iso", value.Text
	}
	return "", ""
}

// piped returns the value behind a wire.
func (e expr) piped(p flopack.Pin) expr {
	if !p.Transform {
		return e
	}
	if filter, makes := filterOf(p.Convert); filter != "" {
		if !e.isRef() {
			return literal(converted(e.lit, filter))
		}
		if e = e.through(filter); makes != "" {
			e.kind = makes
		}
	}
	if p.ForceWrap && p.Convert != "wrapArray" {
		e = e.through("list")
		e.kind = value.List
	}
	return e
}

// converted is a literal behind a filter.
func converted(v any, filter string) any {
	kind := map[string]value.Kind{"parse": value.Any, "date": value.Date, "list": value.List, "number": value.Number}[filter]
	if kind == "" {
		kind = value.Text
	}
	if s, ok := v.(string); ok && filter == "parse" {
		if out, err := value.ParseJSON([]byte(s)); err == nil {
			return out
		}
	}
	if kind == value.Date {
		return v // There are no dates in YAML; the text of one is read where it arrives.
	}
	return value.Loosely(v, kind)
}

// plainText drops filters at the end that do nothing where the value becomes a
// text anyway.
func (e expr) plainText() expr {
	for n := len(e.filters); n > 0 && (e.filters[n-1] == "text" || e.filters[n-1] == "stringify"); n-- {
		e.filters = e.filters[:n-1]
	}
	return e
}

// String returns the reference as it is written.
func (e expr) String() string {
	var b strings.Builder
	b.WriteString("{{ ")
	b.WriteString(e.path.String())
	for _, f := range e.filters {
		b.WriteString(" | ")
		b.WriteString(f)
	}
	b.WriteString(" }}")
	return b.String()
}

// source returns what is written in the flow.
func (e expr) source() any {
	switch {
	case e.isRef():
		return e.String()
	case e.text != "":
		return e.text
	case e.tree != nil:
		return e.tree
	}
	return value.Literal(e.lit).Source()
}

// empty reports whether the expression is a literal that says nothing.
func (e expr) empty() bool { return e.plain() && value.Empty(e.lit) }

// null reports whether the expression is the literal null.
func (e expr) null() bool { return e.plain() && e.lit == nil }

// plain reports whether the expression is a literal.
func (e expr) plain() bool { return !e.isRef() && e.text == "" && e.tree == nil }

// within returns the expression as part of a text, and whether it can be one.
func (e expr) within() (string, bool) {
	if e.isRef() {
		return e.plainText().String(), true
	}
	if e.text != "" {
		return e.text, true
	}
	s := value.String(e.lit)
	return s, !strings.Contains(s, "{{") && !strings.HasSuffix(s, "{")
}

// kindOf is our kind for the type that a field declares; "" where there is none.
func kindOf(f *flopack.Field) value.Kind {
	if f.Collection {
		return value.List
	}
	name, ok := f.Type.(string)
	if !ok {
		if _, structure := f.Type.(*value.Object); structure {
			return value.Obj
		}
		return ""
	}
	return map[string]value.Kind{"string": value.Text, "number": value.Number, "boolean": value.Boolean, "Date": value.Date, "object": value.Obj}[name]
}

// literalOf is a field's own value, of the kind that it declares. Dates stay
// texts.
func literalOf(f *flopack.Field) any {
	k := kindOf(f)
	if s, ok := f.Data.(string); ok && s == "" && k != value.Text {
		return nil
	}
	if k == value.Date || k == "" {
		return f.Data
	}
	return value.Loosely(f.Data, k)
}

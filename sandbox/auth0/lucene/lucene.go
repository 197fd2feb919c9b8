// Package lucene reads the part of Lucene's query syntax that Auth0 takes for
// searching users and logs, and holds JSON objects against it.
package lucene

import (
	"cmp"
	"encoding/json"
	"path"
	"slices"
	"strconv"
	"strings"
)

// Rules are how an index treats its fields.
type Rules struct {
	// Folded are the fields that are compared without regard to case.
	Folded []string
	// Words are the fields that a word without a field is looked for in.
	Words []string
}

// Query is what somebody searches for. The zero value fits everything.
type Query struct {
	rules Rules
	root  node
}

// Match reports whether an object fits.
func (q Query) Match(object map[string]any) bool {
	return q.root == nil || q.root.match(q.rules, object)
}

// Texts returns the whole texts one of which a field must have, and false where the
// query asks for anything else. An index can answer it.
func (q Query) Texts(field string) ([]string, bool) {
	parts, is := q.root.(some)
	if !is {
		parts = some{q.root}
	}
	var out []string
	for _, n := range parts {
		t, is := n.(term)
		if !is || t.field != field || !t.quoted {
			return nil, false
		}
		out = append(out, t.text)
	}
	return out, true
}

// node is a part of a query.
type node interface {
	match(rules Rules, object map[string]any) bool
}

// all fits when every part does, any when one does.
type (
	all  []node
	some []node
	not  struct{ of node }
)

func (n all) match(r Rules, o map[string]any) bool {
	return !slices.ContainsFunc(n, func(x node) bool { return !x.match(r, o) })
}

func (n some) match(r Rules, o map[string]any) bool {
	return slices.ContainsFunc(n, func(x node) bool { return x.match(r, o) })
}

func (n not) match(r Rules, o map[string]any) bool { return !n.of.match(r, o) }

// exists fits objects that have a field.
type exists string

func (n exists) match(_ Rules, o map[string]any) bool { return len(lookup(o, string(n))) > 0 }

// term is a value that a field should have; without a field, one of those that
// words are looked for in.
type term struct {
	field  string
	text   string
	quoted bool
}

func (n term) match(r Rules, o map[string]any) bool {
	fields := []string{n.field}
	if n.field == "" {
		fields = r.Words
	}
	for _, f := range fields {
		folded := slices.Contains(r.Folded, f)
		for _, v := range lookup(o, f) {
			if n.fits(text(v), folded) {
				return true
			}
		}
	}
	return false
}

func (n term) fits(value string, folded bool) bool {
	want := n.text
	if folded {
		value, want = strings.ToLower(value), strings.ToLower(want)
	}
	if n.quoted || !strings.ContainsAny(want, "*?") {
		return value == want
	}
	return wild(want, value)
}

// wild compares with a pattern of * and ?.
func wild(pattern, value string) bool {
	// path.Match knows * and ? too, but stops at slashes and gives brackets a meaning.
	const slash = "\x00"
	clean := strings.NewReplacer("/", slash, "[", `\[`, `\`, `\\`).Replace(pattern)
	ok, err := path.Match(clean, strings.ReplaceAll(value, "/", slash))
	return err == nil && ok
}

// span is a range of values; an empty or starred end is open.
type span struct {
	field             string
	low, high         string
	openLow, openHigh bool // the end itself does not belong to it
}

func (n span) match(_ Rules, o map[string]any) bool {
	return slices.ContainsFunc(lookup(o, n.field), func(v any) bool {
		s := text(v)
		return above(s, n.low, n.openLow) && below(s, n.high, n.openHigh)
	})
}

func unbounded(end string) bool { return end == "" || end == "*" }

func above(v, low string, open bool) bool {
	if unbounded(low) {
		return true
	}
	c := compare(v, low)
	return c > 0 || c == 0 && !open
}

func below(v, high string, open bool) bool {
	if unbounded(high) {
		return true
	}
	if c := compare(v, high); c < 0 || c == 0 && !open {
		return true
	}
	return !open && strings.HasPrefix(v, high) // a day ends with its last moment
}

// compare compares numbers as numbers and everything else, times too, as text.
func compare(a, b string) int {
	if strings.IndexByte(a, ':') >= 0 { // a time
		return strings.Compare(a, b)
	}
	x, err1 := strconv.ParseFloat(a, 64)
	y, err2 := strconv.ParseFloat(b, 64)
	if err1 == nil && err2 == nil {
		return cmp.Compare(x, y)
	}
	return strings.Compare(a, b)
}

// lookup returns the values of a dotted field: those of lists one by one.
func lookup(v any, field string) []any {
	switch x := v.(type) {
	case []any:
		var out []any
		for _, e := range x {
			out = append(out, lookup(e, field)...)
		}
		return out
	case map[string]any:
		if field == "" {
			return []any{x}
		}
		if inner, ok := x[field]; ok { // a name with dots in it
			return lookup(inner, "")
		}
		name, rest, _ := strings.Cut(field, ".")
		if inner, ok := x[name]; ok && rest != "" {
			return lookup(inner, rest)
		}
		return nil
	case nil:
		return nil
	}
	if field != "" {
		return nil
	}
	return []any{v}
}

// text is how a value is compared.
func text(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	b, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(b)
}

package search

import (
	"strings"
	"unicode/utf8"

	"sallyport/internal/detect"
	"sallyport/internal/detect/plain"
)

// planner makes the steps of a plan. Its functions return a step that finds all
// that the condition does, and whether it finds nothing else.
type planner struct {
	ascii   *ascii
	fields  map[string]Field
	columns map[string]Column
}

func anything() (step, bool) { return step{kind: everything}, false }

// all returns the step that finds what each of some finds.
func all(parts []step) step {
	var out []step
	for _, s := range parts {
		switch s.kind { //nolint:exhaustive // of the others nothing is known
		case everything:
			continue
		case nothing:
			return s
		}
		out = append(out, s)
	}
	switch len(out) {
	case 0:
		return step{kind: everything}
	case 1:
		return out[0]
	}
	return step{kind: both, kids: out}
}

// some returns the step that finds what one of some finds.
func some(parts []step) step {
	var out []step
	for _, s := range parts {
		switch s.kind { //nolint:exhaustive // of the others nothing is known
		case everything:
			return s
		case nothing:
			continue
		}
		out = append(out, s)
	}
	switch len(out) {
	case 0:
		return step{kind: nothing}
	case 1:
		return out[0]
	}
	return step{kind: any1, kids: out}
}

// expr plans a condition; within is the path of the element that it is about, ""
// for the event.
func (p *planner) expr(e detect.Expr, within string) (step, bool) {
	switch e := e.(type) {
	case detect.And:
		parts, exact := p.each(e, within)
		return all(parts), exact
	case detect.Or:
		parts, exact := p.each(e, within)
		return some(parts), exact
	case detect.Not:
		s, exact := p.expr(e.Expr, within)
		if !exact || within != "" { // of an element it says nothing about the others
			return anything()
		}
		switch s.kind { //nolint:exhaustive // the others are turned round by finding them
		case everything:
			return step{kind: nothing}, true
		case nothing:
			return step{kind: everything}, true
		}
		return step{kind: other, kids: []step{s}}, true
	case detect.Always:
		if e {
			return step{kind: everything}, true
		}
		return step{kind: nothing}, true
	case detect.Same:
		s, _ := p.expr(e.Expr, join(within, e.Path))
		return s, false
	case detect.Test:
		s, exact := p.test(e, join(within, e.Path))
		return s, exact && within == ""
	}
	return anything()
}

func (p *planner) each(es []detect.Expr, within string) ([]step, bool) {
	parts, exact := make([]step, len(es)), true
	for i, e := range es {
		var ok bool
		parts[i], ok = p.expr(e, within)
		exact = exact && ok
	}
	return parts, exact
}

func join(within, path string) string {
	if within == "" {
		return path
	}
	return within + "." + path
}

// manyValues is from where on it takes less to look at a column than at the page
// of each value.
const manyValues = 8

// test plans a comparison of what is at a path.
func (p *planner) test(t detect.Test, path string) (step, bool) {
	path = strings.ToLower(strings.ReplaceAll(path, "{}", ""))
	column, counted := p.columns[path]
	field := p.fields[path]
	if t.Op == detect.Equal && field != 0 && (!counted || len(t.Values) <= manyValues) {
		if s, ok := p.equal(t, field); ok {
			return s, !t.Cased
		}
	}
	if counted && t.Op != detect.SameAs && t.Op != detect.Exists {
		t.Path = Columns()[column]
		// Of an event without the value and of one where it is empty the column says the
		// same: where the test does not, the column says nothing.
		if plain.Holds(t, eventWith(t.Path, "")) == plain.Holds(t, emptyAt(t.Path)) {
			return step{kind: ofColumn, column: column, test: t, holds: map[string]bool{}}, true
		}
	}
	return p.byWords(t, path)
}

func emptyAt(path string) any {
	head, rest, more := strings.Cut(path, ".")
	if !more {
		return map[string]any{head: ""}
	}
	return map[string]any{head: emptyAt(rest)}
}

// equal plans that a field has one of some values, or all of them.
func (p *planner) equal(t detect.Test, f Field) (step, bool) {
	parts := make([]step, len(t.Values))
	for i, v := range t.Values {
		if v.IsNum || v.Text == "" {
			return step{}, false
		}
		parts[i] = step{kind: ofTerm, term: p.ascii.value(f, []byte(v.Text))}
	}
	if t.All {
		return all(parts), true
	}
	return some(parts), true
}

// byWords plans a comparison by the words that a value must have in it to pass.
func (p *planner) byWords(t detect.Test, path string) (step, bool) {
	for _, u := range unread() {
		u = strings.ToLower(u)
		if path == u || strings.HasPrefix(path, u+".") {
			return anything()
		}
	}
	parts := make([]step, len(t.Values))
	for i, v := range t.Values {
		var must []step
		for _, term := range p.within(t.Op, v) {
			must = append(must, step{kind: ofTerm, term: term})
		}
		parts[i] = all(must)
	}
	if len(parts) == 0 {
		return anything()
	}
	if t.All {
		return all(parts), false
	}
	return some(parts), false
}

// within returns words that every value has that passes a comparison.
func (p *planner) within(op detect.Op, v detect.Value) []Term {
	begins, ends := false, false // the text's ends are those of the value
	switch op {
	case detect.Equal:
		begins, ends = true, true
	case detect.StartsWith:
		begins = true
	case detect.EndsWith:
		ends = true
	case detect.Contains:
	default:
		return nil
	}
	if v.IsNum {
		return nil
	}
	text := v.Text
	if !begins {
		text = strings.TrimLeftFunc(text, p.mayGoOn)
	}
	if !ends {
		text = strings.TrimRightFunc(text, p.mayGoOn)
	}
	var out []Term
	p.ascii.words([]byte(text), func(t Term) { out = append(out, t) })
	return out
}

// mayGoOn reports whether a character at the end of a text may be in the middle
// of a word where the text occurs.
func (p *planner) mayGoOn(r rune) bool {
	return r >= utf8.RuneSelf || r == '.' || p.ascii.class[r] != separator
}

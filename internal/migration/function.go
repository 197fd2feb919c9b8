package migration

import (
	"regexp"
	"slices"
	"strings"

	"sallyport/internal/flopack"
	"sallyport/internal/function"
	"sallyport/internal/value"
)

// function translates a card whose work one of our functions does.
func (f *frame) function(c *flopack.Card, fn function.Function, at string) *value.Object {
	o := f.begin(c, at, fn.Title)
	o.Set("use", fn.ID)
	with := value.NewObject(len(c.Inputs))
	switch fn.ID {
	case "text.compose":
		f.compose(c, with)
	case "object.get_multiple":
		f.paths(c, with)
	default:
		f.arguments(c, fn, with)
	}
	if with.Len() > 0 {
		o.Set("with", with)
	}
	f.outputs(c, func(out *flopack.Field) []string {
		port, _, ok := port(fn.Out, out)
		switch {
		case !ok:
			return nil
		case strings.HasSuffix(port.Okta, "*"):
			return []string{port.Name, out.Key}
		}
		return []string{port.Name}
	})
	made := f.made[c]
	f.made[c] = func(out *flopack.Field) expr {
		e := made(out)
		if p, _, ok := port(fn.Out, out); ok && p.Type != value.Any && !strings.HasSuffix(p.Okta, "*") {
			e.kind = p.Type
		}
		return e
	}
	return o
}

// port returns the port that a card's field belongs to, and its place; a port that
// takes all of a group comes after those that name the field.
func port(ports []function.Port, field *flopack.Field) (function.Port, int, bool) {
	key := grouped(field)
	for i, p := range ports {
		if p.Okta == key || p.Okta == "" && p.Name == key {
			return p, i, true
		}
	}
	all := grouped(&flopack.Field{Group: field.Group, Key: "*"})
	for i, p := range ports {
		if p.Okta == all {
			return p, i, true
		}
	}
	return function.Port{}, 0, false
}

// asGiven reports whether a function takes its further inputs without looking at
// what their kinds are declared to be.
func asGiven(id string) bool { return id == "control.assign" }

// arguments lays out a card's inputs as our function takes them: its ports in
// their order, then what else it takes.
func (f *frame) arguments(c *flopack.Card, fn function.Function, with *value.Object) {
	byPort := make([][]*flopack.Field, len(fn.In))
	var more []*flopack.Field
	for _, in := range c.Inputs {
		if _, i, ok := port(fn.In, in); ok && (!in.Custom || !fn.Extensible) {
			byPort[i] = append(byPort[i], in)
		} else if fn.Extensible && in.Group != "context" {
			more = append(more, in)
		}
	}
	for i, p := range fn.In {
		f.port(c, p, byPort[i], with)
	}
	f.further(c, fn, more, with)
}

// flowType is the type of a field that names a flow.
const flowType = "flo"

// port gives a port of our function what the fields of a card that belong to it
// have. What is empty is left out where that is the same.
func (f *frame) port(c *flopack.Card, p function.Port, fields []*flopack.Field, with *value.Object) {
	if strings.HasSuffix(p.Okta, "*") {
		f.rest(c, p, fields, with)
		return
	}
	for _, in := range fields {
		e := f.value(c, in)
		switch id, named := in.Data.(string); {
		case in.Type == flowType && named:
			e = literal(f.u.t.slugs[id])
		case p.Type == value.Text:
			e = e.plainText()
		case opposite(p.Okta) != "":
			e = f.side(c, in.Group, in.Key)
		}
		if !e.empty() || !e.null() && (p.Type == value.Text || p.Type == value.Any) {
			with.Set(p.Name, e.source())
		}
	}
}

// further are the inputs that a function takes beside those of its ports.
func (f *frame) further(c *flopack.Card, fn function.Function, fields []*flopack.Field, with *value.Object) {
	next := map[string]int{} // the number to try next, by name
	for n, in := range fields {
		e := f.value(c, in)
		if !asGiven(fn.ID) {
			e = f.declared(e, in, fn.ID)
		}
		name := in.Key
		if labels(fn.ID) && madeUp(strings.ReplaceAll(strings.ReplaceAll(name, "-", "0"), "_", "0")) {
			name = sprintf("item %d", n+1)
		}
		for i := max(2, next[in.Key]); has(with, name); i++ {
			name, next[in.Key] = sprintf("%s %d", in.Key, i), i+1
		}
		with.Set(name, e.source())
	}
}

// labels reports whether the names of a function's inputs are only for people.
func labels(id string) bool {
	return slices.Contains([]string{"list.construct", "list.union", "object.merge", "text.concatenate", "boolean.and", "boolean.or", "boolean.xor"}, id)
}

// declared converts a value to the kind that a field of the author's own
// declares, where it matters.
func (f *frame) declared(e expr, in *flopack.Field, function string) expr {
	k := kindOf(in)
	if k == value.Text && (function == "text.concatenate" || function == "text.compose") {
		return e.plainText()
	}
	return e.as(k)
}

func has(o *value.Object, name string) bool {
	_, ok := o.Get(name)
	return ok
}

// rest puts all fields of a group into one object.
func (f *frame) rest(c *flopack.Card, p function.Port, fields []*flopack.Field, with *value.Object) {
	all := value.NewObject(len(fields))
	for _, in := range fields {
		all.Set(in.Key, f.declared(f.value(c, in), in, "").source())
	}
	if all.Len() > 0 {
		with.Set(p.Name, all)
	}
}

// paths are those that a Get Multiple gives the values at.
func (f *frame) paths(c *flopack.Card, with *value.Object) {
	with.Set("object", f.at(c, "", "object").source())
	paths := []any{}
	for _, out := range c.Outputs {
		paths = append(paths, out.Key)
	}
	with.Set("paths", paths)
}

var placeholders = regexp.MustCompile(`\{\{\{([^{}]*)\}\}\}`)

// compose writes values into the text where that is the same, and gives them by
// name where it is not.
func (f *frame) compose(c *flopack.Card, with *value.Object) {
	values, named := map[string]expr{}, value.NewObject(0)
	text := f.words(c, values, named)
	wanted := map[string]bool{}
	for _, m := range placeholders.FindAllStringSubmatch(text, -1) {
		wanted[m[1]] = true
	}
	for _, in := range c.Inputs {
		if in.Key == "_text_" || in.Group == "context" {
			continue
		}
		e := f.declared(f.value(c, in), in, "text.compose")
		values[in.Key] = e
		if wanted[in.Key] {
			named.Set(in.Key, e.source())
		}
	}
	if s, ok := composed(text, values); ok {
		with.Set("text", s)
		return
	}
	with.Set("text", literal(text).source())
	if named.Len() > 0 {
		with.Set("values", named)
	}
}

// maxText is how long a text is, in bytes, into which values are still written.
const maxText = 1 << 20

// composed is a text with references in place of its placeholders; it is not to
// be used where the words between would read as references then.
func composed(text string, values map[string]expr) (string, bool) {
	var b strings.Builder
	last := 0
	word := func(s string) bool {
		b.WriteString(s)
		return !strings.Contains(s, "{{") && !strings.HasSuffix(s, "{")
	}
	for _, m := range placeholders.FindAllStringSubmatchIndex(text, -1) {
		e, ok := values[text[m[2]:m[3]]]
		if !ok || b.Len() > maxText || !word(text[last:m[0]]) {
			return "", false
		}
		s, ok := e.within()
		if !ok {
			return "", false
		}
		b.WriteString(s)
		last = m[1]
	}
	rest := text[last:]
	b.WriteString(rest)
	return b.String(), !strings.Contains(rest, "{{") && b.Len() < maxText
}

// words is the text of a Compose; secrets in it become values.
func (f *frame) words(c *flopack.Card, values map[string]expr, byName *value.Object) string {
	for _, in := range c.Inputs {
		if in.Key != "_text_" {
			continue
		}
		s := value.String(in.Data)
		s, found := f.u.masked("text", s, func(option string) string {
			values["options."+option] = ref("options", option)
			byName.Set("options."+option, ref("options", option).source())
			return "{{{options." + option + "}}}"
		})
		if !found {
			f.u.own("text", s)
		}
		return s
	}
	return ""
}

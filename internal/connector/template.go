package connector

import (
	"errors"
	"maps"
	"regexp"
	"slices"

	"sallyport/internal/value"
)

// tree is a template of a request: plain data in which texts refer to inputs,
// settings, secrets and variables. It differs from [value.Template] in one
// thing: a field or an item that is a reference and nothing else, to something
// that is not there, is left out, and so is an object of which nothing is left.
type tree struct {
	leaf  value.Template
	names []string // of an object
	parts []tree   // of an object or a list
	kind  value.Kind
}

// parseTree reads a tree from a value.
func parseTree(v any) (tree, error) {
	switch v := v.(type) {
	case []any:
		t := tree{kind: value.List}
		for _, e := range v {
			part, err := parseTree(e)
			if err != nil {
				return t, err
			}
			t.parts = append(t.parts, part)
		}
		return t, nil
	case *value.Object:
		t := tree{kind: value.Obj}
		for k, e := range v.All() {
			part, err := parseTree(e)
			if err != nil {
				return t, err
			}
			t.names, t.parts = append(t.names, k), append(t.parts, part)
		}
		return t, nil
	}
	leaf, err := value.ParseTemplate(v)
	if err == nil && leaf.Filtered() {
		err = errors.New("a connector's templates take no filters; use an expression")
	}
	return tree{leaf: leaf, kind: value.Any}, err
}

// firstOf is the kind of a tree that is the first of its parts that is not empty.
const firstOf value.Kind = "first"

// eval returns the tree's value. It is absent where it is one reference to
// nothing.
func (t tree) eval(s scope) (v any, present bool) {
	switch t.kind {
	case value.List:
		list := []any{}
		for _, part := range t.parts {
			if v, ok := part.eval(s); ok {
				list = append(list, v)
			}
		}
		return list, true
	case value.Obj:
		o := value.NewObject(len(t.parts))
		for i, part := range t.parts {
			if v, ok := part.eval(s); ok && !part.emptied(v) {
				o.Set(t.names[i], v)
			}
		}
		return o, true
	case firstOf:
		for _, part := range t.parts {
			if v, _ := part.eval(s); !value.Empty(v) {
				return v, true
			}
		}
		return nil, false
	case "":
		return nil, false
	default:
		v = t.leaf.Eval(s.lookup)
		_, alone := t.leaf.Ref()
		return v, v != nil || !alone
	}
}

// emptied reports whether v is an object that the tree has fields for, and none
// is left.
func (t tree) emptied(v any) bool {
	o, ok := v.(*value.Object)
	return ok && t.kind == value.Obj && len(t.names) > 0 && o.Len() == 0
}

// text returns the tree's value as text.
func (t tree) text(s scope) string {
	v, _ := t.eval(s)
	return value.String(v)
}

func (t tree) empty() bool { return t.kind == "" }

func (t tree) refs() []value.Ref {
	if t.kind == value.Any {
		return t.leaf.Refs()
	}
	var refs []value.Ref
	for _, part := range t.parts {
		refs = append(refs, part.refs()...)
	}
	return refs
}

// uses reports whether the tree refers to something below a root.
func (t tree) uses(root string) bool {
	return slices.ContainsFunc(t.refs(), func(r value.Ref) bool { return r[0] == root })
}

// scope is what templates and expressions see: inputs, settings and so on.
type scope map[string]any

func (s scope) lookup(ref value.Ref) any {
	root, ok := s[ref[0]]
	if !ok {
		return nil
	}
	return value.Walk(root, ref[1:])
}

// with returns the scope with more in it.
func (s scope) with(more scope) scope {
	out := maps.Clone(s)
	maps.Copy(out, more)
	return out
}

// scopeNames says what may be referred to: roots, and below them the names
// that there are. A nil list is anything.
type scopeNames map[string][]string

func (n scopeNames) roots() []string { return slices.Sorted(maps.Keys(n)) }

func (n scopeNames) with(more scopeNames) scopeNames {
	out := maps.Clone(n)
	maps.Copy(out, more)
	return out
}

func (n scopeNames) without(root string) scopeNames {
	out := maps.Clone(n)
	delete(out, root)
	return out
}

// unknown returns what a reference refers to in vain, or "".
func (n scopeNames) unknown(ref value.Ref) string {
	names, ok := n[ref[0]]
	if !ok {
		return ref[:1].String()
	}
	if names != nil && len(ref) > 1 && !slices.Contains(names, ref[1]) {
		return ref[:2].String()
	}
	return ""
}

// dotted finds what expressions refer to: inputs.user, not text.inputs.
var dotted = regexp.MustCompile(`(?:^|[^.\w"'])(inputs|settings|vars)\.([A-Za-z_]\w*)`)

// unknownIn returns the first of the names in an expression that there is not.
func (n scopeNames) unknownIn(source string) string {
	for _, m := range dotted.FindAllStringSubmatch(source, -1) {
		if unknown := n.unknown(value.Ref{m[1], m[2]}); unknown != "" {
			return unknown
		}
	}
	return ""
}

package sigma

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"sallyport/internal/detect"
)

// search is a named part of a detection.
type search struct {
	name string
	expr detect.Expr
}

// detection reads the searches of a detection and the condition over them.
func (r *reader) detection(n *yaml.Node, path string) detect.Expr {
	entries := r.entries(n, path)
	return r.searched(n, path, entries)
}

func (r *reader) searched(n *yaml.Node, path string, entries []entry) detect.Expr {
	var searches []search
	var condition *entry
	for _, e := range entries {
		at := join(path, e.name)
		switch e.name {
		case "condition":
			condition = &e
		case "timeframe":
			r.fail(e.key, at, "a time frame belongs to a correlation; write a second document with correlation: and timespan:")
		default:
			searches = append(searches, search{e.name, r.search(e.value, at)})
		}
	}
	if len(searches) == 0 {
		r.fail(n, path, "there is no search here; write one, such as selection: with fields, and a condition")
		return detect.Always(false)
	}
	if condition == nil {
		r.fail(n, join(path, "condition"), "a condition is missing; write one, such as condition: selection")
		return detect.Always(false)
	}
	return r.conditions(*condition, join(path, "condition"), searches)
}

// search reads the value of one search: a map of fields, a list of such maps,
// or texts to be found anywhere in the event.
func (r *reader) search(n *yaml.Node, path string) detect.Expr {
	switch n = r.resolved(n); n.Kind {
	case yaml.MappingNode:
		return r.fields(n, path, false)
	case yaml.SequenceNode:
		return r.alternatives(n, path)
	default:
		if isNull(n) {
			r.fail(n, path, "there is nothing in this search; write fields with values, or texts")
			return detect.Always(false)
		}
		return r.keywords([]*yaml.Node{n}, path, modifiers{})
	}
}

// alternatives reads a list of maps and of texts, one of which must hold.
func (r *reader) alternatives(n *yaml.Node, path string) detect.Expr {
	var parts detect.Or
	var texts []*yaml.Node
	for _, item := range n.Content {
		switch item = r.resolved(item); {
		case item.Kind == yaml.MappingNode:
			parts = append(parts, r.fields(item, path, false))
		case item.Kind == yaml.ScalarNode && !isNull(item):
			texts = append(texts, item)
		default:
			r.fail(item, path, "a map of fields or a text is wanted here")
		}
	}
	if len(texts) > 0 {
		parts = append(parts, r.keywords(texts, path, modifiers{}))
	}
	switch len(parts) {
	case 0:
		r.fail(n, path, "there is nothing in this list; write fields with values, or texts")
		return detect.Always(false)
	case 1:
		return parts[0]
	}
	return parts
}

// fields reads a map of fields, all of which must hold. Inside of an element of
// a list, names stand for themselves.
func (r *reader) fields(n *yaml.Node, path string, inside bool) detect.Expr {
	var parts detect.And
	for _, e := range r.entries(n, path) {
		parts = append(parts, r.field(e, join(path, e.name), inside))
	}
	switch len(parts) {
	case 0:
		r.fail(n, path, "there is nothing in this map; write fields with values")
		return detect.Always(false)
	case 1:
		return parts[0]
	}
	return parts
}

// field reads one line of a map of fields: field|modifier: value.
func (r *reader) field(e entry, path string, inside bool) detect.Expr {
	name, _, _ := strings.Cut(e.name, "|")
	mods, ok := r.modifiers(e, path)
	if !ok {
		return detect.Always(false)
	}
	if mods.same {
		return r.same(e.value, name, path, inside)
	}
	values, ok := r.values(e.value, path)
	switch {
	case !ok:
		return detect.Always(false)
	case mods.all && len(values) == 1:
		r.fail(e.value, path, "all needs several values; write one search for each field that is asked for twice")
		return detect.Always(false)
	case name == "":
		return r.keywords(values, path, mods)
	}
	at, ok := r.path(e.key, name, path, inside)
	if !ok {
		return detect.Always(false)
	}
	return r.compare(at, values, path, mods)
}

// same reads what must hold of one element of a list.
func (r *reader) same(n *yaml.Node, name, path string, inside bool) detect.Expr {
	at, ok := r.path(n, name, path, inside)
	if !ok {
		return detect.Always(false)
	}
	switch n.Kind {
	case yaml.MappingNode:
		return detect.Same{Path: at, Expr: r.fields(n, path, true)}
	case yaml.SequenceNode:
		var parts detect.Or
		for _, item := range n.Content {
			parts = append(parts, r.fields(r.resolved(item), path, true))
		}
		if len(parts) > 0 {
			return detect.Same{Path: at, Expr: parts}
		}
	default:
	}
	r.fail(n, path, "same has a map of fields of one element, or a list of such maps")
	return detect.Always(false)
}

// values are the scalars of a field: one, or those of a list.
func (r *reader) values(n *yaml.Node, path string) ([]*yaml.Node, bool) {
	switch {
	case n.Kind == yaml.ScalarNode:
		return []*yaml.Node{n}, true
	case n.Kind == yaml.MappingNode:
		if texts, ok := r.braces(n); ok {
			return texts, true
		}
		r.fail(n, path, "a map is no value; write the whole path of a field as its name, quote a text in braces, or use |same for one element of a list")
		return nil, false
	case len(n.Content) == 0:
		r.fail(n, path, "the list is empty and would match nothing; write values, or null for a field that is not there")
		return nil, false
	}
	var values []*yaml.Node
	for _, item := range n.Content {
		if item = r.resolved(item); item.Kind != yaml.ScalarNode {
			r.fail(item, path, "a list has plain values here; lists in lists and maps are not known")
			return nil, false
		}
		values = append(values, item)
	}
	return values, true
}

// braces takes {name} for a placeholder that somebody forgot to quote, so that
// YAML reads a map. Without a value it stands for itself, as in quotes.
func (r *reader) braces(n *yaml.Node) ([]*yaml.Node, bool) {
	if len(n.Content) != 2 || n.Style&yaml.FlowStyle == 0 || !isNull(n.Content[1]) {
		return nil, false
	}
	name := n.Content[0].Value
	if at := bracedName.FindStringIndex("{" + name + "}"); at == nil || at[1]-at[0] != len(name)+2 {
		return nil, false
	}
	return []*yaml.Node{{Kind: yaml.ScalarNode, Tag: "!!str", Value: "{" + name + "}", Line: n.Line}}, true
}

// path is where in an event a field is.
func (r *reader) path(n *yaml.Node, name, path string, inside bool) (string, bool) {
	if !inside {
		if mapped, ok := r.options.Fields[name]; ok {
			return mapped, true
		}
		name = strings.TrimPrefix(name, r.options.Prefix)
	}
	segments := strings.Split(name, ".")
	for i, segment := range segments {
		if segments[i] = strings.TrimSuffix(segment, "{}"); segments[i] == "" {
			r.fail(n, path, "the field has an empty part; write names with one dot between them")
			return "", false
		}
	}
	return strings.Join(segments, "."), true
}

package document

import (
	"strings"

	"sallyport/internal/scim/fault"
	"sallyport/internal/scim/filter"
	"sallyport/internal/scim/schema"
	"sallyport/internal/value"
)

// Projection is the choice of attributes that an answer has (RFC 7644 section
// 3.9). The zero value leaves documents as they are.
type Projection struct {
	only    *names // nil for all
	without *names
}

// names is a tree of names in small letters. A schema's URN is the name of
// what it extends.
type names struct {
	whole bool
	sub   map[string]*names
}

// Project reads the parameters attributes and excludedAttributes. A filter of
// values in attributes does not choose among them: all of them are shown. The
// error is an invalidPath fault.
func Project(r *schema.Resource, attributes, excluded []string) (Projection, error) {
	only, err := namesOf(r, attributes, true)
	if err != nil {
		return Projection{}, err
	}
	without, err := namesOf(r, excluded, false)
	return Projection{only, without}, err
}

func namesOf(r *schema.Resource, paths []string, filtered bool) (*names, error) {
	var root *names
	for _, s := range paths {
		if s = strings.TrimSpace(s); s == "" {
			continue
		}
		p, err := filter.ParsePath(s)
		if err != nil || p.Filter != nil && !filtered {
			return nil, fault.New(fault.InvalidPath, "%.80q is no name of an attribute", s)
		}
		if root == nil {
			root = &names{}
		}
		at := r.Resolve(p)
		n := root
		for _, name := range []string{at.Extension, at.AttrName, at.SubName} {
			if name != "" {
				n = n.child(Fold(name))
			}
		}
		n.whole = true
		if !at.Known { // the URN of an extension that no schema has
			root.child(Fold(p.String())).whole = true
		}
	}
	return root, nil
}

func (n *names) child(name string) *names {
	if n.sub == nil {
		n.sub = map[string]*names{}
	}
	if n.sub[name] == nil {
		n.sub[name] = &names{}
	}
	return n.sub[name]
}

func (n *names) at(name string) *names {
	if n == nil {
		return nil
	}
	return n.sub[Fold(name)]
}

// Chosen reports whether the client asked for a choice at all.
func (p Projection) Chosen() bool { return p.only != nil || p.without != nil }

// Shows reports whether an answer has any of an attribute of the core.
func (p Projection) Shows(attribute string) bool {
	if n := p.without.at(attribute); n != nil && n.whole {
		return false
	}
	return p.only == nil || p.only.at(attribute) != nil
}

// Of returns what an answer has of a document.
func (p Projection) Of(r *schema.Resource, doc *value.Object) *value.Object {
	if !p.Chosen() {
		return doc
	}
	out := value.NewObject(doc.Len())
	for k, v := range doc.All() {
		if a := r.Attribute(k); a != nil && a.Returned == schema.Always {
			out.Set(k, v)
			continue
		}
		if p.only != nil {
			v = keep(p.only.at(k), v)
		}
		if v = drop(p.without.at(k), v); v != nil {
			out.Set(k, v)
		}
	}
	return out
}

// keep returns what of a value is named, or null.
func keep(n *names, v any) any {
	if n == nil || n.whole {
		if n == nil {
			return nil
		}
		return v
	}
	return each(v, func(k string, v any) any { return keep(n.at(k), v) })
}

// drop returns what of a value is not named, or null.
func drop(n *names, v any) any {
	if n == nil {
		return v
	}
	if n.whole {
		return nil
	}
	return each(v, func(k string, v any) any { return drop(n.at(k), v) })
}

// each passes the fields of an object, or of the objects of a list, through f.
func each(v any, f func(string, any) any) any {
	switch v := v.(type) {
	case *value.Object:
		out := value.NewObject(v.Len())
		for k, e := range v.All() {
			if e = f(k, e); e != nil {
				out.Set(k, e)
			}
		}
		if out.Len() == 0 {
			return nil
		}
		return out
	case []any:
		out := make([]any, 0, len(v))
		for _, e := range v {
			if e = each(e, f); e != nil {
				out = append(out, e)
			}
		}
		if len(out) == 0 {
			return nil
		}
		return out
	}
	return v
}

// Key is what a document is sorted by. Documents without are behind those with,
// in ascending order (RFC 7644 section 3.4.2.3).
type Key struct {
	None bool   `json:"n,omitempty"`
	Text string `json:"t,omitempty"`
}

// Compare orders two keys.
func (k Key) Compare(o Key) int {
	switch {
	case k.None == o.None:
		return strings.Compare(k.Text, o.Text)
	case k.None:
		return 1
	default:
		return -1
	}
}

// SortBy returns the key of documents for a path: of several values, the
// primary one or the first. The error is an invalidPath fault.
func SortBy(r *schema.Resource, path string) (func(*value.Object) Key, error) {
	p, err := filter.ParsePath(path)
	if err != nil {
		return nil, fault.New(fault.InvalidPath, "sortBy: %v", err)
	}
	at := r.Resolve(p)
	leaf := at.Leaf()
	if leaf != nil && leaf.Type == schema.Complex && leaf.Lookup("value") == nil || at.AttrName == "" || p.Filter != nil {
		return nil, fault.New(fault.InvalidPath, "sortBy: %s is no attribute with one value", path)
	}
	return func(doc *value.Object) Key {
		o := doc
		if at.Extension != "" {
			_, v := Field(doc, at.Extension)
			o, _ = v.(*value.Object)
		}
		_, v := Field(o, at.AttrName)
		if v = preferred(v); at.SubName != "" {
			o, _ := v.(*value.Object)
			_, v = Field(o, at.SubName)
		}
		if o, ok := v.(*value.Object); ok {
			v = o.At("value")
		}
		text := value.String(v)
		if leaf == nil || !leaf.CaseExact {
			text = Fold(text)
		}
		return Key{None: value.Empty(v), Text: text}
	}, nil
}

// preferred returns the primary or else first value of a list.
func preferred(v any) any {
	list, ok := v.([]any)
	if !ok {
		return v
	}
	for _, e := range list {
		if isPrimary(e) {
			return e
		}
	}
	if len(list) == 0 {
		return nil
	}
	return list[0]
}

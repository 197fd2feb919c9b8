// Package document reads, compares, changes and shows the documents of SCIM
// resources: ordered JSON objects that keep what the client sent, under the
// names that the schemas give. It knows no HTTP and keeps nothing.
//
// Documents are never changed in place: what changes one returns another.
package document

import (
	"slices"
	"strings"

	"sallyport/internal/scim/fault"
	"sallyport/internal/scim/filter"
	"sallyport/internal/scim/schema"
	"sallyport/internal/value"
)

// MaxValues bounds the values of a multi-valued attribute in a document.
// Members of groups are no part of it.
const MaxValues = 500

// MaxFields bounds the fields of an object in a document.
const MaxFields = 250

// Fold returns the text that two texts have in common that differ in letter
// case only. Who keeps an index of names keeps it of this.
func Fold(s string) string { return strings.ToLower(s) }

// Normalize returns the document that a client's POST or PUT stands for: names
// as the schemas write them, booleans and numbers of their type though they come
// as text, empty values left out, extensions under their URN. What the server
// writes itself (id, meta, groups) and the password are left out; names that no
// schema knows are kept. The errors are invalidSyntax and invalidValue faults.
func Normalize(r *schema.Resource, in *value.Object) (*value.Object, error) {
	if err := bounded(in); err != nil {
		return nil, err
	}
	out := value.NewObject(in.Len() + 1)
	out.Set("schemas", nil)
	var named any
	for key, v := range in.All() {
		if strings.EqualFold(key, "schemas") {
			named = v
			continue
		}
		if a := r.Attribute(key); a != nil {
			if err := set(out, a, v); err != nil {
				return nil, err
			}
			continue
		}
		var err error
		if out, err = merge(r, out, key, v); err != nil {
			return nil, err
		}
	}
	list, err := schemas(r, named, out)
	if err != nil {
		return nil, err
	}
	out.Set("schemas", list)
	return out, nil
}

// bounded refuses an object with more fields than a document's may have.
func bounded(o *value.Object) error {
	if o.Len() > MaxFields {
		return fault.New(fault.InvalidValue, "an object has %d fields, which is more than %d", o.Len(), MaxFields)
	}
	return nil
}

// Missing returns an error where an attribute that the resource needs is not
// there or blank.
func Missing(r *schema.Resource, doc *value.Object) error {
	for _, a := range r.Core.Attributes {
		if s, ok := doc.At(a.Name).(string); a.Required && (!ok || strings.TrimSpace(s) == "") {
			return fault.New(fault.InvalidValue, "%s is required", a.Name)
		}
	}
	return nil
}

// set puts an attribute of the core into a document that nobody else has.
func set(out *value.Object, a *schema.Attribute, v any) error {
	if !writable(a) {
		return nil
	}
	v, err := convert(a, a.Name, v)
	if err == nil && v != nil {
		out.Set(a.Name, v)
	}
	return err
}

// writable reports whether a client's value of the attribute is kept.
func writable(a *schema.Attribute) bool {
	return a == nil || a.Mutability == schema.ReadWrite || a.Mutability == schema.Immutable
}

// merge puts a field with a name that is no attribute of the core as it stands:
// a URN, a dotted path, or a name that no schema knows.
func merge(r *schema.Resource, out *value.Object, key string, v any) (*value.Object, error) {
	path, err := filter.ParsePath(key)
	if err != nil || path.URN == "" && (path.Sub == "" || r.Attribute(path.Attr) == nil) {
		return change(out, key, func(any) (any, error) { return v, nil })
	}
	return apply(r, out, Operation{Op: Replace, Path: path, Value: v, implicit: true})
}

// schemas lists the core schema, what the client named, and what the document
// has besides.
func schemas(r *schema.Resource, named any, doc *value.Object) ([]any, error) {
	list := []any{r.Core.ID}
	add := func(urn string) {
		if s := r.Extension(urn); s != nil {
			urn = s.ID
		}
		if !slices.ContainsFunc(list, func(v any) bool { return strings.EqualFold(v.(string), urn) }) {
			list = append(list, urn)
		}
	}
	if named != nil {
		texts, ok := named.([]any)
		core := false
		for _, v := range texts {
			s, isText := v.(string)
			core = core || strings.EqualFold(s, r.Core.ID)
			if ok = ok && isText; ok {
				add(s)
			}
		}
		if !ok || !core && len(texts) > 0 {
			return nil, fault.New(fault.InvalidSyntax, "schemas is to be a list of texts with %s in it", r.Core.ID)
		}
	}
	for key := range doc.All() {
		if isURN(key) {
			add(key)
		}
	}
	return list, nil
}

func isURN(key string) bool { return len(key) > 4 && strings.EqualFold(key[:4], "urn:") }

// Field returns the field of a name in any letter case, and its name as it
// stands there. The name that is the same to the letter wins.
func Field(o *value.Object, name string) (key string, v any) {
	if v, ok := o.Get(name); ok {
		return name, v
	}
	for k, v := range o.All() {
		if strings.EqualFold(k, name) {
			return k, v
		}
	}
	return name, nil
}

// change returns an object in which a field is what f makes of it: null takes
// it away.
func change(o *value.Object, name string, f func(old any) (any, error)) (*value.Object, error) {
	key, old := Field(o, name)
	v, err := f(old)
	if err != nil {
		return nil, err
	}
	if v == nil {
		return o.Without(key), nil
	}
	return o.With(key, v), nil
}

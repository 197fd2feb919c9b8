package document

import (
	"errors"
	"net/http"
	"strings"

	"sallyport/internal/scim/fault"
	"sallyport/internal/scim/filter"
	"sallyport/internal/scim/schema"
	"sallyport/internal/value"
)

// PatchURN is the schema of a PATCH request (RFC 7644 section 3.5.2).
const PatchURN = "urn:ietf:params:scim:api:messages:2.0:PatchOp"

// MaxOperations bounds the operations of one PATCH.
const MaxOperations = 5000

// Op is what an operation of a PATCH does.
type Op string

// The operations.
const (
	Add     Op = "add"
	Replace Op = "replace"
	Remove  Op = "remove"
)

// Operation is one change. It always has a path: an operation that came
// without one is as many operations as its value has fields.
type Operation struct {
	Op       Op
	Path     filter.Path
	Value    any
	implicit bool // the path was a field of the value
}

// ParsePatch reads the body of a PATCH. Names and operations may be in any
// letter case. The errors are invalidSyntax, invalidPath, invalidValue and
// noTarget faults.
func ParsePatch(r *schema.Resource, body *value.Object) ([]Operation, error) {
	if _, named := Field(body, "schemas"); named != nil {
		if list, ok := named.([]any); !ok || !value.Member(list, PatchURN) {
			return nil, fault.New(fault.InvalidSyntax, "schemas is to have %s in it", PatchURN)
		}
	}
	_, v := Field(body, "Operations")
	list, ok := v.([]any)
	switch {
	case !ok || len(list) == 0:
		return nil, fault.New(fault.InvalidSyntax, "Operations is to be a list with one operation or more")
	case len(list) > MaxOperations:
		return nil, tooMany(len(list))
	}
	var ops []Operation
	for i, item := range list {
		o, ok := item.(*value.Object)
		if !ok {
			return nil, fault.New(fault.InvalidSyntax, "operation %d is no object", i+1)
		}
		parsed, err := operation(r, o)
		if err != nil {
			if f, ok := errors.AsType[*fault.Error](err); ok && len(list) > 1 {
				return nil, fault.New(f.Type, "operation %d: %s", i+1, f.Detail)
			}
			return nil, err
		}
		if ops = append(ops, parsed...); len(ops) > MaxOperations {
			return nil, tooMany(len(ops))
		}
	}
	return ops, nil
}

func tooMany(n int) error {
	return fault.Status(http.StatusRequestEntityTooLarge, "%d operations are more than %d", n, MaxOperations)
}

func operation(r *schema.Resource, o *value.Object) ([]Operation, error) {
	_, name := Field(o, "op")
	_, where := Field(o, "path")
	_, val := Field(o, "value")
	text, _ := name.(string)
	op := Op(strings.ToLower(text))
	if op != Add && op != Replace && op != Remove {
		return nil, fault.New(fault.InvalidSyntax, "op is to be add, replace or remove")
	}
	path, ok := where.(string)
	if where != nil && !ok {
		return nil, fault.New(fault.InvalidPath, "path is to be a text")
	}
	if path = strings.TrimSpace(path); path == "" {
		return fields(r, op, val)
	}
	p, err := filter.ParsePath(path)
	if err != nil {
		return nil, fault.New(fault.InvalidPath, "path: %v", err)
	}
	if isCore(r, p) {
		return fields(r, op, val)
	}
	if op == Add && val == nil {
		return nil, fault.New(fault.InvalidValue, "an add to %s has no value", path)
	}
	return []Operation{{Op: op, Path: p, Value: val}}, nil
}

// fields makes an operation of each field of a value that came without path.
// Entra ID writes paths for names there: "name.givenName", and URNs.
func fields(r *schema.Resource, op Op, val any) ([]Operation, error) {
	if op == Remove {
		return nil, fault.New(fault.NoTarget, "a remove needs a path")
	}
	o, ok := val.(*value.Object)
	if !ok {
		return nil, fault.New(fault.InvalidValue, "the value of an operation without path is to be an object")
	}
	if err := bounded(o); err != nil {
		return nil, err
	}
	var ops []Operation
	for k, v := range o.All() {
		p, err := filter.ParsePath(k)
		if err != nil {
			p = filter.Path{Attr: k}
		}
		if isCore(r, p) {
			nested, err := fields(r, op, v)
			if err != nil {
				return nil, err
			}
			ops = append(ops, nested...)
			continue
		}
		ops = append(ops, Operation{Op: op, Path: p, Value: v, implicit: true})
	}
	return ops, nil
}

// isCore reports whether a path is the URN of the core schema and no more.
func isCore(r *schema.Resource, p filter.Path) bool {
	at := r.Resolve(p)
	return at.Known && at.Extension == "" && at.AttrName == ""
}

// Patch returns the document after all operations, or the first error and no
// document: all or nothing. The faults are those of RFC 7644 section 3.5.2.
func Patch(r *schema.Resource, doc *value.Object, ops []Operation) (*value.Object, error) {
	out := doc
	for _, op := range ops {
		if strings.EqualFold(op.Path.Attr, "schemas") && op.Path.URN == "" {
			continue // it says what there is, and follows by itself
		}
		var err error
		if out, err = apply(r, out, op); err == nil {
			err = bounded(out)
		}
		if err != nil {
			return nil, err
		}
	}
	list, err := schemas(r, remaining(doc, out), out)
	if err != nil {
		return nil, err
	}
	if !value.Equal(out.At("schemas"), list) {
		out = out.With("schemas", list)
	}
	return out, Missing(r, out)
}

// remaining are the schemas of a document less those whose extension is gone.
func remaining(doc, out *value.Object) any {
	list, _ := doc.At("schemas").([]any)
	var keep []any
	for _, urn := range list {
		_, before := Field(doc, value.String(urn))
		_, after := Field(out, value.String(urn))
		if before == nil || after != nil {
			keep = append(keep, urn)
		}
	}
	return keep
}

// apply returns a document after one operation.
func apply(r *schema.Resource, doc *value.Object, op Operation) (*value.Object, error) {
	at := locate(r, doc, op)
	if passed, err := mayWrite(at, op); passed || err != nil {
		return doc, err
	}
	if err := known(r, doc, at, op); err != nil {
		return nil, err
	}
	switch {
	case at.AttrName == "" && at.Extension == "":
		return core(r, doc, op)
	case at.AttrName == "":
		return change(doc, at.Extension, func(old any) (any, error) { return extension(r, at.Extension, old, op) })
	case at.Extension == "":
		return change(doc, at.AttrName, func(old any) (any, error) { return edit(at, old, op) })
	}
	return change(doc, at.Extension, func(old any) (any, error) {
		o, _ := old.(*value.Object)
		return orNothing(change(o, at.AttrName, func(old any) (any, error) { return edit(at, old, op) }))
	})
}

// mayWrite refuses what a client must not write. What it writes by the way, as
// id and meta in a value, is passed over, and so is a password.
func mayWrite(at schema.Place, op Operation) (passed bool, err error) {
	leaf := at.Leaf()
	if leaf == nil {
		leaf = at.Attr
	}
	switch {
	case leaf == nil:
	case leaf.Mutability == schema.WriteOnly:
		return true, nil
	case !writable(leaf), !writable(at.Attr):
		if op.implicit {
			return true, nil
		}
		return false, fault.New(fault.Mutability, "%s is read-only", op.Path)
	case op.Op == Remove && leaf.Required:
		return false, fault.New(fault.Mutability, "%s is required", op.Path)
	}
	return false, nil
}

// locate resolves an operation's path. Under a URN that no schema has, the
// document and the value tell whether all of it is meant or one attribute.
func locate(r *schema.Resource, doc *value.Object, op Operation) schema.Place {
	at := r.Resolve(op.Path)
	if at.Known || op.Path.Filter != nil {
		return at
	}
	whole := op.Path.String()
	_, there := Field(doc, whole)
	_, isObject := op.Value.(*value.Object)
	if there != nil || isObject {
		return schema.Place{Extension: whole}
	}
	return at
}

// shadows reports whether a URN that no schema has begins like one that is
// there, so that it would also be read as an attribute of that.
func shadows(r *schema.Resource, urn string) bool {
	for _, s := range r.Schemas() {
		if len(urn) > len(s.ID) && strings.EqualFold(urn[:len(s.ID)], s.ID) && urn[len(s.ID)] == ':' {
			return true
		}
	}
	return false
}

// known refuses a path to what neither a schema nor the document has. Within a
// value, such a field is kept as a POST keeps it.
func known(r *schema.Resource, doc *value.Object, at schema.Place, op Operation) error {
	if !at.Known && shadows(r, at.Extension) || op.Path.Filter != nil && at.Attr != nil && !at.Attr.Multi {
		return fault.New(fault.InvalidPath, "there are no values of %s", op.Path)
	}
	if op.implicit || at.AttrName == "" || at.Attr != nil && (at.SubName == "" || at.Sub != nil || at.Attr.Type == schema.Complex) {
		return nil
	}
	holder := doc
	if at.Extension != "" {
		if !at.Known {
			return nil
		}
		_, v := Field(doc, at.Extension)
		holder, _ = v.(*value.Object)
	}
	if _, v := Field(holder, at.AttrName); v != nil && at.Attr == nil {
		return nil
	}
	return fault.New(fault.InvalidPath, "there is no attribute %s", op.Path)
}

// core applies an operation whose path is the core schema's URN: a document
// that a client wrapped so.
func core(r *schema.Resource, doc *value.Object, op Operation) (*value.Object, error) {
	ops, err := fields(r, op.Op, op.Value)
	if err != nil {
		return nil, err
	}
	for _, op := range ops {
		if doc, err = apply(r, doc, op); err != nil {
			return nil, err
		}
	}
	return doc, nil
}

// extension applies an operation to all of an extension.
func extension(r *schema.Resource, urn string, old any, op Operation) (any, error) {
	if op.Op == Remove || op.Value == nil {
		return nil, nil
	}
	in, ok := op.Value.(*value.Object)
	if !ok {
		return nil, fault.New(fault.InvalidValue, "%s is to be an object", urn)
	}
	s := r.Extension(urn)
	if s == nil {
		return in, nil
	}
	holder := schema.Attribute{Name: urn, Type: schema.Complex, Sub: s.Attributes}
	return fill(&holder, urn, old, in, op.Op)
}

// orNothing turns an object without fields into null.
func orNothing(o *value.Object, err error) (any, error) {
	if err != nil || o.Len() == 0 {
		return nil, err
	}
	return o, nil
}

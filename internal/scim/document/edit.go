package document

import (
	"sallyport/internal/scim/fault"
	"sallyport/internal/scim/filter"
	"sallyport/internal/scim/schema"
	"sallyport/internal/value"
)

// edit returns an attribute's value after an operation; null is none.
func edit(at schema.Place, old any, op Operation) (any, error) {
	multi := at.Attr != nil && at.Attr.Multi
	if _, isList := old.([]any); at.Attr == nil && isList {
		multi = true
	}
	if multi || op.Path.Filter != nil {
		return editList(at, old, op)
	}
	if at.SubName != "" {
		return editSub(at, old, op)
	}
	if op.Op == Remove {
		return nil, nil
	}
	if in, ok := op.Value.(*value.Object); ok && at.Attr != nil && at.Attr.Type == schema.Complex {
		return fill(at.Attr, at.AttrName, old, in, op.Op)
	}
	if s, ok := op.Value.(string); ok && s == "" && at.Attr != nil && at.Attr.Type == schema.Complex {
		return nil, nil
	}
	return convert(at.Attr, op.Path.String(), op.Value)
}

// fill returns a complex value with the fields that another has; what the
// other does not name stays (RFC 7644 section 3.5.2.3). Null takes a field away.
func fill(a *schema.Attribute, at string, old any, in *value.Object, op Op) (any, error) {
	out, _ := old.(*value.Object)
	if err := bounded(in); err != nil {
		return nil, err
	}
	for k, v := range in.All() {
		s := a.Lookup(k)
		if !writable(s) {
			continue
		}
		if s != nil {
			k = s.Name
		}
		var err error
		out, err = change(out, k, func(old any) (any, error) {
			if sub, ok := v.(*value.Object); ok && s != nil && s.Type == schema.Complex {
				return fill(s, at+"."+k, old, sub, op)
			}
			return convert(s, at+"."+k, v)
		})
		if err != nil {
			return nil, err
		}
	}
	return orNothing(out, bounded(out))
}

// editSub changes a sub-attribute of a single value.
func editSub(at schema.Place, old any, op Operation) (any, error) {
	o, isObject := old.(*value.Object)
	if !isObject && old != nil {
		return nil, fault.New(fault.InvalidPath, "%s has no sub-attributes", at.AttrName)
	}
	return orNothing(change(o, at.SubName, func(any) (any, error) {
		if op.Op == Remove || op.Value == "" && at.SubName == "value" {
			return nil, nil
		}
		return convert(at.Sub, op.Path.String(), op.Value)
	}))
}

// editList changes a multi-valued attribute.
func editList(at schema.Place, old any, op Operation) (any, error) {
	list, isList := old.([]any)
	if !isList && old != nil {
		return nil, fault.New(fault.NoTarget, "%s has one value and no list of them", at.AttrName)
	}
	match := func(any) bool { return true }
	if op.Path.Filter != nil {
		p, err := CompileValues(at.Attr, op.Path.Filter)
		if err != nil {
			return nil, fault.New(fault.InvalidPath, "path: %v", err)
		}
		match = p
	}
	var err error
	switch {
	case op.Op == Remove && at.SubName == "" && op.Path.Filter == nil:
		list, err = removeValues(at, list, op.Value)
	case op.Op == Remove:
		list, err = removeMatching(at, list, match)
	case at.SubName == "" && op.Path.Filter == nil:
		list, err = putList(at, list, op)
	default:
		list, err = putMatching(at, list, op, match)
	}
	if err != nil || len(list) == 0 {
		return nil, err
	}
	if len(list) > MaxValues {
		return nil, fault.New(fault.InvalidValue, "%s would have more than %d values", at.AttrName, MaxValues)
	}
	return list, nil
}

// putList adds to all values, or replaces them. A value that is there is not
// added again.
func putList(at schema.Place, list []any, op Operation) ([]any, error) {
	v, err := convert(at.Attr, op.Path.String(), op.Value)
	if err != nil {
		return nil, err
	}
	in, isList := v.([]any)
	if !isList && v != nil {
		in = []any{v}
	}
	if op.Op == Replace {
		return in, nil
	}
	out := append(make([]any, 0, len(list)+len(in)), list...)
	for _, v := range in {
		if !contains(out, v) {
			out = append(out, v)
		}
	}
	return onePrimary(out, len(list), len(out)), nil
}

func contains(list []any, v any) bool {
	for _, e := range list {
		if value.Equal(e, v) {
			return true
		}
	}
	return false
}

// removeValues takes away all values, or those that the operation names: Entra
// ID puts what is to go into the value.
func removeValues(at schema.Place, list []any, named any) ([]any, error) {
	if named == nil {
		return nil, nil
	}
	v, err := convert(at.Attr, at.AttrName, named)
	if err != nil {
		return nil, err
	}
	gone, isList := v.([]any)
	if !isList {
		gone = []any{v}
	}
	var out []any
	for _, e := range list {
		if !contains(gone, e) && !named1(gone, e) {
			out = append(out, e)
		}
	}
	return out, nil
}

// named1 reports whether one of the values names e by having its value and
// nothing else.
func named1(gone []any, e any) bool {
	o, ok := e.(*value.Object)
	if !ok {
		return false
	}
	for _, g := range gone {
		g, ok := g.(*value.Object)
		if ok && g.Len() == 1 && g.At("value") != nil && value.Equal(g.At("value"), o.At("value")) {
			return true
		}
	}
	return false
}

// removeMatching takes away the values that match, or a sub-attribute of them.
func removeMatching(at schema.Place, list []any, match func(any) bool) ([]any, error) {
	var out []any
	for _, e := range list {
		if !match(e) {
			out = append(out, e)
			continue
		}
		o, ok := e.(*value.Object)
		if at.SubName == "" || !ok {
			continue
		}
		if o, err := change(o, at.SubName, func(any) (any, error) { return nil, nil }); err != nil {
			return nil, err
		} else if o.Len() > 0 {
			out = append(out, o)
		}
	}
	return out, nil
}

// putMatching writes the values that match, or a sub-attribute of them. Where
// none does, one is made of what the filter asks for, which is what Entra ID
// means by emails[type eq "work"].value; but a replace of whole values needs
// values (RFC 7644 section 3.5.2.3).
func putMatching(at schema.Place, list []any, op Operation, match func(any) bool) ([]any, error) {
	out := append(make([]any, 0, len(list)+1), list...)
	first, last := -1, -1
	for i, e := range out {
		if !match(e) {
			continue
		}
		v, err := putOne(at, e, op)
		if err != nil {
			return nil, err
		}
		if out[i] = v; first < 0 {
			first = i
		}
		last = i
	}
	if first < 0 {
		made, ok := wanted(op.Path.Filter)
		if !ok || op.Op == Replace && at.SubName == "" {
			return nil, fault.New(fault.NoTarget, "no value of %s matches %s", at.AttrName, op.Path)
		}
		seed, err := convert(at.Attr, at.AttrName, made)
		if err != nil {
			return nil, err
		}
		if list, ok := seed.([]any); ok {
			seed = list[0]
		}
		op.Op = Add
		v, err := putOne(at, seed, op)
		if err != nil {
			return nil, err
		}
		first, last = len(out), len(out)
		out = append(out, v)
	}
	out = compact(out)
	return onePrimary(out, min(first, len(out)), min(last+1, len(out))), nil
}

// putOne writes one value of a list, or a sub-attribute of it.
func putOne(at schema.Place, old any, op Operation) (any, error) {
	if at.SubName != "" {
		o, _ := old.(*value.Object)
		return orNothing(change(o, at.SubName, func(any) (any, error) { return convert(at.Sub, op.Path.String(), op.Value) }))
	}
	in, isObject := op.Value.(*value.Object)
	if isObject && at.Attr != nil {
		if op.Op == Replace {
			old = nil
		}
		return fill(at.Attr, at.AttrName, old, in, op.Op)
	}
	if at.Attr == nil {
		return op.Value, nil
	}
	return one(at.Attr, op.Path.String(), op.Value)
}

// compact leaves out values that became nothing.
func compact(list []any) []any {
	out := list[:0]
	for _, v := range list {
		if v != nil {
			out = append(out, v)
		}
	}
	return out
}

// wanted returns the value that a filter of equalities asks for.
func wanted(e filter.Expr) (*value.Object, bool) {
	o := value.NewObject(2)
	switch e := e.(type) {
	case nil:
		return o, true
	case *filter.Compare:
		if e.Op != filter.Equal || e.Value == nil {
			return nil, false
		}
		o.Set(e.Path.Attr, e.Value)
		return o, true
	case *filter.And:
		for _, t := range e.Terms {
			c, ok := t.(*filter.Compare)
			if !ok || c.Op != filter.Equal || c.Value == nil {
				return nil, false
			}
			o.Set(c.Path.Attr, c.Value)
		}
		return o, true
	}
	return nil, false
}

package document

import (
	"strings"

	"sallyport/internal/scim/fault"
	"sallyport/internal/scim/schema"
	"sallyport/internal/value"
)

// convert returns a value as an attribute holds it, or null for none. at is the
// path for errors. A nil attribute holds what there is.
func convert(a *schema.Attribute, at string, v any) (any, error) {
	if a == nil || v == nil {
		return v, nil
	}
	if !a.Multi {
		return one(a, at, v)
	}
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	if len(list) > MaxValues && a.Name != "members" {
		return nil, fault.New(fault.InvalidValue, "%s has %d values, which is more than %d", at, len(list), MaxValues)
	}
	out := make([]any, 0, len(list))
	for _, v := range list {
		item, err := one(a, at, v)
		if err != nil {
			return nil, err
		}
		if item != nil {
			out = append(out, item)
		}
	}
	if len(out) == 0 {
		return nil, nil
	}
	return onePrimary(out, 0, len(out)), nil
}

// one converts a single value.
func one(a *schema.Attribute, at string, v any) (any, error) {
	switch v := v.(type) {
	case nil:
		return nil, nil
	case *value.Object:
		if a.Type == schema.Complex {
			return sub(a, at, v)
		}
	case []any:
	default:
		return scalar(a, at, v)
	}
	return nil, fault.New(fault.InvalidValue, "%s is to be a %s and is a %s", at, a.Type, value.KindOf(v))
}

// scalar converts a text, number or boolean. A complex attribute has one in
// its value: Entra ID writes a manager so. The empty text is no such value.
func scalar(a *schema.Attribute, at string, v any) (any, error) {
	s, isText := v.(string)
	switch a.Type {
	case schema.Complex:
		if val := a.Lookup("value"); val != nil {
			if isText && s == "" {
				return nil, nil
			}
			v, err := scalar(val, at+".value", v)
			return value.Map(val.Name, v), err
		}
	case schema.Boolean:
		return boolean(at, v)
	case schema.Integer:
		if n, ok := value.Numeric(v); ok && n == float64(int64(n)) {
			return n, nil
		}
	case schema.DateTime:
		if _, ok := instant(v); ok {
			return s, nil
		}
	case schema.String, schema.Reference, schema.Binary:
		return value.String(v), nil
	}
	return nil, fault.New(fault.InvalidValue, "%s is to be a %s", at, a.Type)
}

// boolean reads true and false also from texts, which Entra ID sends ("True").
func boolean(at string, v any) (any, error) {
	switch v := v.(type) {
	case bool:
		return v, nil
	case string:
		switch strings.ToLower(strings.TrimSpace(v)) {
		case "true":
			return true, nil
		case "false":
			return false, nil
		case "":
			return nil, nil
		}
	}
	return nil, fault.New(fault.InvalidValue, "%s is to be true or false", at)
}

// sub converts the fields of a complex value; null where nothing is left.
func sub(a *schema.Attribute, at string, in *value.Object) (any, error) {
	if err := bounded(in); err != nil {
		return nil, err
	}
	out := value.NewObject(in.Len())
	for k, v := range in.All() {
		s := a.Lookup(k)
		if s != nil {
			k = s.Name
		}
		if !writable(s) {
			continue
		}
		v, err := convert(s, at+"."+k, v)
		if err != nil {
			return nil, err
		}
		if v != nil {
			out.Set(k, v)
		}
	}
	if out.Len() == 0 {
		return nil, nil
	}
	return out, nil
}

// onePrimary leaves primary true on one value at most (RFC 7643 section 2.4):
// the first of those from a to before b, which the client has just written,
// and else the first.
func onePrimary(list []any, a, b int) []any {
	keep := -1
	for i, v := range list {
		if !isPrimary(v) {
			continue
		}
		if keep < 0 || (keep < a || keep >= b) && i >= a && i < b {
			keep = i
		}
	}
	for i, v := range list {
		if i != keep && isPrimary(v) {
			list[i] = v.(*value.Object).With("primary", false)
		}
	}
	return list
}

func isPrimary(v any) bool {
	o, _ := v.(*value.Object)
	return o.At("primary") == true
}

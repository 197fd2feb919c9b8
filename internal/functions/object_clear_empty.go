package functions

import (
	"sallyport/internal/function"
	"sallyport/internal/value"
)

var _ = add(function.Of("object.clear_empty", "Clear Empty",
	"An object without the fields that are null, an empty text, list or object; recursive: within its objects and lists, too.",
	objectClearEmpty).Serves("object:clearEmpty"))

type objectClearEmptyIn struct {
	Object    any `kind:"object"`
	Recursive bool
}

type objectClearEmptyOut struct {
	Object any `okta:"output"`
}

func objectClearEmpty(_ function.Env, in objectClearEmptyIn) (objectClearEmptyOut, error) {
	return objectClearEmptyOut{cleared(in.Object, in.Recursive)}, nil
}

// cleared drops what is empty, and what becomes so by that.
func cleared(v any, deep bool) any {
	keep := func(e any) (any, bool) {
		if deep {
			e = cleared(e, true)
		}
		return e, !value.Empty(e)
	}
	switch v := v.(type) {
	case *value.Object:
		out := value.NewObject(v.Len())
		for k, e := range v.All() {
			if e, ok := keep(e); ok {
				out.Set(k, e)
			}
		}
		return out
	case []any:
		out := []any{}
		for _, e := range v {
			if e, ok := keep(e); ok {
				out = append(out, e)
			}
		}
		return out
	}
	return v
}

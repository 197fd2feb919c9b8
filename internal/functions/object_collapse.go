package functions

import (
	"sallyport/internal/errs"
	"sallyport/internal/function"
	"sallyport/internal/value"
)

var _ = add(function.Of("object.collapse", "Collapse", "An object of a list of {key, value}: the opposite of object.split. Of items with one key the last counts; null is passed over.", objectCollapse).Serves("object:collapse"))

type objectCollapseIn struct {
	List []any
}

func objectCollapse(_ function.Env, in objectCollapseIn) (mergedOut, error) {
	out := value.NewObject(len(in.List))
	for i, item := range in.List {
		pair, ok := item.(*value.Object)
		if !ok && item != nil {
			return mergedOut{}, errs.New(errs.Invalid, "list: item %d is a %s; an object of key and value is wanted", i, value.KindOf(item))
		}
		if key, ok := pair.Get("key"); ok {
			out.Set(value.String(key), pair.At("value"))
		}
	}
	return mergedOut{out}, nil
}

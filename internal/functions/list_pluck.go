package functions

import (
	"sallyport/internal/function"
	"sallyport/internal/value"
)

var _ = add(function.Of("list.pluck", "Pluck", "The value at a dotted path of each item; null where an item has none. Without a path, the items.", listPluck).Serves("list:pluck"))

type listPluckIn struct {
	List []any
	Path string `okta:"key"`
}

type listPluckOut struct {
	Values []any
}

func listPluck(_ function.Env, in listPluckIn) (listPluckOut, error) {
	out := listPluckOut{make([]any, len(in.List))}
	for i, item := range in.List {
		out.Values[i] = value.Lookup(item, in.Path)
	}
	return out, nil
}

package functions

import (
	"sallyport/internal/function"
	"sallyport/internal/value"
)

var _ = add(function.Of("list.index_by", "Index By",
	"An object of a list: each item gives a field, named by the text at one path, with the value at another; without that path, the item. Of items with one name the last counts.",
	listIndexBy).Serves("list:indexBy"))

type listIndexByIn struct {
	List      []any
	KeyPath   string `okta:"keyPath"`
	ValuePath string `okta:"valuePath"`
}

func listIndexBy(_ function.Env, in listIndexByIn) (listObjectOut, error) {
	out := value.NewObject(len(in.List))
	for _, item := range in.List {
		out.Set(value.String(value.Lookup(item, in.KeyPath)), value.Lookup(item, in.ValuePath))
	}
	return listObjectOut{out}, nil
}

package functions

import (
	"sallyport/internal/function"
	"sallyport/internal/value"
)

var _ = add(function.Of("list.group_by", "Group By",
	"The items of a list by the text of the value at a path: an object of lists. Without a path the items themselves are the values.",
	listGroupBy).Serves("list:groupBy"))

// listObjectOut is an object that is made of a list.
type listObjectOut struct {
	Object *value.Object `okta:"output"`
}

func listGroupBy(_ function.Env, in listPathIn) (listObjectOut, error) {
	groups := value.NewObject(8)
	for _, item := range in.List {
		name := value.String(value.Lookup(item, in.Path))
		list, _ := groups.At(name).([]any)
		groups.Set(name, append(list, item))
	}
	return listObjectOut{groups}, nil
}

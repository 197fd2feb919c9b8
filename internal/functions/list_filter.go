package functions

import (
	"sallyport/internal/function"
	"sallyport/internal/value"
)

var _ = add(function.Of("list.filter", "Filter",
	"The items of a list whose field has a value. Without a path the item itself is compared.", listFilter))

type listFilterIn struct {
	List  []any
	Path  string
	Value any
}

type listFilterOut struct {
	List  []any
	Count float64
	First any
}

func listFilter(_ function.Env, in listFilterIn) (listFilterOut, error) {
	out := listFilterOut{List: []any{}}
	for _, item := range in.List {
		if value.Equal(value.Lookup(item, in.Path), in.Value) {
			out.List = append(out.List, item)
		}
	}
	out.Count = float64(len(out.List))
	if len(out.List) > 0 {
		out.First = out.List[0]
	}
	return out, nil
}

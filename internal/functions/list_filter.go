package functions

import (
	"sallyport/internal/function"
	"sallyport/internal/value"
)

var _ = add(function.Of("list.filter", "Filter",
	"The items of a list whose field compares with a value; without an operator, is the same. Without a path the item itself is compared. The comparisons are those of boolean.compare.",
	listFilter).Serves("list:filterBy"))

type listFilterIn struct {
	List     []any
	Path     string
	Operator string
	Value    any `okta:"comparison"`
}

type listFilterOut struct {
	List  []any
	Count float64
	First any
}

func listFilter(env function.Env, in listFilterIn) (listFilterOut, error) {
	if in.Operator == "" && !env.Loose {
		in.Operator = "===" // what flows without an operator have always meant
	}
	out := listFilterOut{List: []any{}}
	for _, item := range in.List {
		ok, err := compareIn{value.Lookup(item, in.Path), in.Operator, in.Value}.holds()
		if err != nil {
			return listFilterOut{}, err
		}
		if ok {
			out.List = append(out.List, item)
		}
	}
	out.Count = float64(len(out.List))
	if len(out.List) > 0 {
		out.First = out.List[0]
	}
	return out, nil
}

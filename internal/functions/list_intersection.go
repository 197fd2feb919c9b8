package functions

import (
	"sallyport/internal/errs"
	"sallyport/internal/function"
	"sallyport/internal/value"
)

var _ = add(function.Of("list.intersection", "Intersection", "The items that several lists have in common, each once, in the order of the first.", listIntersection).Serves("list:intersection"))

type listIntersectionIn struct {
	List  []any         `okta:"list1"`
	Other []any         `okta:"list2"`
	More  *value.Object `port:"*"`
}

func listIntersection(_ function.Env, in listIntersectionIn) (listOut, error) {
	others := []*set{setOf(in.Other)}
	for name, v := range in.More.All() {
		list, err := value.Convert(v, value.List)
		if err != nil {
			return listOut{}, errs.New(errs.Invalid, "%s: %v", name, err)
		}
		items, _ := list.([]any)
		others = append(others, setOf(items))
	}
	var seen set
	out := listOut{[]any{}}
	for _, v := range in.List {
		if inAll(others, v) && seen.add(v) {
			out.List = append(out.List, v)
		}
	}
	return out, nil
}

func inAll(sets []*set, v any) bool {
	for _, s := range sets {
		if !s.has(v) {
			return false
		}
	}
	return true
}

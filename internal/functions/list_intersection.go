package functions

import "sallyport/internal/function"

var _ = add(function.Of("list.intersection", "Intersection", "The items that two lists have in common, each once, in the order of the first.", listIntersection).Serves("list:intersection"))

func listIntersection(_ function.Env, in twoListsIn) (listOut, error) {
	other, seen := setOf(in.Other), set{}
	out := listOut{[]any{}}
	for _, v := range in.List {
		if other.has(v) && seen.add(v) {
			out.List = append(out.List, v)
		}
	}
	return out, nil
}

package functions

import "sallyport/internal/function"

var _ = add(function.Of("list.difference", "Difference", "The items of a list that another does not hold.", listDifference).Serves("list:difference"))

type twoListsIn struct {
	List  []any `okta:"list1"`
	Other []any `okta:"list2"`
}

func listDifference(_ function.Env, in twoListsIn) (listOut, error) {
	other := setOf(in.Other)
	out := listOut{[]any{}}
	for _, v := range in.List {
		if !other.has(v) {
			out.List = append(out.List, v)
		}
	}
	return out, nil
}

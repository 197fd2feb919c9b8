package functions

import (
	"slices"

	"sallyport/internal/function"
	"sallyport/internal/value"
)

var _ = add(function.Of("list.sort", "Sort", "A list in rising order, by the value at a path if there is one. Numbers and dates are ordered by value, others as text; null comes last.", listSort).Serves("list:sortBy"))

type listSortOut struct {
	List []any `okta:"sorted list"`
}

// listSort puts null last, which is an inference.
func listSort(_ function.Env, in listPathIn) (listSortOut, error) {
	type pair struct{ key, item any }
	pairs := make([]pair, len(in.List))
	for i, item := range in.List {
		pairs[i] = pair{value.Lookup(item, in.Path), item}
	}
	slices.SortStableFunc(pairs, func(a, b pair) int { return value.Order(a.key, b.key) })
	out := listSortOut{make([]any, len(pairs))}
	for i, p := range pairs {
		out.List[i] = p.item
	}
	return out, nil
}

package functions

import (
	"cmp"
	"slices"
	"time"

	"sallyport/internal/function"
	"sallyport/internal/value"
)

var _ = add(function.Of("list.sort", "Sort", "A list in rising order, by the value at a path if there is one. Numbers and dates are ordered by value, others as text; null comes last.", listSort).Serves("list:sortBy"))

type listSortOut struct {
	List []any `okta:"sorted list"`
}

func listSort(_ function.Env, in listPathIn) (listSortOut, error) {
	type pair struct{ key, item any }
	pairs := make([]pair, len(in.List))
	for i, item := range in.List {
		pairs[i] = pair{value.Lookup(item, in.Path), item}
	}
	slices.SortStableFunc(pairs, func(a, b pair) int { return rank(a.key, b.key) })
	out := listSortOut{make([]any, len(pairs))}
	for i, p := range pairs {
		out.List[i] = p.item
	}
	return out, nil
}

// rank orders two values. That null is last is an inference. Kinds do not mix:
// numbers come before dates, and those before texts, so that there is one order.
func rank(a, b any) int {
	if k := cmp.Compare(group(a), group(b)); k != 0 {
		return k
	}
	if value.KindOf(a) == value.Number {
		return value.CompareNumbers(a, b)
	}
	if t, ok := a.(time.Time); ok {
		return t.Compare(b.(time.Time))
	}
	return cmp.Compare(value.String(a), value.String(b))
}

func group(v any) int {
	switch value.KindOf(v) {
	case value.Number:
		return 0
	case value.Date:
		return 1
	case value.Null:
		return 3
	default:
		return 2
	}
}

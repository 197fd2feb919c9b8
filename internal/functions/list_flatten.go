package functions

import "sallyport/internal/function"

var _ = add(function.Of("list.flatten", "Flatten", "One list of the items of a list of lists, one level deep. Items that are no lists are kept.", listFlatten).Serves("list:flatten"))

type listFlattenIn struct {
	Lists []any
}

type listOut struct {
	List []any
}

func listFlatten(_ function.Env, in listFlattenIn) (listOut, error) {
	out := listOut{[]any{}}
	for _, v := range in.Lists {
		if list, ok := v.([]any); ok {
			out.List = append(out.List, list...)
		} else {
			out.List = append(out.List, v)
		}
	}
	return out, nil
}

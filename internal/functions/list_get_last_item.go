package functions

import "sallyport/internal/function"

var _ = add(function.Of("list.get_last_item", "Get Last Item", "The last item of a list, and the rest.", listGetLastItem).Serves("list:pop"))

func listGetLastItem(_ function.Env, in listIn) (itemAndListOut, error) {
	last := len(in.List) - 1
	if last < 0 {
		return itemAndListOut{List: []any{}}, nil
	}
	return itemAndListOut{in.List[last], append([]any{}, in.List[:last]...)}, nil
}

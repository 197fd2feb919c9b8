package functions

import "sallyport/internal/function"

var _ = add(function.Of("list.get_first_item", "Get First Item", "The first item of a list, and the rest.", listGetFirstItem).Serves("list:shift"))

type itemAndListOut struct {
	Item any
	List []any
}

func listGetFirstItem(_ function.Env, in listIn) (itemAndListOut, error) {
	if len(in.List) == 0 {
		return itemAndListOut{List: []any{}}, nil
	}
	return itemAndListOut{in.List[0], append([]any{}, in.List[1:]...)}, nil
}

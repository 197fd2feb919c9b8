package functions

import "sallyport/internal/function"

var _ = add(function.Of("list.add_to_end", "Add to End", "A list with one more item at its end.", listAddToEnd).Serves("list:push"))

type listAddIn struct {
	List []any
	Item any
}

func listAddToEnd(_ function.Env, in listAddIn) (listOut, error) {
	return listOut{append(append(make([]any, 0, len(in.List)+1), in.List...), in.Item)}, nil
}

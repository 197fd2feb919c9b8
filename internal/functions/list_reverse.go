package functions

import (
	"slices"

	"sallyport/internal/function"
)

var _ = add(function.Of("list.reverse", "Reverse", "A list the other way round.", listReverse))

type listIn struct {
	List []any
}

func listReverse(_ function.Env, in listIn) (listOut, error) {
	list := append([]any{}, in.List...)
	slices.Reverse(list)
	return listOut{list}, nil
}

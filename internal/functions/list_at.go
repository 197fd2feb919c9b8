package functions

import (
	"math"

	"sallyport/internal/function"
)

var _ = add(function.Of("list.at", "At", "The item at a position of a list, counted from 0; null where there is none.", listAt).Serves("list:at"))

type listAtIn struct {
	List  []any
	Index *float64
}

type itemOut struct {
	Item any
}

func listAt(_ function.Env, in listAtIn) (itemOut, error) {
	if in.Index == nil || *in.Index < 0 || *in.Index >= float64(len(in.List)) || *in.Index != math.Trunc(*in.Index) {
		return itemOut{}, nil
	}
	return itemOut{in.List[int(*in.Index)]}, nil
}

package functions

import (
	"cmp"

	"sallyport/internal/function"
)

var _ = add(function.Of("number.sign", "Sign", "1 of a number above 0, -1 of one below, and 0 of 0.", numberSign))

func numberSign(_ function.Env, in numberIn) (numberOut, error) {
	return numberOut{float64(cmp.Compare(in.Number, 0))}, nil
}

package functions

import (
	"math"

	"sallyport/internal/errs"
	"sallyport/internal/function"
)

var _ = add(function.Of("number.square_root", "Square Root", "The number whose square is the number given.", numberSquareRoot))

func numberSquareRoot(_ function.Env, in numberIn) (numberOut, error) {
	if in.Number < 0 {
		return numberOut{}, errs.New(errs.Invalid, "number: %g has no square root: a number from 0 is wanted", in.Number)
	}
	return numberOut{math.Sqrt(in.Number)}, nil
}

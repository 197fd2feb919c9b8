package functions

import (
	"math"

	"sallyport/internal/errs"
	"sallyport/internal/function"
)

var _ = add(function.Of("number.add", "Add", "The sum of two numbers. Null is 0.", numberAdd).Serves("math:add"))

type twoNumbersIn struct {
	A float64
	B float64
}

type numberOut struct {
	Number float64 `okta:"output"`
}

// finite is a result, unless it is beyond what numbers hold.
func finite(f float64) (numberOut, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return numberOut{}, errs.New(errs.Invalid, "the result is beyond what a number can hold")
	}
	return numberOut{f}, nil
}

func numberAdd(_ function.Env, in twoNumbersIn) (numberOut, error) { return finite(in.A + in.B) }

package functions

import (
	"math"

	"sallyport/internal/errs"
	"sallyport/internal/function"
)

var _ = add(function.Of("number.remainder", "Remainder", "What is left of a when it is divided by b. It has the sign of a.", numberRemainder))

func numberRemainder(_ function.Env, in twoNumbersIn) (numberOut, error) {
	if in.B == 0 {
		return numberOut{}, errs.New(errs.Invalid, "b: nothing can be divided by 0")
	}
	return finite(math.Mod(in.A, in.B))
}

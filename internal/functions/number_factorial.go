package functions

import (
	"math"

	"sallyport/internal/errs"
	"sallyport/internal/function"
)

var _ = add(function.Of("number.factorial", "Factorial", "The product of the whole numbers from 1 to a number of at most 170.", numberFactorial))

func numberFactorial(_ function.Env, in numberIn) (numberOut, error) {
	n := in.Number
	if n < 0 || n > 170 || n != math.Trunc(n) {
		return numberOut{}, errs.New(errs.Invalid, "number: a whole number from 0 to 170 is wanted, not %g", n)
	}
	product := 1.0
	for i := 2.0; i <= n; i++ {
		product *= i
	}
	return numberOut{product}, nil
}

package functions

import (
	"math"

	"sallyport/internal/function"
)

var _ = add(function.Of("number.exponent", "Exponent", "The number e, raised to a power.", numberExponent))

func numberExponent(_ function.Env, in numberIn) (numberOut, error) {
	return finite(math.Exp(in.Number))
}

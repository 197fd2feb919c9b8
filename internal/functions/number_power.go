package functions

import (
	"math"

	"sallyport/internal/function"
)

var _ = add(function.Of("number.power", "Power", "The number a, raised to the power b.", numberPower))

func numberPower(_ function.Env, in twoNumbersIn) (numberOut, error) {
	return finite(math.Pow(in.A, in.B))
}

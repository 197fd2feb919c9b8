package functions

import (
	"math"

	"sallyport/internal/function"
)

var _ = add(function.Of("number.round_up", "Round Up", "The smallest whole number that is not below a number.", numberRoundUp).Serves("math:ceil"))

func numberRoundUp(_ function.Env, in numberIn) (numberOut, error) {
	return finite(math.Ceil(in.Number))
}

package functions

import (
	"math"

	"sallyport/internal/function"
)

var _ = add(function.Of("number.round_down", "Round Down", "The largest whole number that is not above a number.", numberRoundDown))

func numberRoundDown(_ function.Env, in numberIn) (numberOut, error) {
	return finite(math.Floor(in.Number))
}

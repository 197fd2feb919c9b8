package functions

import (
	"math"

	"sallyport/internal/function"
)

var _ = add(function.Of("number.absolute", "Absolute Value", "A number without its sign.", numberAbsolute))

func numberAbsolute(_ function.Env, in numberIn) (numberOut, error) {
	return finite(math.Abs(in.Number))
}

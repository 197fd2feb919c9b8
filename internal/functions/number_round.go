package functions

import "sallyport/internal/function"

var _ = add(function.Of("number.round", "Round", "The nearest whole number; halves go up.", numberRound).Serves("math:round"))

type numberIn struct {
	Number float64 `okta:"a"`
}

func numberRound(_ function.Env, in numberIn) (numberOut, error) {
	return finite(rounded(in.Number, 0))
}

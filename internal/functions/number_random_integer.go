package functions

import (
	"math"

	"sallyport/internal/errs"
	"sallyport/internal/function"
)

var _ = add(function.Of("number.random_integer", "Random Integer", "A random whole number, from one number up to but not including another.", numberRandomInteger).AsEffect().Serves("math:random"))

type numberRandomIntegerIn struct {
	From   float64 `okta:"a"`
	Before float64 `okta:"b"`
}

func numberRandomInteger(env function.Env, in numberRandomIntegerIn) (numberOut, error) {
	from, before := math.Ceil(in.From), math.Ceil(in.Before)
	if before <= from || math.Abs(from) > 1<<53 || math.Abs(before) > 1<<53 {
		return numberOut{}, errs.New(errs.Invalid, "before: a number above %g is wanted, not %g", in.From, in.Before)
	}
	n, err := env.Below(int(before - from))
	return numberOut{from + float64(n)}, err
}

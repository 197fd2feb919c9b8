package functions

import (
	"math"

	"sallyport/internal/errs"
	"sallyport/internal/function"
)

var _ = add(function.Of("number.log", "Log", "The logarithm of a number to a base; without one, to e.", numberLog))

type numberLogIn struct {
	Number float64
	Base   *float64
}

func numberLog(_ function.Env, in numberLogIn) (numberOut, error) {
	switch {
	case in.Number <= 0:
		return numberOut{}, errs.New(errs.Invalid, "number: %g has no logarithm: a number above 0 is wanted", in.Number)
	case in.Base == nil:
		return finite(math.Log(in.Number))
	case *in.Base <= 0 || *in.Base == 1:
		return numberOut{}, errs.New(errs.Invalid, "base: a number above 0 other than 1 is wanted, not %g", *in.Base)
	case *in.Base == 10:
		return finite(math.Log10(in.Number)) // exact for its powers
	case *in.Base == 2:
		return finite(math.Log2(in.Number))
	}
	out := math.Log(in.Number) / math.Log(*in.Base)
	if whole := math.Round(out); math.Pow(*in.Base, whole) == in.Number {
		out = whole
	}
	return finite(out)
}

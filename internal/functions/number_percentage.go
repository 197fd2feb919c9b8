package functions

import (
	"sallyport/internal/errs"
	"sallyport/internal/function"
	"sallyport/internal/value"
)

var _ = add(function.Of("number.percentage", "Percentage", "How many hundredths of a number another is, rounded to so many decimals: 30 of 200 is 15, and as text 15%.", numberPercentage))

type numberPercentageIn struct {
	Value    float64
	Of       float64
	Decimals float64
}

type numberPercentageOut struct {
	Number float64
	Text   string
}

func numberPercentage(_ function.Env, in numberPercentageIn) (numberPercentageOut, error) {
	switch {
	case in.Of == 0:
		return numberPercentageOut{}, errs.New(errs.Invalid, "of: nothing is a part of 0")
	case in.Decimals < 0 || in.Decimals > 15:
		return numberPercentageOut{}, errs.New(errs.Invalid, "decimals: a number from 0 to 15 is wanted, not %g", in.Decimals)
	}
	out, err := finite(rounded(in.Value/in.Of*100, int(in.Decimals)))
	return numberPercentageOut{out.Number, value.String(out.Number) + "%"}, err
}

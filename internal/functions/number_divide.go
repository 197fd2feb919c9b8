package functions

import (
	"math"

	"sallyport/internal/errs"
	"sallyport/internal/function"
	"sallyport/internal/value"
)

var _ = add(function.Of("number.divide", "Divide",
	"One number by another, rounded to so many decimals, and the same as a percentage: 12.5%. Division by 0 is an error.",
	numberDivide).Serves("math:divide"))

type numberDivideIn struct {
	A        float64
	B        float64
	Decimals float64
}

type numberDivideOut struct {
	Number     float64 `okta:"output"`
	Percentage string
}

// numberDivide writes a percentage with the same number of decimals at most;
// its form is inferred.
func numberDivide(_ function.Env, in numberDivideIn) (numberDivideOut, error) {
	switch {
	case in.B == 0:
		return numberDivideOut{}, errs.New(errs.Invalid, "b: nothing can be divided by 0")
	case in.Decimals < 0 || in.Decimals > 15:
		return numberDivideOut{}, errs.New(errs.Invalid, "decimals: a number from 0 to 15 is wanted, not %g", in.Decimals)
	}
	out, err := finite(rounded(in.A/in.B, int(in.Decimals)))
	percent := rounded(in.A/in.B*100, int(in.Decimals))
	return numberDivideOut{out.Number, value.String(percent) + "%"}, err
}

// rounded rounds to decimals; halves go up.
func rounded(f float64, decimals int) float64 {
	scale := math.Pow10(decimals)
	scaled := f * scale
	if math.Abs(scaled) >= 1<<53 { // it has no further decimals
		return f
	}
	whole := math.Floor(scaled)
	if scaled-whole >= 0.5 {
		whole++
	}
	return whole / scale
}

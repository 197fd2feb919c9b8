package formula

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// invoke calls a function by its name, in any case.
func invoke(name string, args []float64) (float64, error) {
	name = strings.ToLower(name)
	if f, ok := one(name); ok {
		if len(args) != 1 {
			return 0, fmt.Errorf("%s takes one number, not %d", name, len(args))
		}
		return f(args[0]), nil
	}
	if f, ok := several(name); ok {
		if len(args) == 0 {
			return 0, fmt.Errorf("%s takes numbers, and got none", name)
		}
		return f(args), nil
	}
	switch f, least, most := pair(name); {
	case f == nil:
		return 0, fmt.Errorf("there is no function %q", name)
	case len(args) < least || len(args) > most:
		return 0, fmt.Errorf("%s takes %d to %d numbers, not %d", name, least, most, len(args))
	default:
		return f(args), nil
	}
}

// one returns a function of one number.
func one(name string) (func(float64) float64, bool) {
	f, ok := map[string]func(float64) float64{
		"abs": math.Abs, "ceil": math.Ceil, "floor": math.Floor, "fix": math.Trunc, "trunc": math.Trunc,
		"sqrt": math.Sqrt, "cbrt": math.Cbrt, "exp": math.Exp, "log2": math.Log2, "log10": math.Log10, "ln": math.Log,
		"sin": math.Sin, "cos": math.Cos, "tan": math.Tan, "asin": math.Asin, "acos": math.Acos, "atan": math.Atan,
		"sinh": math.Sinh, "cosh": math.Cosh, "tanh": math.Tanh, "sign": signOf, "square": func(x float64) float64 { return x * x },
	}[name]
	return f, ok
}

func signOf(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return 0
}

// several returns a function of one number or more.
func several(name string) (func([]float64) float64, bool) {
	sum := func(args []float64) float64 {
		total := 0.0
		for _, x := range args {
			total += x
		}
		return total
	}
	f, ok := map[string]func([]float64) float64{
		"min": slices.Min[[]float64], "max": slices.Max[[]float64], "sum": sum,
		"mean": func(args []float64) float64 { return sum(args) / float64(len(args)) },
	}[name]
	return f, ok
}

// pair returns a function of two numbers, one of which may be left out, and
// how many it takes at least and at most.
func pair(name string) (f func([]float64) float64, least, most int) {
	switch name {
	case "log":
		return logarithm, 1, 2
	case "round":
		return round, 1, 2
	case "pow":
		return func(a []float64) float64 { return math.Pow(a[0], a[1]) }, 2, 2
	case "mod":
		return func(a []float64) float64 { return modulo(a[0], a[1]) }, 2, 2
	case "atan2":
		return func(a []float64) float64 { return math.Atan2(a[0], a[1]) }, 2, 2
	}
	return nil, 0, 0
}

// logarithm is the natural one, or to the base that is given.
func logarithm(a []float64) float64 {
	if len(a) == 2 {
		return math.Log(a[0]) / math.Log(a[1])
	}
	return math.Log(a[0])
}

// round rounds to a number of decimals, or to whole numbers.
func round(a []float64) float64 {
	if len(a) == 1 {
		return math.Round(a[0])
	}
	scale := math.Pow(10, math.Round(a[1]))
	if scaled := a[0] * scale; !math.IsInf(scaled, 0) && scale != 0 {
		return math.Round(scaled) / scale
	}
	return a[0]
}

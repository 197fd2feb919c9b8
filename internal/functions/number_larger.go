package functions

import (
	"sallyport/internal/errs"
	"sallyport/internal/function"
	"sallyport/internal/value"
)

var _ = add(function.Of("number.larger", "Larger", "The largest of the inputs; null where there is none. What is empty is passed over.", numberLarger))

type numbersIn struct {
	A    any           `kind:"number"`
	B    any           `kind:"number"`
	More *value.Object `port:"*"`
}

type anyNumberOut struct {
	Number any `kind:"number" okta:"output"`
}

func numberLarger(_ function.Env, in numbersIn) (anyNumberOut, error) { return in.extreme(1) }

// extreme returns the input that is above all others, or with sign -1 below
// them.
func (in numbersIn) extreme(sign int) (anyNumberOut, error) {
	inputs := value.Map("a", in.A, "b", in.B)
	for name, v := range in.More.All() {
		inputs.Set(name, v)
	}
	var out anyNumberOut
	for name, v := range inputs.All() {
		n, err := value.Convert(v, value.Number)
		if err != nil {
			return anyNumberOut{}, errs.New(errs.Invalid, "%s: %v", name, err)
		}
		if n != nil && (out.Number == nil || sign*value.CompareNumbers(n, out.Number) > 0) {
			out.Number = n
		}
	}
	return out, nil
}

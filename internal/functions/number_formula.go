package functions

import (
	"sallyport/internal/errs"
	"sallyport/internal/formula"
	"sallyport/internal/function"
	"sallyport/internal/value"
)

var _ = add(function.Of("number.formula", "Formula",
	"Works out a formula: + - * / ^ % ! and parentheses, functions such as round, abs, min and sqrt, and # for comments. Values are named a, or {{{any name}}}; null is 0.",
	numberFormula).Serves("math:expression"))

type numberFormulaIn struct {
	Formula string        `okta:"_text_"`
	Values  *value.Object `okta:"*"`
}

// numberFormula gives the formula numbers, and never text: what a value holds
// cannot change what is worked out. That null is 0 is inferred.
func numberFormula(_ function.Env, in numberFormulaIn) (numberOut, error) {
	numbers := make(map[string]float64, in.Values.Len())
	for name, v := range in.Values.All() {
		f, ok := value.Numeric(v)
		if !ok && !value.Empty(v) {
			return numberOut{}, errs.New(errs.Invalid, "values: %s: a number is wanted, not a %s", name, value.KindOf(v))
		}
		numbers[name] = f
	}
	f, err := formula.Eval(in.Formula, func(name string) (float64, bool) {
		f, ok := numbers[name]
		return f, ok
	})
	if err != nil {
		return numberOut{}, errs.New(errs.Invalid, "formula: %v", err)
	}
	return numberOut{f}, nil
}

package functions

import (
	"strings"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/formula"
	"sallyport/internal/function"
	"sallyport/internal/value"
)

var _ = add(function.Of("boolean.expression", "Expression",
	"Whether a condition holds: and, or, xor, not, == != < <= > >= and parentheses, with what number.formula knows. Values are named a, or {{{any name}}}: numbers, true and false, and dates. Of texts false and the empty one are false, numbers are numbers, and all others are true.",
	booleanExpression).Serves("boolean:expression"))

type booleanExpressionIn struct {
	Condition string        `okta:"_text_"`
	Values    *value.Object `okta:"*"`
}

func booleanExpression(_ function.Env, in booleanExpressionIn) (truthOut, error) {
	numbers := make(map[string]float64, in.Values.Len())
	for name, v := range in.Values.All() {
		numbers[name] = weigh(v)
	}
	holds, err := formula.Holds(in.Condition, func(name string) (float64, bool) {
		f, ok := numbers[name]
		return f, ok
	})
	if err != nil {
		return truthOut{}, errs.New(errs.Invalid, "condition: %v", err)
	}
	return truthOut{holds}, nil
}

// weigh returns the number that a value is in a condition. That a text of digits
// is its number is an inference: the documentation calls all texts true but
// "false", and speaks of fields that are declared as texts.
func weigh(v any) float64 {
	if f, ok := value.Numeric(v); ok {
		return f
	}
	switch v := v.(type) {
	case bool:
		if !v {
			return 0
		}
	case time.Time:
		return float64(v.UnixMilli())
	case string:
		if strings.EqualFold(v, "false") || v == "" {
			return 0
		}
	case nil:
		return 0
	}
	return 1
}

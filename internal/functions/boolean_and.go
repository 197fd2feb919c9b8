package functions

import (
	"sallyport/internal/errs"
	"sallyport/internal/function"
	"sallyport/internal/value"
)

var _ = add(function.Of("boolean.and", "And", "True where all inputs are true. Null and nothing are false.", booleanAnd).Serves("boolean:and"))

type truthsIn struct {
	A    any           `kind:"boolean"`
	B    any           `kind:"boolean"`
	More *value.Object `port:"*"`
}

type truthOut struct {
	Result bool `okta:"output"`
}

// count returns how many of the inputs are true, and how many there are.
func (in truthsIn) count(loose bool) (yes, all int, err error) {
	inputs := value.Map("a", in.A, "b", in.B)
	for name, v := range in.More.All() {
		inputs.Set(name, v)
	}
	for name, v := range inputs.All() {
		is, err := value.Convert(v, value.Boolean)
		if err != nil && !loose { // a loose caller's other words are false, by inference
			return 0, 0, errs.New(errs.Invalid, "%s: %v", name, err)
		}
		if is == true {
			yes++
		}
	}
	return yes, inputs.Len(), nil
}

func booleanAnd(env function.Env, in truthsIn) (truthOut, error) {
	yes, all, err := in.count(env.Loose)
	return truthOut{yes == all}, err
}

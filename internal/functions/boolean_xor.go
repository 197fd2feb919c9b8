package functions

import "sallyport/internal/function"

var _ = add(function.Of("boolean.xor", "Or (Exclusive)", "True where exactly one input is true.", booleanXor).Serves("boolean:xor"))

func booleanXor(env function.Env, in truthsIn) (truthOut, error) {
	yes, _, err := in.count(env.Loose)
	return truthOut{yes == 1}, err
}

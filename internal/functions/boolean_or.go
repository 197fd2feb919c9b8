package functions

import "sallyport/internal/function"

var _ = add(function.Of("boolean.or", "Or", "True where any input is true. Null and nothing are false.", booleanOr).Serves("boolean:or"))

func booleanOr(env function.Env, in truthsIn) (truthOut, error) {
	yes, _, err := in.count(env.Loose)
	return truthOut{yes > 0}, err
}

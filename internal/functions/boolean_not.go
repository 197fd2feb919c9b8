package functions

import "sallyport/internal/function"

var _ = add(function.Of("boolean.not", "Not", "True where the input is false, null or nothing; false where it is true.", booleanNot))

type booleanNotIn struct {
	Value bool
}

func booleanNot(_ function.Env, in booleanNotIn) (truthOut, error) { return truthOut{!in.Value}, nil }

package functions

import "sallyport/internal/function"

var _ = add(function.Of("number.subtract", "Subtract", "The first number less the second. Null is 0.", numberSubtract).Serves("math:subtract"))

func numberSubtract(_ function.Env, in twoNumbersIn) (numberOut, error) { return finite(in.A - in.B) }

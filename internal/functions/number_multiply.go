package functions

import "sallyport/internal/function"

var _ = add(function.Of("number.multiply", "Multiply", "The product of two numbers. Null is 0.", numberMultiply).Serves("math:multiply"))

func numberMultiply(_ function.Env, in twoNumbersIn) (numberOut, error) { return finite(in.A * in.B) }

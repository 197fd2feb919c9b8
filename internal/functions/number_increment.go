package functions

import "sallyport/internal/function"

var _ = add(function.Of("number.increment", "Increment", "A number and one. Null is 0.", numberIncrement).Serves("math:increment"))

func numberIncrement(_ function.Env, in numberIn) (numberOut, error) { return finite(in.Number + 1) }

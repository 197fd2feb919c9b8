package functions

import "sallyport/internal/function"

var _ = add(function.Of("number.smaller", "Smaller", "The smallest of the inputs; null where there is none. What is empty is passed over.", numberSmaller))

func numberSmaller(_ function.Env, in numbersIn) (anyNumberOut, error) { return in.extreme(-1) }

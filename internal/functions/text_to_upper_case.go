package functions

import (
	"strings"

	"sallyport/internal/function"
)

var _ = add(function.Of("text.to_upper_case", "To Upper Case", "The text in capitals.", textToUpperCase))

func textToUpperCase(_ function.Env, in changedIn) (changedOut, error) { return in.by(strings.ToUpper) }

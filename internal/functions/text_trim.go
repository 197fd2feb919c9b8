package functions

import (
	"strings"

	"sallyport/internal/function"
)

var _ = add(function.Of("text.trim", "Trim", "The text without white space on both sides.", textTrim).Serves("string:trim"))

func textTrim(_ function.Env, in changedIn) (changedOut, error) { return in.by(strings.TrimSpace) }

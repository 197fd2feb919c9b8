package functions

import (
	"strings"
	"unicode"

	"sallyport/internal/function"
)

var _ = add(function.Of("text.trim", "Trim", "The text without white space on both sides.", textTrim).Serves("string:trim"))

func textTrim(_ function.Env, in changedIn) (changedOut, error) { return in.by(trimmed) }

// trimmed trims what JavaScript counts as white space: the mark at the start of
// files, too.
func trimmed(s string) string {
	return strings.TrimFunc(s, func(c rune) bool { return unicode.IsSpace(c) || c == '\uFEFF' })
}

package functions

import (
	"strings"
	"unicode"

	"sallyport/internal/function"
)

var _ = add(function.Of("text.to_title_case", "To Title Case", "The text with each word beginning with a capital, and the rest in small letters.", textToTitleCase))

func textToTitleCase(_ function.Env, in changedIn) (changedOut, error) {
	return in.by(func(s string) string {
		begins := true
		return strings.Map(func(c rune) rune {
			first := begins
			begins = unicode.IsSpace(c) || c == '-'
			if first {
				return unicode.ToTitle(c)
			}
			return unicode.ToLower(c)
		}, s)
	})
}

package functions

import (
	"strings"

	"sallyport/internal/function"
)

var _ = add(function.Of("text.to_lower_case", "To Lower Case", "The text in small letters.", textToLowerCase).Serves("string:toLowerCase"))

// changedIn is the input of functions that make another text of a text.
type changedIn struct {
	Text *string `okta:"string"`
}

// changedOut is their output. Of null comes null.
type changedOut struct {
	Text *string `okta:"output"`
}

func (in changedIn) by(f func(string) string) (changedOut, error) {
	if in.Text == nil {
		return changedOut{}, nil
	}
	out := f(*in.Text)
	return changedOut{&out}, nil
}

func textToLowerCase(_ function.Env, in changedIn) (changedOut, error) { return in.by(strings.ToLower) }

package functions

import (
	"strings"

	"sallyport/internal/function"
)

var _ = add(function.Of("text.split", "Split",
	"Takes a text apart at each separator, a comma unless given. Blanks stay.", textSplit).Serves("string:split"))

type textSplitIn struct {
	Text      *string `okta:"string"`
	Separator string  `okta:"delimiter"`
}

type textSplitOut struct {
	List []any `okta:"output"`
}

// textSplit makes no items of null, and one empty item of the empty text; the
// documentation does not say.
func textSplit(_ function.Env, in textSplitIn) (textSplitOut, error) {
	if in.Text == nil {
		return textSplitOut{[]any{}}, nil
	}
	if in.Separator == "" {
		in.Separator = ","
	}
	parts := strings.Split(*in.Text, in.Separator)
	list := make([]any, len(parts))
	for i, p := range parts {
		list[i] = p
	}
	return textSplitOut{list}, nil
}

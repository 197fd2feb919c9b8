package functions

import "sallyport/internal/function"

var _ = add(function.Of("text.compose", "Compose",
	"Makes a text of words and values: write it with {{ references }} where the values go.", textCompose))

type textComposeIn struct {
	Text string
}

type textComposeOut struct {
	Text string
}

// textCompose has nothing left to do: its input was rendered on the way in.
func textCompose(_ function.Env, in textComposeIn) (textComposeOut, error) {
	return textComposeOut(in), nil
}

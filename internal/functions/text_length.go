package functions

import "sallyport/internal/function"

var _ = add(function.Of("text.length", "Length", "How many characters a text has. Null has none; some signs, such as emoji, count as two.", textLength).Serves("string:length"))

type textLengthIn struct {
	Text string `okta:"string"`
}

type textLengthOut struct {
	Length float64
}

func textLength(_ function.Env, in textLengthIn) (textLengthOut, error) {
	return textLengthOut{float64(len(units(in.Text)))}, nil
}

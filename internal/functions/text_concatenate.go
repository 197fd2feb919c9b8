package functions

import (
	"sallyport/internal/function"
	"sallyport/internal/value"
)

var _ = add(function.Of("text.concatenate", "Concatenate",
	"Puts texts one behind the other, in the order of the inputs. Null is empty.", textConcatenate).Serves("string:concat"))

type textConcatenateIn struct {
	Texts *value.Object `port:"*"`
}

type textConcatenateOut struct {
	Text string `okta:"output"`
}

func textConcatenate(_ function.Env, in textConcatenateIn) (textConcatenateOut, error) {
	var out text
	for _, v := range in.Texts.All() {
		out.add(value.String(v))
	}
	return textConcatenateOut{out.String()}, out.err
}

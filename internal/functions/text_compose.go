package functions

import (
	"strings"

	"sallyport/internal/function"
	"sallyport/internal/value"
)

var _ = add(function.Of("text.compose", "Compose",
	"Makes a text of words and values: write it with {{ references }} where the values go. Or give values by name, and write {{{name}}}.",
	textCompose).Serves("string:compose"))

type textComposeIn struct {
	Text   string        `okta:"_text_"`
	Values *value.Object `okta:"*"`
}

type textComposeOut struct {
	Text string `okta:"output"`
}

// textCompose has nothing left to do where there are no values: references were
// rendered on the way in. Values are put in as they are, and what they hold is
// not looked at again.
func textCompose(_ function.Env, in textComposeIn) (textComposeOut, error) {
	if in.Values.Len() == 0 {
		return textComposeOut{in.Text}, nil
	}
	var out text
	rest := in.Text
	for out.err == nil {
		before, after, opened := strings.Cut(rest, "{{{")
		out.add(before)
		if !opened {
			break
		}
		name, _, closed := strings.Cut(after[:min(len(after), maxName)], "}}}")
		if v, known := in.Values.Get(name); known && closed {
			out.add(value.String(v))
			rest = after[len(name)+3:]
			continue
		}
		out.add("{")
		rest = rest[len(before)+1:]
	}
	return textComposeOut{out.String()}, out.err
}

// maxName bounds how far the end of a name is looked for.
const maxName = 1000

package functions

import (
	"sallyport/internal/function"
	"sallyport/internal/value"
)

var _ = add(function.Of("list.to_text", "List to Text", "Makes one text of a list, with a separator between the items. Empty items are kept; text.join passes them over.", listToText).Serves("list:join"))

type listToTextIn struct {
	List      []any
	Separator string `okta:"delimiter"`
}

type listToTextOut struct {
	Text string `okta:"string"`
}

func listToText(_ function.Env, in listToTextIn) (listToTextOut, error) {
	var out text
	for i, v := range in.List {
		if i > 0 {
			out.add(in.Separator)
		}
		out.add(value.String(v))
	}
	return listToTextOut{out.String()}, out.err
}

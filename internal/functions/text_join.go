package functions

import (
	"sallyport/internal/function"
	"sallyport/internal/value"
)

var _ = add(function.Of("text.join", "Join",
	"Makes one text of the items of a list, with a separator between them. Items that are empty are passed over.", textJoin))

type textJoinIn struct {
	List      []any
	Separator string
}

type textJoinOut struct {
	Text string
}

func textJoin(_ function.Env, in textJoinIn) (textJoinOut, error) {
	var out text
	first := true
	for _, v := range in.List {
		if value.Empty(v) {
			continue
		}
		if !first {
			out.add(in.Separator)
		}
		first = false
		out.add(value.String(v))
	}
	return textJoinOut{out.String()}, out.err
}

package functions

import (
	"sallyport/internal/function"
	"sallyport/internal/value"
)

var _ = add(function.Of("list.construct", "Construct", "Makes a list of the inputs, in their order; their names are only for the reader. Null is kept.", listConstruct).Serves("list:construct"))

type listConstructIn struct {
	Items *value.Object `port:"*"`
}

type listConstructOut struct {
	List []any
}

func listConstruct(_ function.Env, in listConstructIn) (listConstructOut, error) {
	out := listConstructOut{make([]any, 0, in.Items.Len())}
	for _, v := range in.Items.All() {
		out.List = append(out.List, v)
	}
	return out, nil
}

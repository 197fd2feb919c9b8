package functions

import (
	"sallyport/internal/function"
	"sallyport/internal/value"
)

var _ = add(function.Of("list.length", "Length", "How many items a list has. Null has none.", listLength).Serves("list:length"))

type listLengthIn struct {
	List any `port:",asis" kind:"list"`
}

type listLengthOut struct {
	Length float64
}

// listLength is 0 of an imported flow's value that is no list and no JSON text
// of one: that is inferred, for nothing says what the card makes of it.
func listLength(env function.Env, in listLengthIn) (listLengthOut, error) {
	if s, ok := in.List.(string); ok && env.Loose {
		if v, err := value.ParseJSON([]byte(s)); err == nil {
			in.List = v
		}
	}
	list, _ := in.List.([]any)
	return listLengthOut{float64(len(list))}, nil
}

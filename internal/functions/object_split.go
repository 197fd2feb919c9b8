package functions

import (
	"sallyport/internal/function"
	"sallyport/internal/value"
)

var _ = add(function.Of("object.split", "Split", "The fields of an object as a list of {key, value}, in their order.", objectSplit).Serves("object:split"))

func objectSplit(_ function.Env, in objectIn) (listOut, error) {
	out := listOut{make([]any, 0, in.Object.Len())}
	for k, v := range in.Object.All() {
		out.List = append(out.List, value.Map("key", k, "value", v))
	}
	return out, nil
}

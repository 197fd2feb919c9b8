package functions

import (
	"sallyport/internal/function"
	"sallyport/internal/value"
)

var _ = add(function.Of("object.zip", "Zip", "An object of a list of names and a list of values. A name without a value has null.", objectZip).Serves("object:zip"))

type objectZipIn struct {
	Keys   []any
	Values []any
}

func objectZip(_ function.Env, in objectZipIn) (mergedOut, error) {
	out := value.NewObject(len(in.Keys))
	for i, k := range in.Keys {
		var v any
		if i < len(in.Values) {
			v = in.Values[i]
		}
		out.Set(value.String(k), v)
	}
	return mergedOut{out}, nil
}

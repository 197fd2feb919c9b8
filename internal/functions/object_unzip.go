package functions

import "sallyport/internal/function"

var _ = add(function.Of("object.unzip", "Unzip", "The names of an object's fields and their values, as two lists in one order.", objectUnzip).Serves("object:unzip"))

type objectUnzipOut struct {
	Keys   []any
	Values []any
}

func objectUnzip(_ function.Env, in objectIn) (objectUnzipOut, error) {
	out := objectUnzipOut{[]any{}, []any{}}
	for k, v := range in.Object.All() {
		out.Keys, out.Values = append(out.Keys, k), append(out.Values, v)
	}
	return out, nil
}

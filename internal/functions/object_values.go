package functions

import "sallyport/internal/function"

var _ = add(function.Of("object.values", "Values", "The values of an object's fields, in their order.", objectValues).Serves("object:values"))

type objectValuesOut struct {
	Values []any
}

func objectValues(_ function.Env, in objectIn) (objectValuesOut, error) {
	out := objectValuesOut{[]any{}}
	for _, v := range in.Object.All() {
		out.Values = append(out.Values, v)
	}
	return out, nil
}

package functions

import (
	"sallyport/internal/function"
	"sallyport/internal/value"
)

var _ = add(function.Of("json.stringify", "Stringify", "A value as compact JSON, its fields in their order. A text stays as it is; null stays null.", jsonStringify).Serves("json:stringify"))

type jsonStringifyIn struct {
	Value any `okta:"object"`
}

type jsonStringifyOut struct {
	Text any `okta:"output"`
}

// jsonStringify puts no quotes around a text, as the conversion of the same
// name does. That null stays null is inferred.
func jsonStringify(_ function.Env, in jsonStringifyIn) (jsonStringifyOut, error) {
	if in.Value == nil {
		return jsonStringifyOut{}, nil
	}
	return jsonStringifyOut{value.String(in.Value)}, nil
}

package functions

import (
	"sallyport/internal/function"
	"sallyport/internal/value"
)

var _ = add(function.Of("object.keys", "Keys", "The names of an object's fields, in their order.", objectKeys).Serves("object:keys"))

type objectIn struct {
	Object *value.Object
}

type objectKeysOut struct {
	Keys []any
}

func objectKeys(_ function.Env, in objectIn) (objectKeysOut, error) {
	out := objectKeysOut{[]any{}}
	for k := range in.Object.All() {
		out.Keys = append(out.Keys, k)
	}
	return out, nil
}

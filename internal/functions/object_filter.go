package functions

import "sallyport/internal/function"

var _ = add(function.Of("object.filter", "Filter", "An object without the fields that are null, an empty text, list or object; those within its fields stay.", objectFilter).Serves("object:filter"))

type objectFilterIn struct {
	Object any `kind:"object"`
}

func objectFilter(_ function.Env, in objectFilterIn) (objectClearEmptyOut, error) {
	return objectClearEmptyOut{cleared(in.Object, false)}, nil
}

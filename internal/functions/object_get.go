package functions

import (
	"sallyport/internal/function"
	"sallyport/internal/value"
)

var _ = add(function.Of("object.get", "Get",
	"The value at a dotted path of an object or list: profile.email, target.0.id. What is not there is null.", objectGet).Serves("object:get"))

type objectGetIn struct {
	Object any
	Path   string
}

type objectGetOut struct {
	Value any `okta:"output"`
}

func objectGet(_ function.Env, in objectGetIn) (objectGetOut, error) {
	return objectGetOut{value.Lookup(in.Object, in.Path)}, nil
}

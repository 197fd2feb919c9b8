package functions

import (
	"sallyport/internal/errs"
	"sallyport/internal/function"
	"sallyport/internal/value"
)

var _ = add(function.Of("object.set", "Set", "A copy of an object with a value at a dotted path. What is missing on the way is made.", objectSet).Serves("object:set"))

type objectSetIn struct {
	Object any
	Path   string
	Value  any
}

type objectSetOut struct {
	Object any `okta:"output"`
}

func objectSet(_ function.Env, in objectSetIn) (objectSetOut, error) {
	if in.Path == "" {
		return objectSetOut{}, errs.New(errs.Invalid, "path: a value is wanted")
	}
	if in.Object == nil {
		in.Object = value.NewObject(1)
	}
	out, err := value.Put(in.Object, in.Path, in.Value)
	if err != nil {
		return objectSetOut{}, errs.New(errs.Invalid, "path: %v", err)
	}
	return objectSetOut{out}, nil
}

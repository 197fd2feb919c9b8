package functions

import (
	"sallyport/internal/errs"
	"sallyport/internal/function"
	"sallyport/internal/value"
)

var _ = add(function.Of("object.get_multiple", "Get Multiple",
	"Values at dotted paths of an object or list. paths is a list of them, or an object of names and paths. What is not there is null.",
	objectGetMultiple).Serves("object:pick"))

type objectGetMultipleIn struct {
	Object any
	Paths  any
}

type objectGetMultipleOut struct {
	Values *value.Object `okta:"*"`
}

func objectGetMultiple(_ function.Env, in objectGetMultipleIn) (objectGetMultipleOut, error) {
	out := value.NewObject(4)
	if names, err := value.Convert(in.Paths, value.Obj); err == nil {
		named, _ := names.(*value.Object)
		for name, path := range named.All() {
			out.Set(name, value.Lookup(in.Object, value.String(path)))
		}
		return objectGetMultipleOut{out}, nil
	}
	list, err := value.Convert(in.Paths, value.List)
	if err != nil {
		return objectGetMultipleOut{}, errs.New(errs.Invalid, "paths: %v", err)
	}
	paths, _ := list.([]any)
	for _, p := range paths {
		path := value.String(p)
		out.Set(path, value.Lookup(in.Object, path))
	}
	return objectGetMultipleOut{out}, nil
}

package functions

import (
	"sallyport/internal/errs"
	"sallyport/internal/function"
	"sallyport/internal/value"
)

var _ = add(function.Of("object.move", "Move", "An object in which a field has another name, and stands at the end. Where there is no such field nothing changes.", objectMove).Serves("object:move"))

type objectMoveIn struct {
	Object      *value.Object
	Source      string
	Destination string
}

func objectMove(_ function.Env, in objectMoveIn) (mergedOut, error) {
	v, ok := in.Object.Get(in.Source)
	if !ok {
		return mergedOut{in.Object}, nil
	}
	if in.Destination == "" {
		return mergedOut{}, errs.New(errs.Invalid, "destination: the name of a field is wanted")
	}
	out := without(without(in.Object, in.Source), in.Destination)
	out.Set(in.Destination, v)
	return mergedOut{out}, nil
}

// without returns a copy of an object that has no field of a name.
func without(o *value.Object, name string) *value.Object {
	out := value.NewObject(o.Len())
	for k, v := range o.All() {
		if k != name {
			out.Set(k, v)
		}
	}
	return out
}

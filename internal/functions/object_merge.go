package functions

import (
	"sallyport/internal/errs"
	"sallyport/internal/function"
	"sallyport/internal/value"
)

var _ = add(function.Of("object.merge", "Merge", "One object of several, in the order of the inputs: later fields win. Null is passed over.", objectMerge).Serves("object:merge"))

type objectMergeIn struct {
	Objects *value.Object `port:"*"`
}

type mergedOut struct {
	Object *value.Object `okta:"output"`
}

func objectMerge(_ function.Env, in objectMergeIn) (mergedOut, error) {
	out := value.NewObject(4)
	for name, v := range in.Objects.All() {
		if err := mergeInto(out, v); err != nil {
			return mergedOut{}, errs.New(errs.Invalid, "%s: %v", name, err)
		}
	}
	return mergedOut{out}, nil
}

// mergeInto puts the fields of v into an object that is being made.
func mergeInto(out *value.Object, v any) error {
	v, err := value.Convert(v, value.Obj)
	if err != nil {
		return err
	}
	if o, ok := v.(*value.Object); ok {
		for k, e := range o.All() {
			out.Set(k, e)
		}
	}
	return nil
}

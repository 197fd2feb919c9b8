package functions

import (
	"sallyport/internal/errs"
	"sallyport/internal/function"
	"sallyport/internal/value"
)

var _ = add(function.Of("object.construct", "Construct",
	"Makes an object of the inputs. A name with dots makes objects within it: a.b, and with numbers lists: a.0.b. Null and empty inputs are kept.",
	objectConstruct).Serves("object:construct"))

type objectConstructIn struct {
	Fields *value.Object `port:"*"`
}

type objectConstructOut struct {
	Object *value.Object `okta:"output"`
}

func objectConstruct(_ function.Env, in objectConstructIn) (objectConstructOut, error) {
	out := value.NewBuilder()
	for path, v := range in.Fields.All() {
		if err := out.Put(path, v); err != nil {
			return objectConstructOut{}, errs.New(errs.Invalid, "%s: %v", path, err)
		}
	}
	o, _ := out.Value().(*value.Object)
	return objectConstructOut{o}, nil
}

package functions

import (
	"sallyport/internal/errs"
	"sallyport/internal/function"
	"sallyport/internal/value"
)

var _ = add(function.Of("list.collapse", "Collapse", "One object of a list of them: later fields win. Null is passed over.", listCollapse).Serves("list:collapse"))

func listCollapse(_ function.Env, in listIn) (mergedOut, error) {
	out := value.NewObject(4)
	for i, item := range in.List {
		if err := mergeInto(out, item); err != nil {
			return mergedOut{}, errs.New(errs.Invalid, "list: item %d: %v", i, err)
		}
	}
	return mergedOut{out}, nil
}

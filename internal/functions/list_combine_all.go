package functions

import (
	"sallyport/internal/errs"
	"sallyport/internal/function"
	"sallyport/internal/value"
)

var _ = add(function.Of("list.combine_all", "Combine All", "The items of several lists one behind the other, in the order of the inputs.", listCombineAll))

func listCombineAll(_ function.Env, in listUnionIn) (listOut, error) {
	out := listOut{[]any{}}
	for name, v := range in.Lists.All() {
		list, err := value.Convert(v, value.List)
		if err != nil {
			return listOut{}, errs.New(errs.Invalid, "%s: %v", name, err)
		}
		items, _ := list.([]any)
		out.List = append(out.List, items...)
	}
	return out, nil
}

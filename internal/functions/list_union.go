package functions

import (
	"sallyport/internal/errs"
	"sallyport/internal/function"
	"sallyport/internal/value"
)

var _ = add(function.Of("list.union", "Union (Combine Unique)", "The items of several lists, in the order of the inputs, each once.", listUnion).Serves("list:union"))

type listUnionIn struct {
	Lists *value.Object `port:"*"`
}

type listUnionOut struct {
	List []any `okta:"union"`
}

func listUnion(_ function.Env, in listUnionIn) (listUnionOut, error) {
	var seen set
	out := listUnionOut{[]any{}}
	for name, v := range in.Lists.All() {
		list, err := value.Convert(v, value.List)
		if err != nil {
			return listUnionOut{}, errs.New(errs.Invalid, "%s: %v", name, err)
		}
		items, _ := list.([]any)
		for _, item := range items {
			if seen.add(item) {
				out.List = append(out.List, item)
			}
		}
	}
	return out, nil
}

package functions

import (
	"sallyport/internal/function"
	"sallyport/internal/value"
)

var _ = add(function.Of("list.remove_duplicates", "Remove Duplicates", "The first item of each value at a path; without a path, each item once.", listRemoveDuplicates).Serves("list:uniqueBy"))

type listPathIn struct {
	List []any
	Path string
}

type listRemoveDuplicatesOut struct {
	List []any `okta:"unique list"`
}

func listRemoveDuplicates(_ function.Env, in listPathIn) (listRemoveDuplicatesOut, error) {
	var seen set
	out := listRemoveDuplicatesOut{[]any{}}
	for _, item := range in.List {
		if seen.add(value.Lookup(item, in.Path)) {
			out.List = append(out.List, item)
		}
	}
	return out, nil
}

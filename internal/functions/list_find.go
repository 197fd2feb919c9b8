package functions

import (
	"sallyport/internal/function"
	"sallyport/internal/value"
)

var _ = add(function.Of("list.find", "Find",
	"The first item of a list whose field compares with a value, and its position; null and -1 where there is none. The comparisons are those of boolean.compare.",
	listFind).Serves("list:findBy"))

type listFindIn struct {
	List     []any
	Path     string
	Operator string
	Value    any `okta:"comparison"`
}

type listFindOut struct {
	Item  any
	Index float64
}

func listFind(_ function.Env, in listFindIn) (listFindOut, error) {
	for i, item := range in.List {
		ok, err := compareIn{value.Lookup(item, in.Path), in.Operator, in.Value}.holds()
		if err != nil {
			return listFindOut{}, err
		}
		if ok {
			return listFindOut{item, float64(i)}, nil
		}
	}
	return listFindOut{Index: -1}, nil
}

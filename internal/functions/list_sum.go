package functions

import (
	"sallyport/internal/errs"
	"sallyport/internal/function"
	"sallyport/internal/value"
)

var _ = add(function.Of("list.sum", "Sum", "The sum of a list of numbers. Null is 0.", listSum).Serves("list:sum"))

type listSumIn struct {
	List []any
}

type listSumOut struct {
	Sum float64
}

func listSum(_ function.Env, in listSumIn) (listSumOut, error) {
	total := 0.0
	for i, item := range in.List {
		f, ok := value.Numeric(item)
		if !ok && !value.Empty(item) {
			return listSumOut{}, errs.New(errs.Invalid, "list: item %d is a %s; a number is wanted", i, value.KindOf(item))
		}
		total += f
	}
	out, err := finite(total)
	return listSumOut{out.Number}, err
}

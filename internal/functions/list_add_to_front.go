package functions

import "sallyport/internal/function"

var _ = add(function.Of("list.add_to_front", "Add to Front", "A list with one more item at its front.", listAddToFront))

func listAddToFront(_ function.Env, in listAddIn) (listOut, error) {
	return listOut{append([]any{in.Item}, in.List...)}, nil
}

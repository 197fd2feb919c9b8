package functions

import "sallyport/internal/function"

var _ = add(function.Of("list.sample", "Sample", "Some items of a list, drawn at random, none twice.", listSample).AsEffect().Serves("list:sample"))

type listSampleIn struct {
	List   []any
	Amount float64
}

type listSampleOut struct {
	Items []any `okta:"samples"`
}

func listSample(env function.Env, in listSampleIn) (listSampleOut, error) {
	items := append([]any{}, in.List...)
	amount := int(min(max(in.Amount, 0), float64(len(items))))
	for i := range amount {
		n, err := env.Below(len(items) - i)
		if err != nil {
			return listSampleOut{}, err
		}
		items[i], items[i+n] = items[i+n], items[i]
	}
	return listSampleOut{items[:amount]}, nil
}

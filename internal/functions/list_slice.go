package functions

import "sallyport/internal/function"

var _ = add(function.Of("list.slice", "Slice", "The items of a list from a position, counted from 0, to before another; without one, to the end. Positions below 0 count from the end.", listSlice).Serves("list:slice"))

type listSliceIn struct {
	List  []any
	Start *float64
	End   *float64
}

type listSliceOut struct {
	List []any `okta:"slice"`
}

// listSlice follows JavaScript's slice where positions are below 0: that is an
// inference.
func listSlice(_ function.Env, in listSliceIn) (listSliceOut, error) {
	n := len(in.List)
	from, to := place(in.Start, 0, n), place(in.End, n, n)
	return listSliceOut{append([]any{}, in.List[from:max(from, to)]...)}, nil
}

// place brings a position, which may be counted from the end, within a list.
func place(at *float64, fallback, length int) int {
	if at != nil && *at < 0 {
		back := *at + float64(length)
		at = &back
	}
	return bring(at, fallback, length)
}

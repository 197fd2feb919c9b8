package functions

import "sallyport/internal/function"

var _ = add(function.Of("date.unix", "UNIX", "A date as the number of milliseconds since 1970.", dateUnix).Serves("date:unix"))

func dateUnix(_ function.Env, in dateIn) (sinceOut, error) {
	if in.Date.IsZero() {
		return sinceOut{}, nil
	}
	ms := float64(in.Date.UnixMilli())
	return sinceOut{&ms}, nil
}

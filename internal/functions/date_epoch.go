package functions

import (
	"time"

	"sallyport/internal/function"
)

var _ = add(function.Of("date.epoch", "EPOCH", "A date as the number of whole seconds since 1970.", dateEpoch).Serves("date:epoch"))

type dateIn struct {
	Date time.Time `okta:"start"`
}

type sinceOut struct {
	Number *float64 `okta:"output"`
}

func dateEpoch(_ function.Env, in dateIn) (sinceOut, error) {
	if in.Date.IsZero() {
		return sinceOut{}, nil
	}
	seconds := float64(in.Date.Unix())
	return sinceOut{&seconds}, nil
}

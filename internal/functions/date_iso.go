package functions

import (
	"sallyport/internal/function"
	"sallyport/internal/moment"
)

var _ = add(function.Of("date.iso", "ISO", "A date as text of ISO 8601, in UTC and whole seconds: 2016-09-07T00:01:25Z.", dateISO))

func dateISO(_ function.Env, in dateIn) (dateToTextOut, error) {
	if in.Date.IsZero() {
		return dateToTextOut{}, nil
	}
	out := moment.Stamp(in.Date)
	return dateToTextOut{&out}, nil
}

package functions

import (
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/function"
	"sallyport/internal/moment"
)

var _ = add(function.Of("date.add", "Add",
	"A date and so many milliseconds, seconds, minutes, hours, days, weeks, months or years. A month later is the same day, or the last of a shorter month.",
	dateAdd).Serves("date:add"))

type dateAddIn struct {
	Date   time.Time `okta:"start"`
	Amount float64   `okta:"scale"`
	Unit   string
}

type dateOut struct {
	Date time.Time `okta:"output"`
}

func dateAdd(_ function.Env, in dateAddIn) (dateOut, error) { return in.by(1) }

func (in dateAddIn) by(sign float64) (dateOut, error) {
	if in.Date.IsZero() {
		return dateOut{}, nil
	}
	t, err := moment.Add(in.Date, sign*in.Amount, in.Unit)
	if err != nil {
		return dateOut{}, errs.New(errs.Invalid, "%v", err)
	}
	return dateOut{t}, nil
}

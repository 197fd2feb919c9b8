package functions

import (
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/function"
	"sallyport/internal/moment"
	"sallyport/internal/value"
)

var _ = add(function.Of("date.from_text", "Text to Date",
	"Reads a date by a format such as DD.MM.YYYY HH:mm; x is milliseconds and X seconds since 1970. Without a format the usual ways to write dates are read.",
	dateFromText).Serves("date:parse"))

type dateFromTextIn struct {
	Text   string `okta:"start"`
	Format string
}

func dateFromText(env function.Env, in dateFromTextIn) (dateOut, error) {
	if in.Text == "" {
		return dateOut{}, nil
	}
	if len(in.Format) > maxFormat {
		return dateOut{}, errs.New(errs.Invalid, "format: more than %d characters", maxFormat)
	}
	read := func() (time.Time, error) { return moment.Parse(in.Text, in.Format, env.Now()) }
	if in.Format == "" {
		read = func() (time.Time, error) { return value.ParseDate(in.Text) }
	}
	t, err := read()
	if err != nil {
		return dateOut{}, errs.New(errs.Invalid, "text: %v", err)
	}
	return dateOut{t}, nil
}

package functions

import (
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/function"
	"sallyport/internal/moment"
)

var _ = add(function.Of("date.to_text", "Date to Text",
	"Writes a date by a format such as YYYY-MM-DD HH:mm, in a time zone such as Europe/Berlin; without one, and in one that is not known, in UTC.",
	dateToText).Serves("date:format"))

type dateToTextIn struct {
	Date   time.Time `okta:"start"`
	Format string
	Zone   string
}

type dateToTextOut struct {
	Text *string `okta:"output"`
}

func dateToText(_ function.Env, in dateToTextIn) (dateToTextOut, error) {
	if in.Date.IsZero() {
		return dateToTextOut{}, nil
	}
	out, err := written(in.Date, in.Format, in.Zone)
	return dateToTextOut{&out}, err
}

// maxFormat bounds the format of a date, in bytes.
const maxFormat = 2000

// written writes a date by a format. No format is ISO 8601 with the offset, as
// in the common JavaScript library.
func written(t time.Time, format, zone string) (string, error) {
	if len(format) > maxFormat {
		return "", errs.New(errs.Invalid, "format: more than %d characters", maxFormat)
	}
	if format == "" {
		format = "YYYY-MM-DDTHH:mm:ssZ"
	}
	return moment.Format(t.In(moment.Zone(zone)), format), nil
}

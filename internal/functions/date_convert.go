package functions

import (
	"time"

	"sallyport/internal/function"
	"sallyport/internal/moment"
)

var _ = add(function.Of("date.convert", "Convert",
	"Reads a date and gives it in several forms: ISO, seconds (epoch) and milliseconds (unix) since 1970 as texts, for people, and by a format and time zone of one's own.",
	dateConvert).Serves("date:fromISO"))

type dateConvertIn struct {
	Date   time.Time `okta:"start"`
	Format string
	Zone   string
}

type dateConvertOut struct {
	Date   time.Time
	ISO    *string `port:"iso"`
	Epoch  *string
	Unix   *string
	Human  *string
	Custom *string
}

func dateConvert(_ function.Env, in dateConvertIn) (dateConvertOut, error) {
	t := in.Date
	if t.IsZero() {
		return dateConvertOut{}, nil
	}
	text := func(s string) *string { return &s }
	out := dateConvertOut{
		Date: t, ISO: text(moment.Stamp(t)), Human: text(moment.Human(t)),
		Epoch: text(moment.Format(t, "X")), Unix: text(moment.Format(t, "x")),
	}
	if in.Format != "" {
		custom, err := written(t, in.Format, in.Zone)
		if err != nil {
			return dateConvertOut{}, err
		}
		out.Custom = &custom
	}
	return out, nil
}

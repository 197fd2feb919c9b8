package functions

import (
	"time"

	"sallyport/internal/function"
	"sallyport/internal/moment"
)

var _ = add(function.Of("date.now", "Now",
	"The moment at which the card runs, and its parts in UTC. A run that is resumed keeps the moment of its first time.",
	dateNow).AsEffect().Serves("date:now"))

type dateNowOut struct {
	Date        time.Time
	ISO         string `port:"iso"`
	Full        string
	Time        string
	Year        float64
	Month       string
	Day         float64
	Hour        float64
	Minute      float64
	Second      float64
	Millisecond float64
}

func dateNow(env function.Env, _ struct{}) (dateNowOut, error) {
	t := env.Now().UTC()
	return dateNowOut{
		Date: t, ISO: moment.Stamp(t), Full: moment.Human(t), Time: moment.Format(t, "h:mm A"),
		Year: float64(t.Year()), Month: t.Month().String(), Day: float64(t.Day()),
		Hour: float64(t.Hour()), Minute: float64(t.Minute()), Second: float64(t.Second()), Millisecond: float64(t.Nanosecond() / 1e6),
	}, nil
}

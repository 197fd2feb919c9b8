package functions

import (
	"time"

	"sallyport/internal/function"
)

var _ = add(function.Of("date.now", "Now",
	"The moment at which the card runs. A run that is resumed keeps the moment of its first time.", dateNow).AsEffect())

type dateNowOut struct {
	Date time.Time
}

func dateNow(env function.Env, _ struct{}) (dateNowOut, error) {
	return dateNowOut{env.Now()}, nil
}

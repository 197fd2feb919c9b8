package functions

import (
	"time"

	"sallyport/internal/function"
	"sallyport/internal/moment"
)

var _ = add(function.Of("date.difference", "Difference",
	"The time from a start to an end, in each unit, with fractions; below 0 where the end is earlier. Months and years are those of the calendar.",
	dateDifference).Serves("date:diff"))

// The card's keys say the opposite of its labels: the key start is labelled
// end date.
type dateDifferenceIn struct {
	End   time.Time `okta:"start"`
	Start time.Time `okta:"end"`
}

type dateDifferenceOut struct {
	Days         *float64
	Months       *float64
	Years        *float64
	Hours        *float64
	Minutes      *float64
	Seconds      *float64
	Milliseconds *float64
}

func dateDifference(_ function.Env, in dateDifferenceIn) (dateDifferenceOut, error) {
	if in.Start.IsZero() || in.End.IsZero() {
		return dateDifferenceOut{}, nil
	}
	ms := float64(in.End.UnixMilli() - in.Start.UnixMilli())
	part := func(f float64) *float64 { return &f }
	months := moment.Months(in.Start, in.End)
	return dateDifferenceOut{
		Milliseconds: part(ms), Seconds: part(ms / 1e3), Minutes: part(ms / 60e3), Hours: part(ms / 3600e3), Days: part(ms / 86400e3),
		Months: part(months), Years: part(months / 12),
	}, nil
}

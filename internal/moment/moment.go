// Package moment reads and writes dates by the tokens that Okta Workflows
// documents for its date cards, and does calendar arithmetic as they do.
package moment

import (
	"fmt"
	"math"
	"strings"
	"time"
	_ "time/tzdata" // zones are known wherever the program runs
)

// Zone returns the time zone of an IANA name. No name, and one that is not
// known, is UTC: so the cards behave, for exported flows name zones that do not
// exist.
func Zone(name string) *time.Location {
	name = strings.TrimSpace(name)
	if name == "" || strings.EqualFold(name, "local") {
		return time.UTC
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC
	}
	return loc
}

// Units lists the units of [Add].
func Units() []string {
	return []string{"milliseconds", "seconds", "minutes", "hours", "days", "weeks", "months", "years"}
}

// maxSpan bounds what is added at once, in any unit: no date of four digits
// is further away.
const maxSpan = 1e15

// Add returns t and n units. The unit is one of [Units], in any case, singular
// or plural. Months and years are calendar months, and the day is the last of
// the month where the month is shorter; their fractions are dropped. Of the
// other units fractions count.
func Add(t time.Time, n float64, unit string) (time.Time, error) {
	if math.IsNaN(n) || math.Abs(n) > maxSpan {
		return time.Time{}, fmt.Errorf("%g is too much to add to a date", n)
	}
	name := strings.ToLower(strings.TrimSpace(unit))
	switch strings.TrimSuffix(name, "s") {
	case "millisecond":
		return shift(t, n)
	case "second":
		return shift(t, n*1e3)
	case "minute":
		return shift(t, n*60e3)
	case "hour":
		return shift(t, n*3600e3)
	case "day":
		return shift(t, n*86400e3)
	case "week":
		return shift(t, n*7*86400e3)
	case "month":
		return addMonths(t, n)
	case "year":
		return addMonths(t, n*12)
	}
	return time.Time{}, fmt.Errorf("%q is no unit; there are %s", unit, strings.Join(Units(), ", "))
}

// shift adds milliseconds, in whole ones.
func shift(t time.Time, ms float64) (time.Time, error) {
	if math.Abs(ms) > maxSpan {
		return time.Time{}, fmt.Errorf("%g milliseconds are too much to add to a date", ms)
	}
	return inYears(time.UnixMilli(t.UnixMilli() + int64(math.Round(ms))).UTC())
}

func addMonths(t time.Time, n float64) (time.Time, error) {
	if math.Abs(n) > 12*10000 {
		return time.Time{}, fmt.Errorf("%g months are too much to add to a date", n)
	}
	return inYears(monthsOn(t.UTC(), int(n)))
}

// monthsOn is the same day n months on, or the last one of that month.
func monthsOn(t time.Time, n int) time.Time {
	first := time.Date(t.Year(), t.Month()+time.Month(n), 1, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), t.Location())
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(t.Day(), last)-1)
}

func inYears(t time.Time) (time.Time, error) {
	if y := t.Year(); y < 1 || y > 9999 {
		return time.Time{}, fmt.Errorf("the year %d is not within 1 to 9999", y)
	}
	return t, nil
}

// Months returns how many calendar months lie from start to end, with a
// fraction; below 0 where end is earlier. The fraction is that of the month
// beside the later day of the two, so that either way round has the same size.
func Months(start, end time.Time) float64 {
	start, end = start.UTC(), end.UTC()
	if end.Day() < start.Day() {
		return -monthsFrom(start, end)
	}
	return monthsFrom(end, start)
}

// monthsFrom returns how many months a is after b, counted from a.
func monthsFrom(a, b time.Time) float64 {
	whole := (b.Year()-a.Year())*12 + int(b.Month()-a.Month())
	anchor := monthsOn(a, whole)
	next := monthsOn(a, whole+1)
	if b.Before(anchor) {
		next = monthsOn(a, whole-1)
	}
	if months := float64(whole) + float64(b.Sub(anchor))/math.Abs(float64(next.Sub(anchor))); months != 0 {
		return -months
	}
	return 0 // and never -0
}

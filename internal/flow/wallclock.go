package flow

import (
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// nextOf returns the first time of a cron schedule after t. Where the hours are
// named, they are those of the clock on the wall: a time that the clock skips in
// spring comes when it has skipped it, and one that it shows twice in autumn comes
// the first time alone. What comes every few minutes or hours comes so all the time.
func nextOf(times cron.Schedule, text string, t time.Time, zone *time.Location) time.Time {
	if !namesHours(text) {
		return times.Next(t.In(zone))
	}
	for at := onWall(t.In(zone)); ; {
		at = times.Next(at)
		if at.IsZero() {
			return at
		}
		if next := offWall(at, zone); next.After(t) {
			return next
		}
	}
}

// namesHours reports whether a cron text says at which hours.
func namesHours(text string) bool {
	if strings.HasPrefix(text, "@") {
		return !strings.HasPrefix(text, "@every") && text != "@hourly"
	}
	fields := strings.Fields(text)
	return len(fields) >= 5 && !strings.Contains(fields[len(fields)-4], "*")
}

// onWall is what the clock shows at a time, as if it were UTC.
func onWall(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}

// offWall is the first time at which the clock of a zone shows something, or
// skips it.
func offWall(shown time.Time, zone *time.Location) time.Time {
	t := time.Date(shown.Year(), shown.Month(), shown.Day(), shown.Hour(), shown.Minute(), shown.Second(), 0, zone)
	start, end := t.ZoneBounds()
	switch {
	case onWall(t).After(shown):
		return start // the clock was put forward, past it
	case onWall(t).Before(shown):
		return end
	case start.IsZero():
		return t
	}
	_, now := t.Zone()
	_, before := start.Add(-time.Second).Zone()
	if first := t.Add(-time.Duration(before-now) * time.Second); before > now && first.Before(start) {
		return first
	}
	return t
}

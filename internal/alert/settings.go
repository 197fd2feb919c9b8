package alert

import (
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/rule"
)

// Settings is what an organization decides about its alerts.
type Settings struct {
	Clocks map[rule.Severity]Clock `json:"clocks"`
}

// Clock is how long people may take with alerts of a severity; 0 for no limit.
type Clock struct {
	Acknowledge time.Duration `json:"acknowledge"` // until somebody has looked at it
	Close       time.Duration `json:"close"`
}

// DefaultSettings are those of an organization that has said nothing.
func DefaultSettings() Settings {
	const day = 24 * time.Hour
	return Settings{Clocks: map[rule.Severity]Clock{
		rule.Critical:      {15 * time.Minute, 4 * time.Hour},
		rule.High:          {time.Hour, day},
		rule.Medium:        {8 * time.Hour, 3 * day},
		rule.Low:           {day, 7 * day},
		rule.Informational: {},
	}}
}

// Check returns what is wrong with settings.
func (s Settings) Check() error {
	for severity, c := range s.Clocks {
		switch {
		case c.Acknowledge < 0 || c.Close < 0:
			return errs.New(errs.Invalid, "%s: a time cannot be less than nothing", severity)
		case c.Close > 0 && c.Acknowledge > c.Close:
			return errs.New(errs.Invalid, "%s: an alert would be closed before it is acknowledged", severity)
		}
	}
	return nil
}

// clockFrom sets when things are due, counted from a time.
func (a *Alert) clockFrom(from time.Time, s Settings) {
	c := s.Clocks[a.Severity]
	a.AckDueAt, a.CloseDueAt = due(from, c.Acknowledge), due(from, c.Close)
}

// clock sets them anew for another severity, counted from when the alert was made.
func (a *Alert) clock(s Settings) { a.clockFrom(a.CreatedAt, s) }

func due(from time.Time, within time.Duration) time.Time {
	if within <= 0 {
		return time.Time{}
	}
	return from.Add(within)
}

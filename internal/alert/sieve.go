package alert

import (
	"fmt"
	"time"

	"sallyport/internal/event"
	"sallyport/internal/rule"
	"sallyport/internal/value"
)

// Sieve holds the events of one batch against an organization's suppressions, and
// remembers what they hid. It is not safe for concurrent use.
type Sieve struct {
	Hidden []Hidden
	Failed map[string]string // by suppression, what its condition failed with

	suppressions []*Suppression
	now          time.Time
	uuid         string // of the event that raw is
	raw          any
}

// NewSieve returns a sieve of the suppressions whose time is not over.
func NewSieve(all []*Suppression, now time.Time) *Sieve {
	s := &Sieve{Failed: map[string]string{}, now: now}
	for _, one := range all {
		if !one.Ended(now) {
			s.suppressions = append(s.suppressions, one)
		}
	}
	return s
}

// Keep reports whether a rule sees an event: no suppression hides it. A condition
// that fails hides nothing.
func (s *Sieve) Keep(r *rule.Rule, e event.Event) bool {
	for _, one := range s.suppressions {
		if !one.Covers(r) {
			continue
		}
		about := About(r, e)
		hides, err := s.hides(one, r, e, about)
		if err != nil {
			s.Failed[one.ID] = err.Error()
		}
		if hides {
			s.Hidden = append(s.Hidden, Hidden{one.ID, r.ID, e.UUID, about, s.now})
			return false
		}
	}
	return true
}

func (s *Sieve) hides(one *Suppression, r *rule.Rule, e event.Event, about Entity) (bool, error) {
	if s.uuid != e.UUID || s.raw == nil {
		v, err := value.ParseJSON(e.Raw)
		if err != nil {
			return false, fmt.Errorf("read event %s: %w", e.UUID, err)
		}
		s.uuid, s.raw = e.UUID, v
	}
	return one.Holds(s.raw, about, r)
}

// About returns whom or what a rule's alert about an event would be about.
func About(r *rule.Rule, e event.Event) Entity {
	s := r.Entity.Of(e)
	return Entity{Kind: s.Kind, ID: s.ID, Login: s.AlternateID, Name: s.DisplayName}
}

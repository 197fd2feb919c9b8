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
	suppressions []*Suppression
	now          time.Time
	hidden       map[hiding]Hidden
	order        []hiding
	failed       map[string]string // by suppression, what its condition failed with
	uuid         string            // of the event that raw is
	raw          any
}

// hiding tells apart what was hidden: the same is asked again where a transaction
// is tried again.
type hiding struct{ rule, event string }

// NewSieve returns a sieve of the suppressions whose time is not over.
func NewSieve(all []*Suppression, now time.Time) *Sieve {
	s := &Sieve{hidden: map[hiding]Hidden{}, failed: map[string]string{}, now: now}
	for _, one := range all {
		if !one.Ended(now) {
			s.suppressions = append(s.suppressions, one)
		}
	}
	return s
}

// Hides reports whether a suppression hides an event from a rule. A condition
// that fails hides nothing.
func (s *Sieve) Hides(r *rule.Rule, e event.Event) bool {
	for _, one := range s.suppressions {
		if !one.Covers(r) {
			continue
		}
		about := About(r, e)
		hides, err := s.hides(one, r, e, about)
		if err != nil {
			s.failed[one.ID] = err.Error()
		}
		if !hides {
			continue
		}
		k := hiding{r.ID, e.UUID}
		if _, again := s.hidden[k]; !again {
			s.hidden[k] = Hidden{one.ID, r.ID, e.UUID, about, s.now}
			s.order = append(s.order, k)
		}
		return true
	}
	return false
}

// hid returns what was hidden of some events.
func (s *Sieve) hid(of map[string]bool) []Hidden {
	var out []Hidden
	for _, k := range s.order {
		if of[k.event] {
			out = append(out, s.hidden[k])
		}
	}
	return out
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

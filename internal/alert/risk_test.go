package alert_test

import (
	"slices"
	"testing"
	"time"

	"sallyport/internal/alert"
)

// A risk halves in three days, and several tactics count for more than one.
func TestRisk(t *testing.T) {
	at := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	one := alert.Risk{}.Add(80, []string{"attack.t1621", "attack.credential-access"}, at)
	if got := one.Score(at); got != 55 {
		t.Errorf("one critical alert: %d, want 55", got)
	}
	if got := one.Score(at.Add(72 * time.Hour)); got != 33 {
		t.Errorf("three days later: %d, want 33", got)
	}
	two := alert.Risk{}.Add(40, []string{"attack.credential_access"}, at).Add(40, []string{"attack.persistence"}, at)
	if got := two.Score(at); got != 63 {
		t.Errorf("two tactics: %d, want 63", got)
	}
	if got := two.Named(at); !slices.Equal(got, []string{"credential-access", "persistence"}) {
		t.Errorf("tactics = %v", got)
	}
	if got := two.Score(at.Add(90 * 24 * time.Hour)); got != 0 {
		t.Errorf("after 90 days: %d", got)
	}
	if got := one.Score(at); got != 55 {
		t.Errorf("what was added to another changed this one: %d", got)
	}
}

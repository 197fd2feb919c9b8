package portal

import (
	"errors"
	"fmt"
	"testing"
	"time"
)

// clock is a clock that stands until it is moved.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func (c *clock) pass(d time.Duration) { c.at = c.at.Add(d) }

func newClock() *clock { return &clock{time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)} }

func TestLimiter(t *testing.T) {
	c := newClock()
	l := newLimiter(Limit{Burst: 3, Every: time.Minute}, c.now)
	for i := range 3 {
		if err := l.take("ada"); err != nil {
			t.Fatalf("attempt %d: %v", i+1, err)
		}
	}
	for range 5 { // attempts that are refused cost nothing
		refused, ok := errors.AsType[*LimitError](l.take("ada"))
		if !ok || refused.RetryAfter != time.Minute {
			t.Fatalf("the fourth: %v", refused)
		}
	}
	if err := l.take("bob"); err != nil {
		t.Errorf("somebody else: %v", err)
	}
	c.pass(30 * time.Second)
	if refused, _ := errors.AsType[*LimitError](l.take("ada")); refused == nil || refused.RetryAfter != 30*time.Second {
		t.Errorf("half a minute later: %v", refused)
	}
	c.pass(30 * time.Second)
	if err := l.take("ada"); err != nil {
		t.Errorf("a minute later: %v", err)
	}
	if err := l.take("ada"); err == nil {
		t.Error("two for one minute")
	}
	l.giveBack("ada")
	if err := l.take("ada"); err != nil {
		t.Errorf("what was given back: %v", err)
	}
	l.clear("ada")
	for range 3 {
		if err := l.take("ada"); err != nil {
			t.Errorf("after a success: %v", err)
		}
	}
}

// The memory is bounded, and what is paid for is forgotten first.
func TestLimiterForgets(t *testing.T) {
	c := newClock()
	l := newLimiter(Limit{Burst: 2, Every: time.Minute}, c.now)
	for i := range maxLimited {
		if err := l.take(fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
	}
	c.pass(2 * time.Minute)
	if err := l.take("late"); err != nil || len(l.paid) != 1 {
		t.Errorf("%d are remembered, err %v", len(l.paid), err)
	}
	for i := range 2 * maxLimited {
		if err := l.take(fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
	}
	if len(l.paid) > maxLimited {
		t.Errorf("%d are remembered", len(l.paid))
	}
}

func TestAddrKey(t *testing.T) {
	for addr, want := range map[string]string{
		"192.0.2.7":           "192.0.2.7",
		"::ffff:192.0.2.7":    "192.0.2.7",
		"2001:db8:1:2:3::1":   "2001:db8:1:2::/64",
		"2001:db8:1:2:ffff::": "2001:db8:1:2::/64",
		"fe80::1%eth0":        "fe80::/64",
		"unix":                "unix",
	} {
		if got := addrKey(addr); got != want {
			t.Errorf("%s: %s, want %s", addr, got, want)
		}
	}
}

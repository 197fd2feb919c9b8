package quota

import (
	"math"
	"time"
)

// bucket is the state of one bucket. The budget's lock guards it.
type bucket struct {
	name      string
	limit     int // calls in a window; 0 while unknown
	remaining int // what the peer said is left in this window; -1 while unknown
	reset     time.Time
	guessed   bool // reset is our guess, until a response tells
	used      int  // permits given in this window, those in flight among them
	inFlight  int
	blocked   time.Time
	silent    int         // answers in a row that told no limit
	recent    []time.Time // the last permits, where we keep a pace
	urgent    int         // permits of this window for what goes before synchronization
	before    int         // and of the window before

	others map[string]other // what other servers have called, by server
	told   Share            // what they were last told
}

// Windows whose ends differ by less are the same one: Okta's servers differ
// by a second.
const sameWindow = 5 * time.Second

// cap is how many calls of a window we take at most.
func (k *bucket) cap(d *Dialect) int {
	if k.limit == 0 {
		return 0
	}
	if d.share == 0 {
		return k.limit
	}
	return max(int(math.Floor(float64(k.limit)*d.share)), 1)
}

// roll begins a new window when the old one has ended. Calls in flight may be
// counted by the peer in the new one, so they count. The peer's window begins
// with the first call that arrives there; until a response tells when it ends,
// our guess is on the late side.
func (k *bucket) roll(d *Dialect, now time.Time) {
	if k.limit == 0 || k.reset.IsZero() || now.Before(k.reset) {
		return
	}
	k.used, k.remaining, k.silent = k.inFlight, -1, 0
	k.before, k.urgent = k.urgent, 0
	k.reset, k.guessed = now.Add(2*d.window), true
}

// admit reports whether a call may be made now, and if not, when to ask again;
// the zero time is when a call in flight has ended.
func (k *bucket) admit(d *Dialect, p Priority, now time.Time) (time.Time, bool) {
	if now.Before(k.blocked) {
		return k.blocked, false
	}
	if n := len(k.recent); d.pace > 0 && n >= d.pace {
		if next := k.recent[n-d.pace].Add(d.pacedIn); now.Before(next) {
			return next, false
		}
	}
	if k.limit == 0 {
		return time.Time{}, d.probes == 0 || k.inFlight < d.probes+k.silent
	}
	k.roll(d, now)
	limit := k.cap(d)
	left := limit - k.used - k.othersUsed()
	if k.remaining >= 0 {
		left = min(left, k.remaining-k.inFlight)
	}
	if left > k.reserve(p, limit) {
		return time.Time{}, true
	}
	return k.reset, false
}

// reserve is how many calls of a window a priority leaves to those above it. What
// Okta says is the limit is this credential's own part of the org's already, so
// synchronization takes what the others do not ask for: it leaves them twice what
// they took lately, a twelfth at least and half at most.
func (k *bucket) reserve(p Priority, limit int) int {
	if p < Sync {
		return p.reserve(limit)
	}
	return max(limit/12, min(2*max(k.urgent, k.before), p.reserve(limit)))
}

func (k *bucket) take(d *Dialect, p Priority, now time.Time) {
	if p < Sync {
		k.urgent++
	}
	k.used++
	k.inFlight++
	if d.pace > 0 {
		k.recent = append(k.recent, now)
		if n := len(k.recent); n > d.pace {
			k.recent = append(k.recent[:0], k.recent[n-d.pace:]...)
		}
	}
}

// learn takes over what a response says, whose call still counts as in flight.
// Responses overtake one another: one
// of an older window says nothing new, and within a window the least that is
// said to be left holds.
func (k *bucket) learn(d *Dialect, o observation, now time.Time) {
	if o.blocked.After(k.blocked) {
		k.blocked = o.blocked
	}
	k.roll(d, now)
	if o.limit == 0 {
		k.silent++
		if k.remaining > 0 {
			k.remaining-- // it may have counted
		}
		return
	}
	switch {
	case k.limit == 0 || o.reset.Sub(k.reset) >= sameWindow: // the first, or a new window
		if k.limit != 0 && k.used > 0 {
			k.before, k.urgent = k.urgent, 0
		}
		k.used, k.remaining, k.reset = k.inFlight+k.silent, o.remaining, o.reset
	case k.reset.Sub(o.reset) < sameWindow: // the same
		k.remaining = least(k.remaining, o.remaining)
		if o.reset.After(k.reset) || k.guessed {
			k.reset = o.reset
		}
	case k.guessed && o.reset.After(now): // the window that we guessed ends sooner
		k.remaining, k.reset = o.remaining, o.reset
	default: // an older one
		return
	}
	k.limit, k.guessed, k.silent = o.limit, false, 0
}

func least(known, said int) int {
	if known < 0 {
		return said
	}
	return min(known, said)
}

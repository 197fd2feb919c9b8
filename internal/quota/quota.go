// Package quota shares out the rate limits of the systems that are called.
//
// A peer such as Okta lets one credential make so many calls a minute to each
// of its buckets, and says in response headers what is left. A [Registry]
// keeps one [Budget] per credential, learns from those headers, and decides
// who may call next: containment before flows before polling before
// synchronization. Nobody who calls that peer with that credential goes
// around its budget.
package quota

import (
	"fmt"
	"net/http"
	"time"
)

// Priority says who goes first when a window runs short.
type Priority uint8

// The priorities. Each leaves a part of its bucket's own cap to those above
// it: flows a tenth, polling a quarter, synchronization half; containment may
// use all of it.
const (
	Containment Priority = iota
	Flow
	Poll
	Sync
)

func (p Priority) String() string {
	if p > Sync {
		return "unknown"
	}
	return [...]string{"containment", "flow", "poll", "sync"}[p]
}

// Ask is one wish to call.
type Ask struct {
	Bucket   string        // as [Budget.Bucket] names it
	Priority Priority      // who asks
	Wait     time.Duration // the longest to sleep for it; 0 takes the registry's
}

// WaitError says that a call must not be made now, and when to come back.
// Nothing was sent.
type WaitError struct {
	Bucket string
	Until  time.Time
}

func (e *WaitError) Error() string {
	return fmt.Sprintf("the rate limit of %s leaves nothing before %s", e.Bucket, e.Until.UTC().Format(time.RFC3339))
}

// Usage is the state of one bucket, for health pages.
type Usage struct {
	Budget    string    `json:"budget"`    // the key of its budget
	Bucket    string    `json:"bucket"`    // its name in the peer's dialect
	Limit     int       `json:"limit"`     // calls in a window, as learnt; 0 where unknown
	Cap       int       `json:"cap"`       // how many of them we take at most
	Used      int       `json:"used"`      // ours in this window
	Remaining int       `json:"remaining"` // what the peer said is left, to everyone
	InFlight  int       `json:"in_flight"`
	Reset     time.Time `json:"reset"`         // when the window ends; zero where unknown
	Blocked   time.Time `json:"blocked_until"` // nobody calls before; zero where nothing blocks
}

// observation is what one response says about its bucket.
type observation struct {
	limit       int       // calls in a window; 0 where the response does not say
	remaining   int       // with limit: what is left of it
	reset       time.Time // with limit: when the window ends, on our clock
	blocked     time.Time // refused for the rate: when to come back; zero otherwise
	concurrency bool      // refused for too many calls at the same time
}

// Dialect is the way in which a peer tells its limits.
type Dialect struct {
	Name string
	// share is the part of a limit that we take for ourselves.
	share float64
	// concurrency is how many calls may be in flight at a time; 0 is no limit.
	concurrency int
	// probes is how many calls may be in flight to a bucket whose limit is
	// not known yet; 0 is no limit.
	probes int
	// limit calls within window are allowed where the peer never says; 0 is no limit.
	limit  int
	window time.Duration

	bucket  func(method, path string) string
	observe func(status int, h http.Header, now time.Time) observation
}

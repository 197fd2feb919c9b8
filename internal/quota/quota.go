// Package quota shares out the rate limits of the systems that are called.
//
// A peer such as Okta lets one credential make so many calls a minute to each
// of its buckets, and says in response headers what is left. A [Registry]
// keeps one [Budget] per credential, learns from those headers, and decides
// who may call next: containment before flows before polling before
// synchronization. Nobody who calls that peer with that credential goes
// around its budget.
//
// One process knows its own calls. Other nodes tell what they take ([Registry.Hear]),
// so that all together keep within the share; what another product takes shows in
// the headers and counts.
package quota

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"
)

// Priority says who goes first when a window runs short.
type Priority uint8

// The priorities. Each leaves a part of the bucket's cap to those above it:
// flows a twentieth, polling a quarter; containment may use all of it. Synchronization
// leaves twice what those took lately, a twelfth at least and a half at most. Of calls
// at the same time it leaves a half.
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

// reserve is how many of n a priority leaves to those above it.
func (p Priority) reserve(n int) int {
	switch p {
	case Containment:
		return 0
	case Flow:
		return n / 20
	case Poll:
		return n / 4
	default:
		return n / 2
	}
}

// Ask is one wish to call.
type Ask struct {
	Bucket   string        // as [Budget.Bucket] names it, or any name where it names none
	Priority Priority      // who asks
	Wait     time.Duration // the longest to sleep for it; 0 takes the registry's, less than 0 is not at all
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
	Cap       int       `json:"cap"`       // how many of them we take at most; 0 where unknown
	Used      int       `json:"used"`      // ours in this window
	Others    int       `json:"others"`    // those of other nodes, as far as they told
	Remaining int       `json:"remaining"` // what the peer said is left for everyone; -1 where unknown
	InFlight  int       `json:"in_flight"`
	Reset     time.Time `json:"reset,omitzero"`         // when the window ends
	Blocked   time.Time `json:"blocked_until,omitzero"` // nobody calls before
}

// Key names the budget of a credential at a host, without telling it.
func Key(host, credential string) string {
	sum := sha256.Sum256([]byte(host + "\x00" + credential))
	return host + "#" + hex.EncodeToString(sum[:6])
}

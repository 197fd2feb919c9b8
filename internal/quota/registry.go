package quota

import (
	"context"
	"net/http"
	"time"
)

// Options of a [Registry]. The zero value is a good one.
type Options struct {
	Share float64          // the part of an Okta bucket that we take; 0 is a half, as Okta lets one token take
	Wait  time.Duration    // the longest to sleep when an [Ask] does not say; 0 is 5 seconds
	Now   func() time.Time // the clock; nil is [time.Now]
}

// Registry keeps the budgets of a process.
type Registry struct{}

// NewRegistry returns a registry without budgets.
func NewRegistry(Options) *Registry { return &Registry{} }

// Budget is what one credential may call.
type Budget struct{}

// Budget returns the budget named key, and makes it on first use.
func (r *Registry) Budget(key string, d Dialect) *Budget { return &Budget{} }

// Bucket returns the name of the bucket that a call counts to.
func (b *Budget) Bucket(method, path string) string { return "" }

// Permit is the right to make one call. Whoever holds one must end it.
type Permit struct{}

// Acquire waits until a call may be made, and returns the permit for it.
func (b *Budget) Acquire(context.Context, Ask) (*Permit, error) { return &Permit{}, nil }

// Observe ends the permit with what the peer answered.
func (p *Permit) Observe(status int, h http.Header) {}

// Cancel ends the permit of a call that was not sent.
func (p *Permit) Cancel() {}

// Usage returns the state of every bucket.
func (r *Registry) Usage() []Usage { return nil }

package quota

import (
	"cmp"
	"slices"
	"sync"
	"time"
)

// Options of a [Registry]. The zero value is a good one.
type Options struct {
	Wait time.Duration    // the longest to sleep where an [Ask] does not say; 0 is 5 seconds
	Now  func() time.Time // the clock; nil is [time.Now]
}

// Registry keeps the budgets of a process. It is safe for concurrent use.
type Registry struct {
	wait time.Duration
	now  func() time.Time

	mu      sync.Mutex
	budgets map[string]*Budget
}

// NewRegistry returns a registry without budgets.
func NewRegistry(opts Options) *Registry {
	if opts.Wait == 0 {
		opts.Wait = 5 * time.Second
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	return &Registry{wait: opts.Wait, now: opts.Now, budgets: map[string]*Budget{}}
}

// Budget returns the budget named key, see [Key], and makes it on first use.
// The first dialect stays, but for the share of the limit: the last one counts.
func (r *Registry) Budget(key string, d Dialect) *Budget {
	r.mu.Lock()
	defer r.mu.Unlock()
	b, ok := r.budgets[key]
	if !ok {
		b = &Budget{key: key, dialect: d, registry: r, buckets: map[string]*bucket{}, changed: make(chan struct{})}
		r.budgets[key] = b
		return b
	}
	b.take(d.share)
	return b
}

// Usage returns the state of every bucket that was ever asked for, in order.
func (r *Registry) Usage() []Usage {
	var all []Usage
	for _, b := range r.all() {
		all = append(all, b.Usage()...)
	}
	slices.SortFunc(all, func(a, b Usage) int {
		return cmp.Or(cmp.Compare(a.Budget, b.Budget), cmp.Compare(a.Bucket, b.Bucket))
	})
	return all
}

func (r *Registry) all() []*Budget {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := make([]*Budget, 0, len(r.budgets))
	for _, b := range r.budgets {
		out = append(out, b)
	}
	return out
}

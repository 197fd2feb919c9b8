package quota

import "time"

// Share is what one server has called of a bucket, as it tells others who call with
// the same credential: all together take no more than one may.
type Share struct {
	Budget  string    `json:"b"`          // its key, which tells no credential
	Bucket  string    `json:"k"`          // its name
	Used    int       `json:"u"`          // permits given in the window
	Reset   time.Time `json:"r"`          // when the window ends
	Blocked time.Time `json:"x,omitzero"` // nobody calls before
}

// other is what another server has called of a bucket.
type other struct {
	used  int
	reset time.Time
}

// others is how much of the bucket's window other servers have called.
func (k *bucket) othersUsed() int {
	n := 0
	for _, o := range k.others {
		if o.reset.Sub(k.reset).Abs() < sameWindow {
			n += o.used
		}
	}
	return n
}

// Shares returns what this server has called since it was last asked, of buckets
// whose limit is known.
func (r *Registry) Shares() []Share {
	var out []Share
	for _, b := range r.all() {
		out = append(out, b.shares()...)
	}
	return out
}

func (b *Budget) shares() (out []Share) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.registry.now()
	for _, k := range b.buckets {
		k.roll(&b.dialect, now)
		s := Share{Budget: b.key, Bucket: k.name, Used: k.used, Reset: k.reset}
		if k.blocked.After(now) {
			s.Blocked = k.blocked
		}
		if k.limit == 0 && s.Blocked.IsZero() || s == k.told {
			continue
		}
		k.told = s
		out = append(out, s)
	}
	return out
}

// Hear takes what another server has called.
func (r *Registry) Hear(node string, shares []Share) {
	for _, s := range shares {
		r.mu.Lock()
		b := r.budgets[s.Budget]
		r.mu.Unlock()
		if b != nil { // else nobody here has called that peer, and what its headers say counts then
			b.hear(node, s)
		}
	}
}

func (b *Budget) hear(node string, s Share) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.registry.now()
	k := b.bucket(s.Bucket)
	if s.Blocked.After(k.blocked) && s.Blocked.Sub(now) < longestBlock {
		k.blocked = s.Blocked
	}
	if k.others == nil {
		k.others = map[string]other{}
	}
	for name, o := range k.others { // of windows that are over
		if now.Sub(o.reset) > b.dialect.window+sameWindow {
			delete(k.others, name)
		}
	}
	k.others[node] = other{used: s.Used, reset: s.Reset}
}

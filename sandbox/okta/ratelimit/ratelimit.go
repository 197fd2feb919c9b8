// Package ratelimit counts requests against Okta's rate limits: per bucket
// (longest path prefix and method) and per API token or OAuth app, in windows
// of one minute that begin with a bucket's first request, not with the clock.
//
// It counts always and refuses only when told to, so that an org can show
// honest headers without stopping anybody.
package ratelimit

import (
	"sync"
	"time"
)

const window = time.Minute

// principalShare is the part of a bucket that one API token or app may use.
const principalShare = 50 // percent

// warnAt is the part of a bucket after which Okta writes a warning.
const warnAt = 60 // percent

// Verdict is what the limiter says about one request.
type Verdict struct {
	Bucket    string    // the path prefix that was counted
	Limit     int       // what X-Rate-Limit-Limit says
	Remaining int       // what X-Rate-Limit-Remaining says
	Reset     time.Time // when the window ends
	Refused   bool      // the answer must be 429
	Warned    bool      // this request crossed the warning line of its bucket
	Violated  bool      // this request is the first that was refused in its window
}

// Limiter counts for one org. It is safe for concurrent use.
type Limiter struct {
	now  func() time.Time
	rows []bucket

	mu       sync.Mutex
	edition  Edition
	scale    int // by which an org has more than its edition's limits
	enforce  bool
	counts   map[string]*count
	inFlight int
}

type count struct {
	used      int
	ends      time.Time
	warned    bool
	violation bool
}

// New returns a limiter for an edition that counts but does not refuse.
func New(e Edition, now func() time.Time) *Limiter {
	return &Limiter{now: now, rows: buckets(), edition: e, scale: 1, counts: map[string]*count{}}
}

// SetEdition changes the table and forgets what was counted.
func (l *Limiter) SetEdition(e Edition) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.edition, l.counts = e, map[string]*count{}
}

// SetScale multiplies every limit, as Okta's DynamicScale add-on does for the
// orgs that buy it.
func (l *Limiter) SetScale(by int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.scale = max(1, by)
}

// Enforce switches refusing on or off.
func (l *Limiter) Enforce(on bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.enforce = on
}

// Take counts a request. Principal names the API token or OAuth app that
// makes it, and is empty for a request without one.
func (l *Limiter) Take(method, path, principal string) Verdict {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := find(l.rows, method, path)
	now := l.now()
	org := l.count(b.path+" "+b.methods, now)
	limit := b.limits[l.edition.column()] * l.scale
	v := Verdict{Bucket: b.path, Limit: limit, Reset: org.ends}
	counts, limits := []*count{org}, []int{limit}
	if principal != "" {
		own := l.count(b.path+" "+b.methods+" "+principal, now)
		share := max(1, limit*principalShare/100)
		v.Limit, v.Reset = share, own.ends
		counts, limits = append(counts, own), append(limits, share)
	}
	v.Remaining = v.Limit
	for i, c := range counts {
		if c.used >= limits[i] {
			v.Remaining = 0
			if l.enforce {
				v.Refused, v.Reset = true, c.ends
				v.Violated = v.Violated || !c.violation
				c.violation = true
			}
			continue
		}
	}
	if v.Refused {
		return v
	}
	for i, c := range counts {
		c.used++
		v.Remaining = max(0, min(v.Remaining, limits[i]-c.used))
	}
	if l.enforce && !org.warned && org.used*100 > limit*warnAt {
		org.warned, v.Warned = true, true
	}
	return v
}

// count returns the counter of a key in its current window.
func (l *Limiter) count(key string, now time.Time) *count {
	c := l.counts[key]
	if c == nil || !now.Before(c.ends) {
		c = &count{ends: now.Add(window)}
		l.counts[key] = c
	}
	return c
}

// Enter counts a request in flight until the returned function is called. ok
// is false when too many are in flight already; then nothing was counted.
func (l *Limiter) Enter() (leave func(), ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.enforce && l.inFlight >= l.edition.concurrency() {
		return func() {}, false
	}
	l.inFlight++
	return sync.OnceFunc(func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.inFlight--
	}), true
}

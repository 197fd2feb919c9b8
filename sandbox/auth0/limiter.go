package auth0

import (
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// bucket is a published limit of the free tier: so many requests at once, and
// so many a second after that.
type bucket struct {
	name  string
	burst float64
	rate  float64 // a second
}

// bucketOf returns what a path counts against.
func bucketOf(path string) bucket {
	switch {
	case strings.HasPrefix(path, "/api/v2/"):
		return bucket{"management", 10, 2}
	case path == "/oauth/token":
		return bucket{"token", 30, 30}
	default:
		return bucket{"authentication", 300, 5}
	}
}

// limiter counts requests in token buckets: always, and refuses only when told
// to.
type limiter struct {
	now func() time.Time

	mu      sync.Mutex
	on      bool
	scale   float64 // the limits are so many times the published ones
	buckets map[string]*level
}

// level is what is left in a bucket.
type level struct {
	left float64
	at   time.Time
}

func newLimiter(now func() time.Time) *limiter {
	return &limiter{now: now, scale: 1, buckets: map[string]*level{}}
}

func (l *limiter) enforce(on bool, scale int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.on, l.scale, l.buckets = on, float64(max(1, scale)), map[string]*level{}
}

// take counts a request, writes the headers, and reports whether it is refused.
func (l *limiter) take(path string, h http.Header) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	b, now := bucketOf(path), l.now()
	b.burst, b.rate = b.burst*l.scale, b.rate*l.scale
	v := l.buckets[b.name]
	if v == nil {
		v = &level{left: b.burst, at: now}
		l.buckets[b.name] = v
	}
	v.left = min(b.burst, v.left+max(0, now.Sub(v.at).Seconds())*b.rate)
	v.at = now
	refused := v.left < 1 && l.on
	if v.left >= 1 {
		v.left--
	}
	reset := now.Add(time.Duration((b.burst - v.left) / b.rate * float64(time.Second)))
	if refused {
		reset = now.Add(time.Duration((1 - v.left) / b.rate * float64(time.Second)))
		h.Set("Retry-After", "1")
	}
	h.Set("X-Ratelimit-Limit", strconv.Itoa(int(b.burst)))
	h.Set("X-Ratelimit-Remaining", strconv.Itoa(int(v.left)))
	h.Set("X-Ratelimit-Reset", strconv.FormatInt(reset.Add(time.Second-1).Unix(), 10))
	return refused
}

package quota

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Dialect is the way in which a peer tells its limits.
type Dialect struct {
	Name string

	share       float64       // the part of a limit that we take; 0 is all of it
	concurrency int           // calls in flight at a time; 0 is no limit
	probes      int           // calls in flight to a bucket whose limit the peer is about to tell; 0 is no limit
	window      time.Duration // how long a window is, where the peer counts in windows
	pace        int           // calls within pacedIn, where the peer never says; 0 is no limit
	pacedIn     time.Duration

	bucket  func(method, path string) string
	observe func(status int, h http.Header, now time.Time) observation
}

// observation is what one response says about its bucket.
type observation struct {
	limit       int       // calls in a window; 0 where the response does not say
	remaining   int       // with limit: what is left of it
	reset       time.Time // with limit: when the window ends, on our clock
	blocked     time.Time // refused for the rate: when to come back; zero otherwise
	concurrency bool      // refused for too many calls at the same time
}

// Okta returns the dialect of the Okta APIs: X-Rate-Limit-Limit, -Remaining
// and -Reset in every response, the latter in seconds of the server's clock;
// no Retry-After; one token may take half of a bucket by default, and share
// of it is taken here (0 is that half). A refusal for too many calls at the
// same time shows as a limit of 0.
func Okta(share float64) Dialect {
	if share <= 0 || share > 1 {
		share = 0.5
	}
	return Dialect{
		Name: "okta", share: share, concurrency: 16, probes: 1, window: time.Minute,
		bucket: OktaBucket, observe: observeOkta,
	}
}

// Auth0 returns the dialect of Auth0's Management API: X-RateLimit-Limit, -Remaining
// and -Reset in every response. The limit is that of a bucket of tokens, which all
// clients of the tenant share and which fills by the second: two of them where the
// tenant costs nothing. What is left is therefore what all have left, and the reset,
// in seconds of the server's clock, is when there is some again.
func Auth0() Dialect {
	return Dialect{
		Name: "auth0", probes: 1, window: time.Second,
		bucket:  func(string, string) string { return "/api/v2" },
		observe: observeAuth0,
	}
}

// RetryAfter returns the dialect of the many peers that say nothing until they
// refuse with status 429, or 503, and a Retry-After header. With calls > 0, no
// more than so many are made within a time.
func RetryAfter(calls int, within time.Duration) Dialect {
	return Dialect{
		Name: "retry_after", pace: calls, pacedIn: within,
		bucket: func(string, string) string { return "" }, observe: observeRetryAfter,
	}
}

// Bounds of what a header may say: a peer that errs must not stop us for long.
const (
	longestBlock = time.Hour
	defaultBlock = time.Minute
	largestLimit = 10_000_000
)

func observeOkta(status int, h http.Header, now time.Time) observation {
	o := observeHeaders(status, h, "X-Rate-Limit-", now)
	limit, ok := number(h.Get("X-Rate-Limit-Limit"))
	o.concurrency = status == http.StatusTooManyRequests && ok && limit == 0
	return o
}

func observeAuth0(status int, h http.Header, now time.Time) observation {
	return observeHeaders(status, h, "X-Ratelimit-", now)
}

// observeHeaders reads what is told by three headers with the same beginning.
func observeHeaders(status int, h http.Header, prefix string, now time.Time) observation {
	var o observation
	limit, okLimit := number(h.Get(prefix + "Limit"))
	remaining, okRemaining := number(h.Get(prefix + "Remaining"))
	reset, okReset := resetOf(h, prefix+"Reset", now)
	if okLimit && okRemaining && okReset && limit > 0 {
		o.limit, o.remaining, o.reset = limit, min(remaining, limit), reset
	}
	if status != http.StatusTooManyRequests {
		return o
	}
	switch {
	case okReset && reset.After(now):
		o.blocked = reset
	case okReset: // the window has just ended
		o.blocked = now.Add(time.Second)
	default:
		o.blocked = now.Add(retryAfter(h, now))
	}
	return o
}

// resetOf returns the end of the window on our clock. The header counts
// seconds of the peer's clock, which the response's own Date tells; both are whole
// seconds, so that the result is late rather than early.
func resetOf(h http.Header, name string, now time.Time) (time.Time, bool) {
	sec, err := strconv.ParseInt(strings.TrimSpace(h.Get(name)), 10, 64)
	if err != nil || sec <= 0 || sec > math.MaxInt32*4 {
		return time.Time{}, false
	}
	date, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		date = now
	}
	left := time.Unix(sec, 0).Sub(date)
	if left < -longestBlock || left > longestBlock {
		return time.Time{}, false
	}
	return now.Add(left), true
}

func observeRetryAfter(status int, h http.Header, now time.Time) observation {
	if status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable && h.Get("Retry-After") != "" {
		return observation{blocked: now.Add(retryAfter(h, now))}
	}
	return observation{}
}

// retryAfter returns how long a Retry-After header asks to wait (RFC 9110
// section 10.2.3): seconds, or a date on the peer's clock.
func retryAfter(h http.Header, now time.Time) time.Duration {
	text := strings.TrimSpace(h.Get("Retry-After"))
	wait := defaultBlock
	if sec, err := strconv.ParseFloat(text, 64); err == nil && !math.IsNaN(sec) {
		wait = time.Duration(min(max(sec, 0), longestBlock.Seconds()) * float64(time.Second))
	} else if at, err := http.ParseTime(text); err == nil {
		date, err := http.ParseTime(h.Get("Date"))
		if err != nil {
			date = now
		}
		wait = at.Sub(date)
	}
	return min(max(wait, time.Second), longestBlock)
}

func number(text string) (int, bool) {
	n, err := strconv.Atoi(strings.TrimSpace(text))
	return n, err == nil && n >= 0 && n <= largestLimit
}

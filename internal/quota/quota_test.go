package quota_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"sallyport/internal/quota"
)

// peer counts calls as Okta does: windows of a minute that begin with the
// first call after the last one has ended.
type peer struct {
	mu     sync.Mutex
	limit  int
	window time.Duration
	skew   time.Duration // of its clock

	end     time.Time
	used    int
	most    int // calls of ours in one window
	ours    int
	refused int
}

func (p *peer) call(ours bool) (int, http.Header) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if !now.Before(p.end) {
		p.end, p.used, p.ours = now.Add(p.window).Truncate(time.Second), 0, 0
	}
	status := http.StatusOK
	if p.used >= p.limit {
		status = http.StatusTooManyRequests
		p.refused++
	} else {
		p.used++
	}
	if ours {
		p.ours++
		p.most = max(p.most, p.ours)
	}
	return status, headers(p.limit, p.limit-p.used, p.end.Add(p.skew), now.Add(p.skew))
}

func headers(limit, remaining int, reset, date time.Time) http.Header {
	h := http.Header{}
	h.Set("X-Rate-Limit-Limit", strconv.Itoa(limit))
	h.Set("X-Rate-Limit-Remaining", strconv.Itoa(remaining))
	h.Set("X-Rate-Limit-Reset", strconv.FormatInt(reset.Unix(), 10))
	h.Set("Date", date.UTC().Format(http.TimeFormat))
	return h
}

func budget(d quota.Dialect) *quota.Budget {
	return quota.NewRegistry(quota.Options{}).Budget("acme", d)
}

func acquire(t *testing.T, b *quota.Budget, ask quota.Ask) *quota.Permit {
	t.Helper()
	p, err := b.Acquire(t.Context(), ask)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func waitUntil(t *testing.T, b *quota.Budget, ask quota.Ask) time.Time {
	t.Helper()
	p, err := b.Acquire(t.Context(), ask)
	if err == nil {
		p.Cancel()
		return time.Time{}
	}
	w, ok := errors.AsType[*quota.WaitError](err)
	if !ok {
		t.Fatalf("error %v, want a WaitError", err)
	}
	return w.Until
}

// However many call at the same time, with whatever delays, clocks and
// priorities, and whoever else takes from the bucket: the peer never gets more
// calls of ours in a window than our share, and refuses none while nobody else
// calls.
func TestLimitIsNeverExceeded(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		limit := rapid.IntRange(1, 60).Draw(rt, "limit")
		part := rapid.SampledFrom([]float64{1, 0.5, 0.75}).Draw(rt, "share")
		callers := rapid.IntRange(1, 30).Draw(rt, "callers")
		others := rapid.SampledFrom([]int{0, 0, 3}).Draw(rt, "others")
		skew := time.Duration(rapid.IntRange(-900, 900).Draw(rt, "skew seconds")) * time.Second
		lossy := rapid.Bool().Draw(rt, "a gateway eats headers")
		think := time.Duration(rapid.SampledFrom([]int{0, 5, 90}).Draw(rt, "seconds between calls")) * time.Second
		seed := rapid.Uint64().Draw(rt, "seed")
		p := &peer{limit: limit, window: time.Minute, skew: skew}
		var calls int
		synctest.Test(t, func(*testing.T) { calls = run(p, part, [2]int{callers, others}, think, lossy, seed) })
		share := max(int(float64(limit)*part), 1)
		allowed := share
		if lossy { // without headers nobody knows when a window ends
			allowed += 2
		}
		if p.most > allowed {
			rt.Fatalf("%d calls in one window, allowed are %d of %d", p.most, share, limit)
		}
		if others == 0 && !lossy && p.refused > 0 {
			rt.Fatalf("%d calls were refused", p.refused)
		}
		if others+int(think) == 0 && calls < share*2 {
			rt.Fatalf("only %d calls were made in five minutes, %d a minute are allowed", calls, share)
		}
	})
}

// run lets callers of ours, and others who know nothing of us, call for five
// minutes, and returns how many calls of ours there were.
func run(p *peer, share float64, callers [2]int, think time.Duration, lossy bool, seed uint64) (calls int) {
	b := budget(quota.Okta(share))
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	var wg sync.WaitGroup
	var mu sync.Mutex
	for i := range callers[0] + callers[1] {
		rng := rand.New(rand.NewPCG(seed, uint64(i)))
		wg.Go(func() {
			for ctx.Err() == nil {
				delay := time.Duration(rng.IntN(3000)) * time.Millisecond
				if i >= callers[0] {
					time.Sleep(delay)
					p.call(false)
					continue
				}
				permit, err := b.Acquire(ctx, quota.Ask{Bucket: "users", Priority: quota.Priority(rng.IntN(4)), Wait: 10 * time.Minute})
				if err != nil {
					return
				}
				if rng.IntN(20) == 0 {
					permit.Cancel()
					time.Sleep(time.Second)
					continue
				}
				time.Sleep(delay / 2)
				status, h := p.call(true)
				time.Sleep(delay / 2)
				mu.Lock()
				calls++
				if lossy && status == http.StatusOK && calls > 5 && rng.IntN(20) == 0 {
					h = nil
				}
				mu.Unlock()
				permit.Observe(status, h)
				time.Sleep(time.Duration(rng.Int64N(int64(think) + 1)))
			}
		})
	}
	wg.Wait()
	return calls
}

func TestHigherPriorityFindsAReserve(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &peer{limit: 100, window: time.Minute}
		b := budget(quota.Okta(1))
		spent := map[quota.Priority]int{}
		for _, prio := range []quota.Priority{quota.Sync, quota.Poll, quota.Flow, quota.Containment} {
			for {
				permit, err := b.Acquire(t.Context(), quota.Ask{Bucket: "users", Priority: prio})
				if err != nil {
					break
				}
				permit.Observe(p.call(true))
				spent[prio]++
			}
		}
		want := map[quota.Priority]int{quota.Sync: 92, quota.Flow: 3, quota.Containment: 5}
		if fmt.Sprint(spent) != fmt.Sprint(want) {
			t.Errorf("spent %v, want %v", spent, want)
		}
	})
}

// Synchronization takes what others do not ask for: the more they do, the more it
// leaves to them.
func TestSynchronizationGivesWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &peer{limit: 100, window: time.Minute}
		b := budget(quota.Okta(1))
		spend := func(prio quota.Priority, most int) (n int) {
			for n < most {
				permit, err := b.Acquire(t.Context(), quota.Ask{Bucket: "users", Priority: prio, Wait: -1})
				if err != nil {
					break
				}
				permit.Observe(p.call(true))
				n++
			}
			return n
		}
		var got []int
		for _, asked := range []int{0, 15, 0, 40, 0, 0} {
			flows := spend(quota.Flow, asked)
			got = append(got, flows, spend(quota.Sync, 1000))
			time.Sleep(2 * time.Minute)
		}
		// leaves 8; 30 to the 15; 30 for their sake in the next; 50 at most; and so on
		if want := []int{0, 92, 15, 55, 0, 70, 40, 10, 0, 50, 0, 92}; fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("flows and synchronization took %v, want %v", got, want)
		}
	})
}

// What others took shows in the headers, and calls in flight count against it.
func TestWhatOthersTakeIsLeftToThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := budget(quota.Okta(1))
		now := time.Now()
		reset := now.Add(time.Minute)
		acquire(t, b, quota.Ask{Bucket: "users"}).Observe(http.StatusOK, headers(100, 3, reset, now))
		for range 3 {
			acquire(t, b, quota.Ask{Bucket: "users"})
		}
		if got := waitUntil(t, b, quota.Ask{Bucket: "users"}); !got.Equal(reset) {
			t.Errorf("a fourth call may go at %v, want %v", got, reset)
		}
	})
}

// Okta's servers differ by a second about the end of a window, and by a few
// calls about what is left; an answer may tell nothing at all.
func TestAnswersThatDisagree(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := budget(quota.Okta(0.5))
		now := time.Now()
		reset := now.Add(time.Minute)
		answers := []http.Header{
			headers(8, 4, reset, now), headers(8, 5, reset.Add(time.Second), now), nil, headers(8, 4, reset.Add(-time.Second), now),
		}
		for _, h := range answers {
			acquire(t, b, quota.Ask{Bucket: "users", Wait: -1}).Observe(http.StatusOK, h)
		}
		if got := waitUntil(t, b, quota.Ask{Bucket: "users"}); !got.Equal(reset.Add(time.Second)) {
			t.Errorf("after four calls of eight, the next may go at %v, want at the later end of the window", got)
		}
		if u := b.Usage()[0]; u.Used != 4 || u.Remaining != 3 {
			t.Errorf("used %d, remaining %d; want 4 and 3", u.Used, u.Remaining)
		}
	})
}

func TestRefusalStopsTheBucketUntilItsReset(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := budget(quota.Okta(0))
		start := time.Now()
		reset := start.Add(37 * time.Second)
		h := headers(600, 0, reset.Add(time.Hour), start.Add(time.Hour)) // the peer's clock is an hour ahead
		first := acquire(t, b, quota.Ask{Bucket: "users"})
		other := acquire(t, b, quota.Ask{Bucket: "groups"})
		if got := first.Observe(http.StatusTooManyRequests, h); !got.Equal(reset) {
			t.Errorf("come back at %v, want %v", got, reset)
		}
		other.Observe(http.StatusOK, headers(600, 599, reset, start))
		if got := waitUntil(t, b, quota.Ask{Bucket: "users", Priority: quota.Containment}); !got.Equal(reset) {
			t.Errorf("containment may come back at %v, want %v", got, reset)
		}
		acquire(t, b, quota.Ask{Bucket: "groups"}).Cancel()
		// Whoever is willing to wait sleeps until then, and no longer.
		acquire(t, b, quota.Ask{Bucket: "users", Wait: time.Minute}).Cancel()
		if !time.Now().Equal(reset) {
			t.Errorf("waited until %v, want %v", time.Now(), reset)
		}
	})
}

func TestWaitIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := budget(quota.Okta(0))
		start := time.Now()
		acquire(t, b, quota.Ask{Bucket: "users"}).Observe(http.StatusTooManyRequests, headers(600, 0, start.Add(30*time.Second), start))
		reset := start.Add(30 * time.Second)
		for name, wait := range map[string]time.Duration{"default": 0, "none": -1, "short": 29 * time.Second} {
			if got := waitUntil(t, b, quota.Ask{Bucket: "users", Wait: wait}); !got.Equal(reset) || !time.Now().Equal(start) {
				t.Errorf("%s: come back at %v after %v, want %v at once", name, got, time.Since(start), reset)
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		if _, err := b.Acquire(ctx, quota.Ask{Bucket: "users", Wait: time.Minute}); err == nil || ctx.Err() != nil {
			t.Errorf("error %v, want one before the context ends", err)
		}
		ctx, cancel = context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		if _, err := b.Acquire(ctx, quota.Ask{Bucket: "users", Wait: time.Minute}); !errors.Is(err, context.Canceled) {
			t.Errorf("error %v, want that of the context", err)
		}
	})
}

func TestUnknownLimitIsProbed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := budget(quota.Okta(0))
		first := acquire(t, b, quota.Ask{Bucket: "users"})
		if waitUntil(t, b, quota.Ask{Bucket: "users"}).IsZero() {
			t.Error("a second call may go before the limit is known")
		}
		time.AfterFunc(time.Second, func() { first.Observe(http.StatusOK, headers(600, 599, time.Now().Add(time.Minute), time.Now())) })
		start := time.Now()
		acquire(t, b, quota.Ask{Bucket: "users"}).Cancel()
		if got := time.Since(start); got != time.Second {
			t.Errorf("waited %v, want until the first answer", got)
		}
	})
}

// A peer that never tells its limits, an Okta behind a gateway that drops its
// headers, is not called one by one for ever.
func TestSilentPeerIsTrusted(t *testing.T) {
	b := budget(quota.Okta(0))
	for range 20 {
		acquire(t, b, quota.Ask{Bucket: "users", Wait: -1}).Observe(http.StatusOK, nil)
	}
	for range 16 {
		acquire(t, b, quota.Ask{Bucket: "users", Wait: -1, Priority: quota.Containment})
	}
}

func TestTooManyAtOnceSlowsTheWholeBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := budget(quota.Okta(1))
		now := time.Now()
		first := acquire(t, b, quota.Ask{Bucket: "users"})
		retry := first.Observe(http.StatusTooManyRequests, headers(0, 0, now.Add(2*time.Second), now))
		if retry.IsZero() {
			t.Error("no time to come back at")
		}
		acquire(t, b, quota.Ask{Bucket: "groups"}).Observe(http.StatusOK, headers(600, 599, now.Add(time.Minute), now))
		n := 0
		for waitUntil(t, b, quota.Ask{Bucket: "groups", Wait: -1}).IsZero() && n < 100 {
			acquire(t, b, quota.Ask{Bucket: "groups", Wait: -1})
			n++
		}
		if n != 4 {
			t.Errorf("%d calls at a time, want 4", n)
		}
	})
}

func TestRetryAfter(t *testing.T) {
	date := "Wed, 04 Mar 2026 05:06:07 GMT"
	tests := map[string]struct {
		status int
		header http.Header
		want   time.Duration // 0: not refused
	}{
		"seconds":                  {429, http.Header{"Retry-After": {"30"}}, 30 * time.Second},
		"fraction":                 {429, http.Header{"Retry-After": {"1.5"}}, 1500 * time.Millisecond},
		"date on the peer's clock": {429, http.Header{"Retry-After": {"Wed, 04 Mar 2026 05:06:17 GMT"}, "Date": {date}}, 10 * time.Second},
		"date in the past":         {429, http.Header{"Retry-After": {date}, "Date": {"Wed, 04 Mar 2026 05:06:17 GMT"}}, time.Second},
		"nothing said":             {429, nil, time.Minute},
		"nonsense":                 {429, http.Header{"Retry-After": {"soon"}}, time.Minute},
		"negative":                 {429, http.Header{"Retry-After": {"-5"}}, time.Second},
		"for ever":                 {429, http.Header{"Retry-After": {"1e300"}}, time.Hour},
		"unavailable":              {503, http.Header{"Retry-After": {"7"}}, 7 * time.Second},
		"unavailable, no word":     {503, nil, 0},
		"fine":                     {200, http.Header{"Retry-After": {"7"}}, 0},
		"no answer":                {0, nil, 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := budget(quota.RetryAfter(0, 0))
				retry := acquire(t, b, quota.Ask{Bucket: "send"}).Observe(tt.status, tt.header)
				if got := waitUntil(t, b, quota.Ask{Bucket: "send", Wait: -1}); !got.Equal(retry) {
					t.Errorf("blocked until %v, but told to come back at %v", got, retry)
				}
				if got := max(time.Until(retry), 0); got != tt.want {
					t.Errorf("come back after %v, want %v", got, tt.want)
				}
			})
		})
	}
}

// tokens counts calls as Auth0 does: a bucket for all clients, which fills by so
// many tokens a second.
type tokens struct {
	size, each float64
	left       float64
	at         time.Time
	refused    int
}

func (b *tokens) call(now time.Time) (int, http.Header) {
	b.left, b.at = min(b.size, b.left+b.each*now.Sub(b.at).Seconds()), now
	status := http.StatusOK
	if b.left < 1 {
		status = http.StatusTooManyRequests
		b.refused++
	} else {
		b.left--
	}
	h := http.Header{}
	h.Set("X-Ratelimit-Limit", strconv.Itoa(int(b.size)))
	h.Set("X-Ratelimit-Remaining", strconv.Itoa(int(b.left)))
	h.Set("X-Ratelimit-Reset", strconv.FormatInt(now.Add(time.Second).Unix()+1, 10))
	h.Set("Date", now.UTC().Format(http.TimeFormat))
	return status, h
}

func TestAuth0sTokensAreLearnt(t *testing.T) {
	for name, tt := range map[string]struct {
		others int // calls of another client, of each hundred
		refuse int // of ours, at most
	}{"alone": {0, 0}, "beside another client": {20, 12}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := budget(quota.Auth0())
				peer := &tokens{size: 2, each: 2, left: 2, at: time.Now()}
				start, mine := time.Now(), 0
				for i := range 100 {
					if i%100 < tt.others {
						peer.call(time.Now())
					}
					p := acquire(t, b, quota.Ask{Bucket: b.Bucket("GET", "/api/v2/users"), Priority: quota.Flow, Wait: time.Minute})
					time.Sleep(10 * time.Millisecond)
					before := peer.refused
					p.Observe(peer.call(time.Now()))
					mine += peer.refused - before
				}
				if mine > tt.refuse {
					t.Errorf("%d calls were refused", mine)
				}
				if d := time.Since(start); d > 4*time.Minute {
					t.Errorf("a hundred calls took %s", d)
				}
			})
		})
	}
}

func TestAuth0Refuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := budget(quota.Auth0())
		p := acquire(t, b, quota.Ask{Bucket: "x"})
		h := http.Header{}
		h.Set("X-Ratelimit-Limit", "10")
		h.Set("X-Ratelimit-Remaining", "0")
		h.Set("X-Ratelimit-Reset", strconv.FormatInt(time.Now().Add(30*time.Second).Unix(), 10))
		if at := p.Observe(http.StatusTooManyRequests, h); time.Until(at) < 29*time.Second || time.Until(at) > 31*time.Second {
			t.Errorf("to come back %s from now, want 30s", time.Until(at))
		}
		if at := waitUntil(t, b, quota.Ask{Bucket: "x", Wait: -1}); time.Until(at) < 29*time.Second {
			t.Errorf("the next may call in %s", time.Until(at))
		}
	})
}

func TestPaceIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := budget(quota.RetryAfter(4, time.Second))
		start := time.Now()
		for range 40 {
			acquire(t, b, quota.Ask{Bucket: "send", Wait: time.Minute}).Observe(http.StatusOK, nil)
		}
		if got := time.Since(start); got != 9*time.Second {
			t.Errorf("40 calls took %v, want 9s", got)
		}
	})
}

func TestUsage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := quota.NewRegistry(quota.Options{})
		b := r.Budget(quota.Key("acme.okta.com", "00token"), quota.Okta(0))
		if r.Budget(quota.Key("acme.okta.com", "00token"), quota.Okta(0)) != b {
			t.Error("one credential has two budgets")
		}
		now := time.Now()
		acquire(t, b, quota.Ask{Bucket: "users"}).Observe(http.StatusOK, headers(600, 598, now.Add(40*time.Second), now))
		permit := acquire(t, b, quota.Ask{Bucket: "users"})
		got := r.Usage()
		permit.Cancel()
		if len(got) != 1 {
			t.Fatalf("usage %v, want one bucket", got)
		}
		want := quota.Usage{
			Budget: quota.Key("acme.okta.com", "00token"), Bucket: "users",
			Limit: 600, Cap: 300, Used: 2, Remaining: 598, InFlight: 1, Reset: now.Add(40 * time.Second),
		}
		if !got[0].Reset.Equal(want.Reset) {
			t.Errorf("reset %v, want %v", got[0].Reset, want.Reset)
		}
		got[0].Reset = want.Reset
		if got[0] != want {
			t.Errorf("usage %+v, want %+v", got[0], want)
		}
	})
}

func TestShareMayChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := quota.NewRegistry(quota.Options{})
		now := time.Now()
		b := r.Budget("acme", quota.Okta(0.5))
		acquire(t, b, quota.Ask{Bucket: "users"}).Observe(http.StatusOK, headers(4, 3, now.Add(time.Minute), now))
		acquire(t, b, quota.Ask{Bucket: "users"})
		if waitUntil(t, b, quota.Ask{Bucket: "users"}).IsZero() {
			t.Error("a third call of four goes with half of them")
		}
		time.AfterFunc(time.Second, func() { r.Budget("acme", quota.Okta(1)) })
		acquire(t, b, quota.Ask{Bucket: "users", Wait: 2 * time.Minute})
		if time.Since(now) != time.Second {
			t.Errorf("waited %v, want until the share changed", time.Since(now))
		}
	})
}

// Whatever a peer writes into its headers, nobody is stopped for more than an
// hour, and the budget goes on.
func FuzzObserve(f *testing.F) {
	f.Add(429, "600", "0", "1772600767", "Wed, 04 Mar 2026 05:06:07 GMT", "30")
	f.Add(200, "0", "0", "-1", "", "")
	f.Add(429, "1", "9", "99999999999", "x", "Wed, 04 Mar 2026 05:06:07 GMT")
	f.Fuzz(func(t *testing.T, status int, limit, remaining, reset, date, after string) {
		h := http.Header{
			"X-Rate-Limit-Limit": {limit}, "X-Rate-Limit-Remaining": {remaining}, "X-Rate-Limit-Reset": {reset},
			"Date": {date}, "Retry-After": {after},
		}
		for _, d := range []quota.Dialect{quota.Okta(0), quota.RetryAfter(0, 0)} {
			b := budget(d)
			permit, err := b.Acquire(t.Context(), quota.Ask{Bucket: "x", Wait: -1})
			if err != nil {
				t.Fatal(err)
			}
			longest := time.Now().Add(time.Hour + time.Minute)
			if retry := permit.Observe(status, h); retry.After(longest) {
				t.Errorf("%s: blocked until %v", d.Name, retry)
			}
			permit, err = b.Acquire(t.Context(), quota.Ask{Bucket: "x", Wait: -1})
			if w, ok := errors.AsType[*quota.WaitError](err); ok && w.Until.After(longest) {
				t.Errorf("%s: waiting until %v", d.Name, w.Until)
			} else if err == nil {
				permit.Cancel()
			}
		}
	})
}

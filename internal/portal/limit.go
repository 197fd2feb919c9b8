package portal

import (
	"context"
	"fmt"
	"maps"
	"net/netip"
	"sync"
	"time"
)

// Limits say how often somebody may try to sign in. What others do elsewhere
// locks nobody out: only attempts from one's own network address are refused,
// and too many for one account from everywhere make each wait a little.
type Limits struct {
	Pair    Limit         // attempts for one account from one network address
	Addr    Limit         // attempts from one network address, for anybody
	Account Limit         // attempts for one account from anywhere; past it, they wait
	Delay   time.Duration // how long they do
	Codes   Limit         // codes of an authenticator app for one account from anywhere: who makes them knows the password
}

// Limit allows Burst attempts at once, and one more every Every.
type Limit struct {
	Burst int
	Every time.Duration
}

// DefaultLimits let somebody mistype ten times, and an office sign in at nine.
func DefaultLimits() Limits {
	return Limits{
		Pair: Limit{Burst: 10, Every: time.Minute}, Addr: Limit{Burst: 60, Every: 5 * time.Second},
		Account: Limit{Burst: 100, Every: 10 * time.Second}, Delay: 2 * time.Second,
		Codes: Limit{Burst: 20, Every: 10 * time.Minute},
	}
}

// LimitError says that somebody tried too often, and when they may again.
type LimitError struct{ RetryAfter time.Duration }

func (e *LimitError) Error() string {
	return fmt.Sprintf("too many attempts; try again in %s", e.RetryAfter.Round(time.Second))
}

// attempts counts attempts to sign in.
type attempts struct {
	byPair, byAddr, byAccount *limiter
	delay                     time.Duration
}

func newAttempts(l Limits, now func() time.Time) *attempts {
	return &attempts{newLimiter(l.Pair, now), newLimiter(l.Addr, now), newLimiter(l.Account, now), l.Delay}
}

// of counts an attempt from an address, for whatever account.
func (a *attempts) of(from From) error { return a.byAddr.take(addrKey(from.Addr)) }

// take counts an attempt to sign in. One too many from an address is refused;
// where an account is tried from many addresses, it waits.
func (a *attempts) take(ctx context.Context, account string, from From) error {
	if err := a.of(from); err != nil {
		return err
	}
	if err := a.byPair.take(pairKey(account, from.Addr)); err != nil {
		return err
	}
	if a.byAccount.take(account) == nil {
		return nil
	}
	wait := time.NewTimer(a.delay)
	defer wait.Stop()
	select {
	case <-wait.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// succeeded takes back an attempt that turned out well. What was tried from
// elsewhere stays counted.
func (a *attempts) succeeded(account string, from From) {
	a.byPair.clear(pairKey(account, from.Addr))
	a.giveBack(from)
}

// giveBack takes back an attempt from an address that turned out well.
func (a *attempts) giveBack(from From) { a.byAddr.giveBack(addrKey(from.Addr)) }

// maxLimited bounds how many keys a limiter remembers. Past it one at random is
// forgotten: to have a certain one forgotten takes as many attempts.
const maxLimited = 50_000

// limiter counts attempts by key, by the generic cell rate algorithm: of each
// key it remembers the time at which all its attempts are paid for.
type limiter struct {
	limit Limit
	now   func() time.Time

	mu    sync.Mutex
	paid  map[string]time.Time
	swept time.Time // when what is paid for was last forgotten
}

// Limiter holds callers to a limit, each by a key.
type Limiter struct{ l *limiter }

// NewLimiter returns a limiter.
func NewLimiter(l Limit, now func() time.Time) *Limiter { return &Limiter{newLimiter(l, now)} }

// Take counts one more of a key, or returns a [LimitError] and counts nothing.
func (l *Limiter) Take(key string) error { return l.l.take(key) }

func newLimiter(l Limit, now func() time.Time) *limiter {
	return &limiter{limit: l, now: now, paid: map[string]time.Time{}}
}

// take counts an attempt, or returns a [LimitError] and counts nothing.
func (l *limiter) take(key string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	at := l.paid[key]
	if at.Before(now) {
		at = now
	}
	at = at.Add(l.limit.Every)
	if over := at.Sub(now) - time.Duration(l.limit.Burst)*l.limit.Every; over > 0 {
		return &LimitError{RetryAfter: over}
	}
	if _, there := l.paid[key]; !there && len(l.paid) >= maxLimited {
		l.forget(now)
	}
	l.paid[key] = at
	return nil
}

// forget makes room: what is paid for, now and then, or else one at random.
func (l *limiter) forget(now time.Time) {
	if now.Sub(l.swept) >= l.limit.Every {
		l.swept = now
		maps.DeleteFunc(l.paid, func(_ string, at time.Time) bool { return at.Before(now) })
	}
	for k := range l.paid {
		if len(l.paid) < maxLimited {
			return
		}
		delete(l.paid, k)
	}
}

// giveBack takes back one attempt that turned out well.
func (l *limiter) giveBack(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if at, ok := l.paid[key]; ok {
		l.paid[key] = at.Add(-l.limit.Every)
	}
}

// clear forgets a key's attempts.
func (l *limiter) clear(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.paid, key)
}

// pairKey names an account, by its e-mail address, and a network address.
func pairKey(account, addr string) string { return account + "\x00" + addrKey(addr) }

// addrKey returns what of a network address is counted as one: an IPv4 address,
// or the /64 of an IPv6 one, which is one customer's.
func addrKey(addr string) string {
	a, err := netip.ParseAddr(addr)
	if err != nil {
		return addr
	}
	a = a.Unmap().WithZone("")
	if a.Is4() {
		return a.String()
	}
	p, err := a.Prefix(64)
	if err != nil {
		return addr
	}
	return p.String()
}

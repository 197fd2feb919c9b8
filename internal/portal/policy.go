package portal

import (
	"context"
	"fmt"
	"time"

	"sallyport/internal/errs"
)

// Policy is how an organization's people sign in.
type Policy struct {
	Idle         time.Duration // a session ends after this long without a request; 0 is the server's
	Absolute     time.Duration // a session's longest life; 0 is the server's
	SecondFactor bool          // whoever signs in with a password gives a second factor
	TokenLife    time.Duration // the longest life of an API token; 0 is no end
}

// Policies keeps organizations' policies.
type Policies interface {
	// Get returns an organization's policy; the zero value where it has said nothing.
	Get(ctx context.Context, org string) (Policy, error)
	// Set replaces it.
	Set(ctx context.Context, org string, p Policy, at time.Time) error
}

// Bounds of a policy.
const (
	minIdle       = time.Minute
	shortestToken = 24 * time.Hour
	longestToken  = 10 * 366 * 24 * time.Hour
)

// Rules are the policies of organizations.
type Rules struct {
	o *Options
}

// Get returns an organization's policy.
func (x *Rules) Get(ctx context.Context, org string) (Policy, error) {
	return x.o.Policies.Get(ctx, org)
}

// Most returns the longest spans that an organization may choose: the server's.
func (x *Rules) Most() (idle, absolute time.Duration) { return x.o.Idle, x.o.Absolute }

// Set replaces the policy of the caller's organization. It holds from the next
// request on, for sessions that are open, too. Who wants a second factor of others
// has given one.
func (x *Rules) Set(ctx context.Context, c Caller, p Policy) error {
	if err := x.check(p); err != nil {
		return err
	}
	before, err := x.o.Policies.Get(ctx, c.Org.ID)
	if err != nil {
		return fmt.Errorf("read how people sign in: %w", err)
	}
	if p.SecondFactor && !before.SecondFactor && lacksSecond(c.Session) {
		return &FieldError{"secondFactor", errs.New(errs.Conflict, "set up a second factor of your own and sign in with it first: what you want of others would end your session")}
	}
	return x.o.Policies.Set(ctx, c.Org.ID, p, x.o.Now())
}

func (x *Rules) check(p Policy) error {
	switch {
	case p.Idle != 0 && (p.Idle < minIdle || p.Idle > x.o.Idle):
		return &FieldError{"idle", errs.New(errs.Invalid, "from %s up to the server's %s, or 0 for that", minIdle, x.o.Idle)}
	case p.Absolute != 0 && (p.Absolute < minIdle || p.Absolute > x.o.Absolute):
		return &FieldError{"absolute", errs.New(errs.Invalid, "from %s up to the server's %s, or 0 for that", minIdle, x.o.Absolute)}
	case p.Absolute != 0 && p.Absolute < p.Idle:
		return &FieldError{"absolute", errs.New(errs.Invalid, "a session's longest life is not shorter than its life without a request")}
	case p.TokenLife != 0 && (p.TokenLife < shortestToken || p.TokenLife > longestToken):
		return &FieldError{"tokenLife", errs.New(errs.Invalid, "from a day up to ten years, or 0 for no end")}
	}
	return nil
}

// lacksSecond reports whether a session was opened by a password alone.
func lacksSecond(s Session) bool { return s.Method == ByPassword && s.Second == "" }

// ended reports whether a session has ended by a time: by its own end, or by what
// its organization says now.
func (o *Options) ended(s Session, now time.Time) bool {
	idle, absolute := o.Idle, o.Absolute
	if s.Policy.Idle > 0 {
		idle = min(idle, s.Policy.Idle)
	}
	if s.Policy.Absolute > 0 {
		absolute = min(absolute, s.Policy.Absolute)
	}
	return !now.Before(s.EndsAt) || !s.Until.IsZero() && !now.Before(s.Until) || now.Sub(s.SeenAt) >= idle || now.Sub(s.CreatedAt) >= absolute || s.Policy.SecondFactor && lacksSecond(s)
}

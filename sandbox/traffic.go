package sandbox

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"sallyport/sandbox/traffic"
)

// TrafficSwitch is the ordinary life of the org.
type TrafficSwitch struct {
	// PerMinute is about how many events there are a minute; 0 is none.
	PerMinute float64 `json:"per_minute"`
}

// maxPerMinute is how fast ordinary life can be.
const maxPerMinute = 60_000

// life is the ordinary life of a sandbox that is under way.
type life struct {
	mu     sync.Mutex
	cancel context.CancelFunc // nil while there is none
	done   chan struct{}
	pace   float64
}

// Traffic returns how much ordinary life there is.
func (s *Sandbox) Traffic() TrafficSwitch {
	s.life.mu.Lock()
	defer s.life.mu.Unlock()
	return TrafficSwitch{s.life.pace}
}

// SetTraffic starts, changes or ends the ordinary life of the org.
func (s *Sandbox) SetTraffic(to TrafficSwitch) error {
	if to.PerMinute < 0 || to.PerMinute > maxPerMinute {
		return badRequest("per_minute is a number from 0 to %d", maxPerMinute)
	}
	l := &s.life
	l.mu.Lock()
	defer l.mu.Unlock()
	if to.PerMinute == l.pace {
		return nil
	}
	l.stop()
	if to.PerMinute == 0 {
		return nil
	}
	t, err := traffic.New(traffic.Options{Org: s.org, Seed: s.opt.Seed, Now: s.now, PerMinute: to.PerMinute})
	if err != nil {
		return fmt.Errorf("start the traffic: %w", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	l.cancel, l.done, l.pace = cancel, make(chan struct{}), to.PerMinute
	go func(done chan struct{}) {
		defer close(done)
		t.Run(ctx)
	}(l.done)
	return nil
}

// stop ends ordinary life and waits for it. The caller holds the lock.
func (l *life) stop() {
	if l.cancel == nil {
		return
	}
	l.cancel()
	<-l.done
	l.cancel, l.pace = nil, 0
}

func (c control) setTraffic(r *http.Request) (any, error) {
	to := c.Traffic()
	if err := readJSON(r, &to); err != nil {
		return nil, err
	}
	if err := c.SetTraffic(to); err != nil {
		return nil, err
	}
	return c.Traffic(), nil
}

// past plays ordinary life from so long ago until now, before anybody looks:
// the org begins then, on a clock that is let go of at the end.
type past struct {
	mu  sync.Mutex
	now func() time.Time // the real clock, once the past is over
	at  time.Time
}

// Now is the time of the sandbox.
func (p *past) Now() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.at.IsZero() {
		return p.now()
	}
	return p.at
}

func (p *past) set(at time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.at = at
}

// play lives through the past of a new org.
func (s *Sandbox) play(p *past, history time.Duration) error {
	t, err := traffic.New(traffic.Options{Org: s.org, Seed: s.opt.Seed, Now: p.Now})
	if err != nil {
		return fmt.Errorf("play the past: %w", err)
	}
	t.Play(context.Background(), history, p.set)
	p.set(time.Time{})
	return nil
}

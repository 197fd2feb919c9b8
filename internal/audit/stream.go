package audit

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// Queue is the log as what waits to be sent on: it survives a collector that is
// down, and a restart.
type Queue interface {
	// Orgs returns the organizations that have a chain.
	Orgs(ctx context.Context) ([]string, error)
	// Unsent returns the next entries of a chain that a target was not sent.
	Unsent(ctx context.Context, target, org string, limit int) ([]Entry, error)
	// SetSent notes the last entry that a target was sent.
	SetSent(ctx context.Context, target, org string, seq int64) error
}

// Stream sends the log to a collector, entry by entry, as they are written.
type Stream struct {
	Queue  Queue
	Sender *Sender
	Hold   func(ctx context.Context) (bool, error) // whether this one of several processes is to send
	Every  time.Duration                           // between two looks
	Now    func() time.Time
	Log    *slog.Logger

	mu    sync.Mutex
	state State
}

// State is how sending goes, as far as this process knows.
type State struct {
	Error    string    // of the last try; "" where it went well
	FailedAt time.Time // since when it does not; zero where it does
	SentAt   time.Time // when something was sent last
}

// State returns how sending goes.
func (s *Stream) State() State {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state
}

// Run sends until ctx ends. After a failure it tries again at the next look.
func (s *Stream) Run(ctx context.Context) {
	defer func() { _ = s.Sender.Close() }()
	tick := time.NewTicker(s.Every)
	defer tick.Stop()
	for {
		if mine, err := s.Hold(ctx); err != nil || mine {
			if err == nil {
				err = s.sendAll(ctx)
			}
			s.ended(ctx, err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// streamBatch is how many entries are sent at a time.
const streamBatch = 200

func (s *Stream) sendAll(ctx context.Context) error {
	orgs, err := s.Queue.Orgs(ctx)
	if err != nil {
		return err
	}
	for _, org := range orgs {
		if err := s.sendOrg(ctx, org); err != nil {
			return err
		}
	}
	return nil
}

func (s *Stream) sendOrg(ctx context.Context, org string) error {
	target := s.Sender.Target.String()
	for {
		es, err := s.Queue.Unsent(ctx, target, org, streamBatch)
		if err != nil || len(es) == 0 {
			return err
		}
		if err := s.Sender.Send(ctx, es); err != nil {
			return err
		}
		if err := s.Queue.SetSent(ctx, target, org, es[len(es)-1].Seq); err != nil {
			return err
		}
		s.mu.Lock()
		s.state.SentAt = s.Now()
		s.mu.Unlock()
	}
}

func (s *Stream) ended(ctx context.Context, err error) {
	if ctx.Err() != nil {
		return
	}
	s.mu.Lock()
	before := s.state.Error
	if err == nil {
		s.state.Error, s.state.FailedAt = "", time.Time{}
	} else if s.state.Error = err.Error(); s.state.FailedAt.IsZero() {
		s.state.FailedAt = s.Now()
	}
	s.mu.Unlock()
	if err != nil && before == "" {
		s.Log.WarnContext(ctx, "the audit log is not sent on: it waits, and is sent when that goes again", "target", s.Sender.Target.String(), "err", err)
	}
	if err == nil && before != "" {
		s.Log.InfoContext(ctx, "the audit log is sent on again", "target", s.Sender.Target.String())
	}
}

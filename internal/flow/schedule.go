package flow

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"sallyport/internal/id"
	"sallyport/internal/value"
)

// Due is a scheduled flow, with the time for which it waits.
type Due struct {
	Org      string
	Flow     string
	Version  int
	SaveData bool
	Priority int
	Schedule Schedule
	At       time.Time
}

// Timetable keeps when scheduled flows are to start.
type Timetable interface {
	// Due returns flows whose time is not after a time, the earliest first.
	Due(ctx context.Context, until time.Time) ([]Due, error)
	// Fire queues a run for the time that a flow waited for, or none where the run
	// is nil, and has the flow wait for the next one; zero for none. It reports
	// false, and does nothing, where the flow waits for that time no more: another
	// did it, or the flow was changed.
	Fire(ctx context.Context, d Due, run *Run, next time.Time) (bool, error)
	// Next returns the earliest time that a flow waits for, zero where none does.
	Next(ctx context.Context) (time.Time, error)
}

// Scheduler starts flows by the clock. Several may work on one timetable: each
// time is fired once.
type Scheduler struct {
	Times Timetable
	Now   func() time.Time
	Log   *slog.Logger
	// Started is called with a run once it is durable. May be nil.
	Started func(Run)
}

// lookEvery is how often the timetable is looked at, for what others write into it.
const lookEvery = time.Second

// missedAfter is how late a time may be and still count as kept. A later one was
// missed.
const missedAfter = time.Minute

// Run fires times until ctx ends.
func (s *Scheduler) Run(ctx context.Context) {
	for {
		wait := lookEvery
		switch next, err := s.Look(ctx); {
		case err != nil && ctx.Err() == nil:
			s.Log.WarnContext(ctx, "scheduled flows not started", "err", err)
		case err == nil && !next.IsZero():
			wait = max(time.Millisecond, min(wait, next.Sub(s.Now())))
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return
		}
	}
}

// Look starts the flows whose time has come, and returns the earliest time that
// is yet to come, zero for none.
func (s *Scheduler) Look(ctx context.Context) (time.Time, error) {
	now := s.Now()
	for {
		due, err := s.Times.Due(ctx, now)
		if err != nil {
			return time.Time{}, fmt.Errorf("read what is due: %w", err)
		}
		if len(due) == 0 {
			return s.Times.Next(ctx)
		}
		for _, d := range due {
			if err := s.fire(ctx, d, now); err != nil {
				return time.Time{}, fmt.Errorf("start flow %s: %w", d.Flow, err)
			}
		}
	}
}

func (s *Scheduler) fire(ctx context.Context, d Due, now time.Time) error {
	at, next, err := d.Schedule.turn(d.At, now)
	if err != nil { // such as a time zone that this machine does not know
		s.Log.ErrorContext(ctx, "the schedule of a flow cannot be worked out; it will not start", "flow", d.Flow, "err", err)
	}
	var run *Run
	if !at.IsZero() {
		run = &Run{
			ID: id.At(now), Org: d.Org, Flow: d.Flow, Version: d.Version, State: Queued, Cause: OnSchedule, SaveData: d.SaveData, Priority: d.Priority, CreatedAt: now,
			Context: value.Store(value.Map("execution_time", value.Instant(at))),
		}
	}
	fired, err := s.Times.Fire(ctx, d, run, next)
	if fired && run != nil && s.Started != nil {
		s.Started(*run)
	}
	return err
}

// turn says which time is to be fired of a schedule whose time was at, zero for
// none, and which comes next. A time that is late by no more than missedAfter
// counts. Of those that passed before nothing becomes, or one run for the last.
func (s Schedule) turn(at, now time.Time) (fire, next time.Time, err error) {
	kept := now.Add(-missedAfter)
	if !at.Before(kept) {
		next, err = s.Next(at)
		return at, next, err
	}
	if s.Missed == MissedOnce {
		if fire, err = s.last(at, now); err != nil {
			return fire, next, err
		}
		next, err = s.Next(now)
		return fire, next, err
	}
	next, err = s.Next(kept)
	return fire, next, err
}

// last returns the last of the schedule's times up to a time, of which one is
// known. It looks back further and further, as there may be very many.
func (s Schedule) last(known, until time.Time) (time.Time, error) {
	for back := time.Minute; ; back *= 2 {
		from := until.Add(-back)
		if !from.After(known) {
			from = known
		}
		last := from
		for {
			next, err := s.Next(last)
			if err != nil {
				return known, err
			}
			if next.IsZero() || next.After(until) {
				break
			}
			last = next
		}
		if last != from || from.Equal(known) {
			return last, nil
		}
	}
}

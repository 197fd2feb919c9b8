package backtest

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/id"
	"sallyport/internal/running"
)

// MostAtOnce is how many tests of one organization run at the same time.
const MostAtOnce = 2

// BeatEvery is how often a running job is written down and told of. One that was
// not for [Lost] is not running any more.
const (
	BeatEvery = time.Second
	Lost      = 30 * time.Second
)

// Runner runs jobs, each in one goroutine. The zero value of what is unexported
// is ready.
type Runner struct {
	Shelf   Shelf
	Changed func(Job) // a job has come further; optional
	Log     *slog.Logger
	Now     func() time.Time

	jobs running.Set
}

var (
	errCanceled = errors.New("canceled")
	errClosed   = errors.New("the server stopped")
)

// Start begins a job. What it is asked must have been looked at: the sides are
// made of it.
func (r *Runner) Start(ctx context.Context, j Job, tried Side, against *Side) (Job, error) {
	t, err := New(tried, against)
	if err != nil {
		return j, errs.Wrap(errs.Invalid, err, "the rules cannot be used: %v", err)
	}
	now := r.Now()
	j.ID, j.State, j.CreatedAt, j.BeatAt, j.Report = id.At(now), Running, now, now, t.Report()
	if j.Question.Until.IsZero() || j.Question.Until.After(now) {
		j.Question.Until = now
	}
	if err := r.Shelf.Add(ctx, j, MostAtOnce); err != nil {
		return j, err
	}
	r.jobs.Go(ctx, j.ID, func(ctx context.Context) { r.run(ctx, j, t) })
	return j, nil
}

// Stop ends a job that this process runs, at once.
func (r *Runner) Stop(job string) { r.jobs.End(job, errCanceled) }

// Close interrupts what runs, and waits until that is written down.
func (r *Runner) Close() {
	r.jobs.Close(errClosed)
	r.jobs.Wait()
}

func (r *Runner) run(ctx context.Context, j Job, t *Test) {
	err := r.through(ctx, &j, t)
	switch cause := context.Cause(ctx); {
	case err == nil:
		j.State = Done
	case errors.Is(cause, errCanceled):
		j.State = Canceled
	case errors.Is(cause, errClosed):
		j.State = Interrupted
	default:
		j.State, j.Error = Failed, errs.Message(err)
		r.Log.ErrorContext(ctx, "backtest failed", "err", err, "backtest", j.ID)
	}
	j.Report, j.EndedAt = t.Report(), r.Now()
	if _, err := r.keep(context.WithoutCancel(ctx), &j); err != nil {
		r.Log.ErrorContext(ctx, "end of backtest not kept", "err", err, "backtest", j.ID)
	}
}

// through takes all events of the range.
func (r *Runner) through(ctx context.Context, j *Job, t *Test) error {
	var err error
	if j.Total, err = r.Shelf.Within(ctx, j.Org, j.Question.Since, j.Question.Until); err != nil {
		return err
	}
	at, beat := Cursor{}, time.Now()
	for {
		raws, next, err := r.Shelf.Page(ctx, j.Org, j.Question, at)
		if err != nil || len(raws) == 0 {
			return err
		}
		if err := t.Events(ctx, raws); err != nil {
			return err
		}
		if err := context.Cause(ctx); err != nil {
			return err
		}
		at = next
		if time.Since(beat) < BeatEvery {
			continue
		}
		beat, j.Report = time.Now(), t.Report()
		still, err := r.keep(ctx, j)
		if err != nil {
			return err
		}
		if !still { // somebody has ended it elsewhere
			r.Stop(j.ID)
			return errCanceled
		}
	}
}

func (r *Runner) keep(ctx context.Context, j *Job) (bool, error) {
	j.BeatAt = r.Now()
	still, err := r.Shelf.Keep(ctx, *j)
	if err == nil && r.Changed != nil {
		r.Changed(*j)
	}
	return still, err
}

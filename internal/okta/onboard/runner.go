package onboard

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/id"
	"sallyport/internal/running"
	"sallyport/internal/secret"
)

// BeatEvery is how often a running job is written down. One that was not for
// [Lost] is not running any more.
const (
	BeatEvery = time.Second
	Lost      = 30 * time.Second
)

// Runner runs jobs, each in one goroutine. The zero value of what is unexported
// is ready.
type Runner struct {
	Shelf Shelf
	// Do sets an org up. What it made before a failure it has taken back.
	Do func(ctx context.Context, j Job, token secret.Text, tell func(Step)) (Outcome, error)
	// End ends a lent token.
	End     func(ctx context.Context, j Job, token secret.Text) error
	Changed func(Job) // a job has ended
	Host    string    // the name of this process
	Log     *slog.Logger
	Now     func() time.Time

	jobs running.Set
}

var (
	errCanceled = errors.New("it was canceled")
	errClosed   = errors.New("the server was stopped")
)

// Begin begins a job. It goes on when ctx ends: whoever began it may go away, and
// what was made is either handed over or taken back.
func (r *Runner) Begin(ctx context.Context, j Job, token secret.Text) (Job, error) {
	now := r.Now()
	j.ID, j.State, j.CreatedAt, j.BeatAt, j.Report = id.At(now), Running, now, now, Report{Host: r.Host}
	if err := r.Shelf.Add(ctx, j); err != nil {
		return j, err
	}
	r.jobs.Go(ctx, j.ID, func(ctx context.Context) { r.run(ctx, j, token) })
	return j, nil
}

// Cancel ends a job that this process runs: what was made is taken back.
func (r *Runner) Cancel(job string) { r.jobs.End(job, errCanceled) }

// Close ends what runs, and waits until what was made is taken back, or ctx has
// ended. What is left then is in journals.
func (r *Runner) Close(ctx context.Context) {
	r.jobs.Close(errClosed)
	done := make(chan struct{})
	go func() {
		r.jobs.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-ctx.Done():
	}
}

// run carries a job out, and writes down how it ended.
func (r *Runner) run(ctx context.Context, j Job, token secret.Text) {
	t := &teller{runner: r, job: j, scrub: secret.NewScrubber(token.Reveal())}
	beating, stop := context.WithCancel(context.WithoutCancel(ctx))
	var beats sync.WaitGroup
	beats.Go(func() { t.beat(beating) })
	out, err := r.Do(ctx, j, token, t.tell)
	stop()
	beats.Wait()
	cause := context.Cause(ctx)
	ctx = context.WithoutCancel(ctx)
	t.job.EndedAt, t.job.State, t.job.Report.Result = r.Now(), Done, out
	switch {
	case err != nil:
		t.fail(err, cause)
		r.Log.WarnContext(ctx, "an Okta org was not set up", "domain", j.Wish.Domain, "setup", j.ID, "step", t.job.Report.Fault.Step, "err", t.scrub.Text(err.Error()))
	case j.Wish.EndToken:
		if err := r.End(ctx, j, token); err != nil {
			t.job.Report.Ended.Error = t.scrub.Text(err.Error())
		} else {
			t.job.Report.Ended.Done = true
		}
	}
	t.keep(ctx)
	if r.Changed != nil {
		r.Changed(t.job)
	}
}

// teller writes down how far a job is.
type teller struct {
	runner *Runner
	scrub  *secret.Scrubber

	mu  sync.Mutex
	job Job
}

// tell notes a step. Nothing is written down by it: it may be told faster than that.
func (t *teller) tell(s Step) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.job.Report.Steps = append(t.job.Report.Steps, Past{s.Phase, t.scrub.Text(s.Text), t.runner.Now()})
}

// beat writes down every now and then that a job is alive, until ctx ends.
func (t *teller) beat(ctx context.Context) {
	tick := time.NewTicker(BeatEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		if t.keep(ctx) {
			t.runner.Cancel(t.job.ID)
		}
	}
}

// keep writes a job down, and reports whether somebody wants it ended.
func (t *teller) keep(ctx context.Context) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.job.BeatAt = t.runner.Now()
	stop, err := t.runner.Shelf.Keep(ctx, t.job)
	if err != nil && ctx.Err() == nil {
		t.runner.Log.ErrorContext(ctx, "setting up an Okta org: how far it is was not kept", "setup", t.job.ID, "err", err)
	}
	return stop
}

// fail notes why a job failed: at which step, what Okta said, and what is left.
func (t *teller) fail(err, cause error) {
	t.job.State = Failed
	if errors.Is(cause, errCanceled) {
		t.job.State = Canceled
	}
	f := &Fault{Phase: PhaseLook}
	for _, s := range t.job.Report.Steps {
		if s.Phase == PhaseUndo {
			break
		}
		if s.Phase != PhaseWait {
			f.Phase, f.Step = s.Phase, s.Text
		}
	}
	if left, ok := errors.AsType[*LeftError](err); ok {
		f.Left, err = left.Left, left.Why
	}
	_, f.Earlier = errors.AsType[*EarlierError](err)
	switch _, answered := refused(err); {
	case cause != nil:
		f.Said = cause.Error()
	case f.Earlier:
		f.Said = fmt.Sprintf("another run is under way in %s, or one ended before it could take back what it made", t.job.Wish.Domain)
	case f.Phase == PhaseKeep && !answered && errs.KindOf(err) == errs.Internal: // of our own database
		f.Said = errs.Message(err)
	default:
		f.Said = t.scrub.Text(err.Error())
	}
	t.job.Report.Fault = f
}

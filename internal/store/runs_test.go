package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"sallyport/internal/connector"
	"sallyport/internal/errs"
	"sallyport/internal/flow"
	"sallyport/internal/guard"
	"sallyport/internal/id"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
	"sallyport/internal/value"
)

const org = "org1"

// queue adds a run and returns it.
func queue(t *testing.T, db *store.DB, change func(*flow.Run)) flow.Run {
	t.Helper()
	r := flow.Run{ID: id.New(), Org: org, Flow: "f1", Version: 1, State: flow.Queued, Cause: flow.OnDemand, SaveData: true, Priority: 2, Input: []byte(`{}`), CreatedAt: time.Now()}
	if change != nil {
		change(&r)
	}
	if err := db.Runs.Add(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	return r
}

func claim(t *testing.T, db *store.DB, run string) flow.Claim {
	t.Helper()
	c, err := db.Runs.Claim(t.Context(), org, run)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func step(path string, s flow.StepState) flow.Step {
	return flow.Step{Path: path, Seq: 1, Flow: "f1", Card: path, State: s, Attempt: 1, Output: []byte(`{"a":1}`), Journal: []byte("sealed"), StartedAt: time.Now(), EndedAt: time.Now()}
}

func TestRunIsJournaledAndResumed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := queue(t, db, func(r *flow.Run) { r.SaveData = false })
		first := claim(t, db, r.ID)
		if !first.Ref.Fresh || len(first.Steps) != 0 {
			t.Fatalf("a queued run is claimed as %+v", first)
		}
		if err := db.Runs.Record(t.Context(), first.Ref, []flow.Step{step("a", flow.StepDone)}, nil); err != nil {
			t.Fatal(err)
		}
		if err := db.Runs.Pin(t.Context(), first.Ref, map[string]int{"helper": 3}); err != nil {
			t.Fatal(err)
		}
		second := claim(t, db, r.ID)
		if second.Run.State != flow.Running || second.Run.Pins["helper"] != 3 || len(second.Steps) != 1 || string(second.Steps[0].Journal) != "sealed" {
			t.Errorf("taken up again as %+v", second)
		}
		// The first worker is fenced off: what it hands in now is not written.
		first.Ref.Fresh = false
		if err := db.Runs.Record(t.Context(), first.Ref, []flow.Step{step("late", flow.StepDone)}, nil); !errors.Is(err, flow.ErrFenced) {
			t.Errorf("the first worker's record: %v, want fenced off", err)
		}
		if err := db.Runs.End(t.Context(), second.Ref, []flow.Step{step("b", flow.StepDone)}, flow.Ending{State: flow.Succeeded, Result: []byte(`{}`), Journaled: true}); err != nil {
			t.Fatal(err)
		}
		got, err := db.Runs.Get(t.Context(), org, r.ID)
		if err != nil || got.State != flow.Succeeded || got.EndedAt.IsZero() || got.Input != nil {
			t.Errorf("ended as %+v, %v", got, err)
		}
		steps, err := db.Runs.Steps(t.Context(), org, r.ID)
		if err != nil || len(steps) != 2 || steps[0].Journal != nil || steps[1].Journal != nil {
			t.Errorf("steps = %+v, %v; want two, their journal gone with the run", steps, err)
		}
		if c := claim(t, db, r.ID); !c.Run.State.Ended() {
			t.Errorf("an ended run is claimed as %+v", c)
		}
	})
}

func TestTwoWorkersOfOneFreshRun(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := queue(t, db, nil)
		a, b := claim(t, db, r.ID), claim(t, db, r.ID)
		if err := db.Runs.Record(t.Context(), a.Ref, []flow.Step{step("a", flow.StepDone)}, nil); err != nil {
			t.Fatal(err)
		}
		if err := db.Runs.Record(t.Context(), b.Ref, []flow.Step{step("b", flow.StepDone)}, nil); !errors.Is(err, flow.ErrFenced) {
			t.Errorf("the second worker: %v, want fenced off", err)
		}
	})
}

// Of several workers that take a resumed run up at once, one has it.
func TestManyWorkersOfOneResumedRun(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := queue(t, db, nil)
		first := claim(t, db, r.ID)
		if err := db.Runs.Pause(t.Context(), first.Ref, []flow.Step{step("a", flow.StepDone)}, time.Now(), "waits"); err != nil {
			t.Fatal(err)
		}
		for range 10 {
			var mu sync.Mutex
			epochs := map[int64]int{}
			var all sync.WaitGroup
			for range 4 {
				all.Go(func() {
					c, err := db.Runs.Claim(t.Context(), org, r.ID)
					if err != nil {
						if !errors.Is(err, flow.ErrFenced) {
							t.Error(err)
						}
						return
					}
					mu.Lock()
					defer mu.Unlock()
					epochs[c.Ref.Epoch]++
				})
			}
			all.Wait()
			if len(epochs) == 0 {
				t.Error("nobody has the run")
			}
			for epoch, n := range epochs {
				if n > 1 {
					t.Errorf("%d workers have the run in epoch %d", n, epoch)
				}
			}
		}
	})
}

// What was sealed for the sake of a run that keeps no data is gone when it ends,
// by itself or because somebody cancels it.
func TestCancelledRunKeepsNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := queue(t, db, func(r *flow.Run) { r.SaveData, r.Input = false, []byte("sealed input") })
		c := claim(t, db, r.ID)
		if err := db.Runs.Pause(t.Context(), c.Ref, []flow.Step{step("a", flow.StepDone)}, time.Now().Add(time.Hour), "waits"); err != nil {
			t.Fatal(err)
		}
		got, err := db.Runs.Cancel(t.Context(), org, r.ID)
		if err != nil || got.State != flow.Cancelled || got.Input != nil {
			t.Errorf("cancelled: %+v, %v", got, err)
		}
		steps, err := db.Runs.Steps(t.Context(), org, r.ID)
		if err != nil || len(steps) != 1 || steps[0].Journal != nil {
			t.Errorf("steps %+v, %v", steps, err)
		}
	})
}

// What comes after the database is closed is refused.
func TestWorkAfterClose(t *testing.T) {
	db := storetest.Open(t)
	r := queue(t, db, nil)
	c := claim(t, db, r.ID)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := db.Runs.Record(t.Context(), c.Ref, []flow.Step{step("a", flow.StepDone)}, nil); errs.KindOf(err) != errs.Unavailable {
		t.Errorf("recorded after close: %v", err)
	}
}

func TestCancel(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		waiting := queue(t, db, nil)
		got, err := db.Runs.Cancel(t.Context(), org, waiting.ID)
		if err != nil || got.State != flow.Cancelled {
			t.Errorf("a queued run cancelled is %s, %v", got.State, err)
		}
		running := queue(t, db, nil)
		c := claim(t, db, running.ID)
		if err := db.Runs.Record(t.Context(), c.Ref, []flow.Step{step("a", flow.StepDone)}, nil); err != nil {
			t.Fatal(err)
		}
		c.Ref.Fresh = false
		if got, err := db.Runs.Cancel(t.Context(), org, running.ID); err != nil || got.State != flow.Running || !got.Cancel {
			t.Errorf("a run under way cancelled is %+v, %v", got, err)
		}
		// What happened meanwhile is written all the same, and the worker told.
		if err := db.Runs.Record(t.Context(), c.Ref, []flow.Step{step("b", flow.StepDone)}, nil); !errors.Is(err, flow.ErrCancelled) {
			t.Errorf("record after cancel: %v", err)
		}
		if err := db.Runs.End(t.Context(), c.Ref, nil, flow.Ending{State: flow.Cancelled}); err != nil {
			t.Error(err)
		}
		if steps, err := db.Runs.Steps(t.Context(), org, running.ID); err != nil || len(steps) != 2 {
			t.Errorf("%d steps, %v; want both", len(steps), err)
		}
		if _, err := db.Runs.Cancel(t.Context(), "other", running.ID); errs.KindOf(err) != errs.NotFound {
			t.Errorf("another organization's cancel: %v, want not found", err)
		}
	})
}

func TestRetry(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := queue(t, db, nil)
		if err := db.Runs.Retry(t.Context(), org, r.ID); errs.KindOf(err) != errs.Conflict {
			t.Errorf("retry of a queued run: %v, want a conflict", err)
		}
		c := claim(t, db, r.ID)
		if err := db.Runs.End(t.Context(), c.Ref, []flow.Step{step("a", flow.StepDone), step("b", flow.StepFailed)}, flow.Ending{State: flow.Failed, Error: "no"}); err != nil {
			t.Fatal(err)
		}
		if err := db.Runs.Retry(t.Context(), org, r.ID); err != nil {
			t.Fatal(err)
		}
		c = claim(t, db, r.ID)
		if c.Run.State != flow.Waiting || c.Run.Error != "" || len(c.Steps) != 2 {
			t.Errorf("retried as %+v", c.Run)
		}
	})
}

// What a run leaves open is settled when it ends, by itself or by being
// cancelled; and what is in doubt stays so when it is taken up again.
func TestEndSettlesSteps(t *testing.T) {
	doubted := func(path string, s flow.StepState) flow.Step {
		st := step(path, s)
		st.Reason, st.Error = flow.Doubted, "no answer"
		return st
	}
	open := []flow.Step{
		step("done", flow.StepDone), step("begun", flow.StepStarted), step("waits", flow.StepRetrying), doubted("doubted", flow.StepRetrying),
		step("again", flow.StepAgain), doubted("doubted again", flow.StepAgain), step("failed", flow.StepFailed), doubted("unknown", flow.StepUnknown),
	}
	for i := range open {
		open[i].Seq = i + 1
	}
	ended := map[string]flow.StepState{
		"done": flow.StepDone, "begun": flow.StepUnknown, "waits": flow.StepFailed, "doubted": flow.StepUnknown, "again": flow.StepFailed,
		"doubted again": flow.StepUnknown, "failed": flow.StepFailed, "unknown": flow.StepUnknown, "all#1/under way": flow.StepUnknown,
	}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		for _, cancelled := range []bool{false, true} {
			r := queue(t, db, nil)
			c := claim(t, db, r.ID)
			e := guard.Entry{ID: id.New(), Org: org, Why: connector.Why{Flow: "f1", Run: r.ID, Path: "all#1/under way"}, State: guard.Started, StartedAt: time.Now()}
			if _, err := db.Actions.Begin(t.Context(), e, 10, time.Now().Add(-time.Hour)); err != nil {
				t.Fatal(err)
			}
			if err := db.Runs.Pause(t.Context(), c.Ref, open, time.Now(), "waits"); err != nil {
				t.Fatal(err)
			}
			end := func() error {
				c = claim(t, db, r.ID)
				return db.Runs.End(t.Context(), c.Ref, nil, flow.Ending{State: flow.Failed, Unknown: 1})
			}
			if cancelled {
				end = func() error { _, err := db.Runs.Cancel(t.Context(), org, r.ID); return err }
			}
			if err := end(); err != nil {
				t.Fatal(err)
			}
			got, err := db.Runs.Get(t.Context(), org, r.ID)
			steps, err2 := db.Runs.Steps(t.Context(), org, r.ID)
			if err != nil || err2 != nil || got.Unknown != 5 || len(steps) != len(ended) {
				t.Errorf("%d steps, %d unknown, %v, %v", len(steps), got.Unknown, err, err2)
			}
			for _, s := range steps {
				if s.State != ended[s.Path] {
					t.Errorf("%s is %s, want %s", s.Path, s.State, ended[s.Path])
				}
			}
			if e, err = db.Actions.Get(t.Context(), org, e.ID); err != nil || e.State != guard.Unknown || e.EndedAt.IsZero() || e.Error == "" {
				t.Errorf("the ledger says %+v, %v", e, err)
			}
			if err := db.Runs.Retry(t.Context(), org, r.ID); err != nil {
				t.Fatal(err)
			}
			for _, s := range claim(t, db, r.ID).Steps {
				doubt := ended[s.Path] == flow.StepUnknown
				switch {
				case s.Path == "done" || s.Path == "begun":
					if s.State != ended[s.Path] {
						t.Errorf("retried, %s is %s", s.Path, s.State)
					}
				case s.State != flow.StepAgain || (s.Reason == flow.Doubted) != doubt:
					t.Errorf("retried, %s is %s %q", s.Path, s.State, s.Reason)
				}
			}
		}
	})
}

// A change of rows and its step stand or fall together.
func TestRecordWithChange(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		tab := makeTable(t, db)
		r := queue(t, db, nil)
		c := claim(t, db, r.ID)
		var result *value.Object
		ch := &flow.Change{Op: flow.CreateRow, Table: tab.ID, Row: "row1", Values: value.Map("Who", "ada"), Done: func(o *value.Object) { result = o }}
		if err := db.Runs.Record(t.Context(), c.Ref, []flow.Step{step("row", flow.StepDone)}, ch); err != nil {
			t.Fatal(err)
		}
		if result.Text("row_id") != "row1" {
			t.Errorf("the change gave %v", result)
		}
		c.Ref.Fresh = false
		bad := &flow.Change{Op: flow.UpdateRow, Table: tab.ID, Row: "none", Values: value.Map("Who", "x"), Done: func(*value.Object) {}}
		if err := db.Runs.Record(t.Context(), c.Ref, []flow.Step{step("bad", flow.StepDone)}, bad); errs.KindOf(err) != errs.NotFound {
			t.Errorf("a change of a row that is not there: %v", err)
		}
		steps, err := db.Runs.Steps(t.Context(), org, r.ID)
		if err != nil || len(steps) != 1 {
			t.Errorf("%d steps, %v; want the one whose change was made", len(steps), err)
		}
	})
}

// Many runs journal at once through the group writer, and each finds its own.
func TestGroupWriter(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		var wg sync.WaitGroup
		for range 40 {
			r := queue(t, db, nil)
			wg.Go(func() {
				c, err := db.Runs.Claim(t.Context(), org, r.ID)
				for i := range 5 {
					if err == nil {
						err = db.Runs.Record(t.Context(), c.Ref, []flow.Step{step(fmt.Sprint("s", i), flow.StepDone)}, nil)
					}
					c.Ref.Fresh = false
				}
				if err == nil {
					err = db.Runs.End(t.Context(), c.Ref, nil, flow.Ending{State: flow.Succeeded})
				}
				if err != nil {
					t.Error(err)
				}
				if steps, err := db.Runs.Steps(t.Context(), org, r.ID); err != nil || len(steps) != 5 {
					t.Errorf("%d steps, %v", len(steps), err)
				}
			})
		}
		wg.Wait()
	})
}

// Runs that are queued are worked, those that ask for it again, and what is
// under way when the workers stop is worked by the next.
func TestWorkers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		type call struct{ run string }
		calls := make(chan call, 10)
		block := make(chan struct{})
		var mu sync.Mutex
		seen := map[string]int{}
		o := store.WorkerOptions{Workers: 4, Run: func(ctx context.Context, _, run string) (time.Time, error) {
			mu.Lock()
			seen[run]++
			n := seen[run]
			mu.Unlock()
			calls <- call{run}
			if n == 1 {
				return time.Now(), nil // again, at once
			}
			select {
			case <-block:
				return time.Time{}, nil
			case <-ctx.Done():
				return time.Time{}, ctx.Err()
			}
		}, Log: quietLog()}
		w, err := db.StartWorkers(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		r := queue(t, db, nil)
		for range 2 {
			if c := wait(t, calls); c.run != r.ID {
				t.Errorf("worked %s, want %s", c.run, r.ID)
			}
		}
		if db.Dialect() == "sqlite" {
			if _, err := db.StartWorkers(t.Context(), o); errs.KindOf(err) != errs.Conflict {
				t.Errorf("second workers on one SQLite file: %v, want a conflict", err)
			}
		}
		// The run blocks, so that stopping has to cut it short.
		short, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		if err := w.Stop(short); err != nil {
			t.Fatal(err)
		}
		close(block)
		if w, err = db.StartWorkers(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		wait(t, calls)
		if err := w.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}

// workTo returns a handler that says which runs it was given, and ends them.
func workTo(worked chan<- string) store.RunHandler {
	return func(_ context.Context, _, run string) (time.Time, error) {
		worked <- run
		return time.Time{}, nil
	}
}

func wait[T any](t *testing.T, c <-chan T) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(20 * time.Second):
		t.Fatal("nothing happened within 20 s")
		panic("unreachable")
	}
}

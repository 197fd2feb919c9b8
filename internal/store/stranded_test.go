package store_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"sallyport/internal/flow"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
)

// A run whose job somebody ended who did not have the run any more is taken up
// again when its time has come.
func TestRunThatLostItsJobIsWorkedAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := queue(t, db, nil)
		tries, ended := atomic.Int32{}, make(chan struct{})
		work := func(ctx context.Context, org, run string) (time.Time, error) {
			c, err := db.Runs.Claim(ctx, org, run)
			if err != nil {
				return time.Time{}, err
			}
			if tries.Add(1) == 1 { // it waits, and its job is said to be done
				return time.Time{}, db.Runs.Pause(ctx, c.Ref, []flow.Step{step("a", flow.StepDone)}, time.Now().Add(-2*time.Minute), "a while")
			}
			defer close(ended)
			return time.Time{}, db.Runs.End(ctx, c.Ref, nil, flow.Ending{State: flow.Succeeded})
		}
		w, err := db.StartWorkers(t.Context(), store.WorkerOptions{Workers: 2, Run: work, Sweep: 20 * time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		select {
		case <-ended:
		case <-time.After(20 * time.Second):
			t.Error("nobody works at it")
		}
		if err := w.Stop(t.Context()); err != nil {
			t.Error(err)
		}
		if got, err := db.Runs.Get(t.Context(), org, r.ID); err != nil || got.State != flow.Succeeded || tries.Load() != 2 {
			t.Errorf("%s after %d tries, %v", got.State, tries.Load(), err)
		}
	})
}

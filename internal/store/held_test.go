package store_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"sallyport/internal/flow"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
)

// With many workers no more runs of a flow are under way than may be, every one is
// called when its turn has come, and with one at a time they keep their order.
func TestHeldRunsAreCalled(t *testing.T) {
	for name, limit := range map[string]int{"one at a time": 1, "three at a time": 3} {
		t.Run(name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, db *store.DB) {
				furnish(t, db)
				const n = 16
				var mu sync.Mutex
				var began, want []string
				under, most := 0, 0
				ended := make(chan struct{}, n)
				for i := range n {
					r := queue(t, db, func(r *flow.Run) { r.Flow, r.CreatedAt = "f1", time.Now().Add(time.Duration(i)*time.Second) })
					want = append(want, r.ID)
				}
				work := func(ctx context.Context, org, run string) (time.Time, error) {
					c, err := db.Runs.Claim(ctx, org, run)
					if err != nil || c.Run.State.Ended() {
						return time.Time{}, err
					}
					in, err := db.Runs.Enter(ctx, c.Ref, limit)
					if err != nil || !in {
						return time.Time{}, err
					}
					mu.Lock()
					began = append(began, run)
					under++
					most = max(most, under)
					mu.Unlock()
					c.Ref.Fresh = false
					err = db.Runs.Record(ctx, c.Ref, []flow.Step{step("a", flow.StepDone)}, nil)
					mu.Lock()
					under--
					mu.Unlock()
					err = errors.Join(err, db.Runs.End(ctx, c.Ref, nil, flow.Ending{State: flow.Succeeded}))
					ended <- struct{}{}
					return time.Time{}, err
				}
				w, err := db.StartWorkers(t.Context(), store.WorkerOptions{Workers: 8, Run: work})
				if err != nil {
					t.Fatal(err)
				}
				for i := range n {
					select {
					case <-ended:
					case <-time.After(30 * time.Second):
						t.Fatalf("%d runs have ended", i)
					}
				}
				if err := w.Stop(context.Background()); err != nil {
					t.Error(err)
				}
				if most > limit || len(began) != n || limit == 1 && !slices.Equal(began, want) {
					t.Errorf("%d at once, %d began; in order: %v", most, len(began), slices.Equal(began, want))
				}
			})
		})
	}
}

// A run that goes away before it asked makes room for those behind it.
func TestHeldBehindOneThatGoesAway(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		first := queue(t, db, nil)
		second := queue(t, db, func(r *flow.Run) { r.CreatedAt = r.CreatedAt.Add(time.Second) })
		in, err := db.Runs.Enter(t.Context(), claim(t, db, second.ID).Ref, 1)
		if err != nil || in {
			t.Fatalf("the second begins before the first: %v, %v", in, err)
		}
		if _, err := db.Runs.Cancel(t.Context(), org, first.ID); err != nil {
			t.Fatal(err)
		}
		in, err = db.Runs.Enter(t.Context(), claim(t, db, second.ID).Ref, 1)
		if err != nil || !in {
			t.Errorf("the second does not begin: %v, %v", in, err)
		}
		if _, err := db.Runs.Enter(t.Context(), flow.Ref{Org: org, Run: second.ID, Fresh: true}, 1); !errors.Is(err, flow.ErrFenced) {
			t.Errorf("it begins twice: %v", err)
		}
	})
}

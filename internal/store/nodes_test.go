package store_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
)

// another opens a database that is open already, as another server does.
func another(t *testing.T, dsn string) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), store.Options{DSN: dsn, Log: quietLog()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// work has a server work and be listed, until it is killed by calling what is
// returned.
func work(t *testing.T, db *store.DB, keys string) (kill func()) {
	t.Helper()
	w, err := db.StartWorkers(t.Context(), store.WorkerOptions{Workers: 1, Run: func(context.Context, string, string) (time.Time, error) { return time.Time{}, nil }, Log: quietLog()})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Nodes.Join(t.Context(), store.Node{ID: db.Self(), Host: "h", Version: "v", Keys: keys, StartedAt: time.Now()}); err != nil {
		t.Fatal(err)
	}
	stopped := false
	kill = func() {
		if !stopped {
			stopped = true
			if err := w.Stop(context.Background()); err != nil {
				t.Error(err)
			}
		}
	}
	t.Cleanup(kill)
	return kill
}

func TestNodes(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		db, ctx := another(t, dsn), t.Context()
		work(t, db, "1 2")
		if ok, err := db.Leases.Hold(ctx, "source/s", db.Self()+"/x", time.Minute); !ok || err != nil {
			t.Fatal(ok, err)
		}
		nodes, err := db.Nodes.List(ctx)
		if err != nil || len(nodes) != 1 || nodes[0].Silent(time.Now()) || !nodes[0].Silent(time.Now().Add(time.Minute)) || nodes[0].Migration != store.NewestMigration() {
			t.Fatalf("%+v, %v", nodes, err)
		}
		leases, err := db.Leases.List(ctx)
		if err != nil || len(leases) != 1 || !nodes[0].Holds(leases[0]) {
			t.Errorf("%+v, %v", leases, err)
		}
		if err := db.Nodes.Leave(ctx, db.Self()); err != nil {
			t.Fatal(err)
		}
		if ok, err := db.Leases.Hold(ctx, "source/s", "other", time.Minute); !ok || err != nil {
			t.Errorf("the lease of a server that left: %v, %v", ok, err)
		}
	})
}

func TestQueueFigures(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		began := time.Now().Add(-time.Second)
		for range 3 {
			queue(t, db, nil)
		}
		got, err := db.Nodes.Queue(t.Context())
		if err != nil || len(got) != 1 {
			t.Fatalf("%+v, %v", got, err)
		}
		if f := got[0]; f.Kind != "flow_run" || f.Waiting != 3 || f.Running+f.Later+f.Failing+f.Dropped != 0 || f.Oldest.Before(began) || f.Oldest.After(time.Now().Add(time.Second)) {
			t.Errorf("%+v", f)
		}
	})
}

// What a server held that is dead is free at once for those that live.
func TestNodeDies(t *testing.T) {
	dsn, ctx := storetest.PreparedPostgres(t), t.Context()
	a, b := another(t, dsn), another(t, dsn)
	kill := work(t, a, "1")
	work(t, b, "1 2")
	if ok, err := a.Leases.Hold(ctx, "source/s", a.Self()+"/x", time.Hour); !ok || err != nil {
		t.Fatal(ok, err)
	}
	if ok, err := b.Leases.Hold(ctx, "source/s", b.Self()+"/x", time.Hour); ok || err != nil {
		t.Fatal(ok, err)
	}
	kill()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for began := time.Now(); ; <-tick.C {
		ok, err := b.Leases.Hold(ctx, "source/s", b.Self()+"/x", time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		if ok {
			break
		}
		if time.Since(began) > 5*time.Second {
			t.Fatal("the lease of a dead server is not free after 5 s")
		}
	}
	for began := time.Now(); ; <-tick.C {
		nodes, err := b.Nodes.List(ctx)
		if err != nil || len(nodes) != 2 {
			t.Fatal(nodes, err)
		}
		if nodes[0].ID == a.Self() && !nodes[0].GoneAt.IsZero() {
			break
		}
		if time.Since(began) > 5*time.Second {
			t.Fatalf("the dead server is not told of as gone: %+v", nodes)
		}
	}
}

// A server whose key file is another is not let in: it would seal what the others
// cannot read. The dead keep nobody out.
func TestNodeOfAnotherKeyFile(t *testing.T) {
	dsn, ctx := storetest.PreparedPostgres(t), t.Context()
	a, b := another(t, dsn), another(t, dsn)
	kill := work(t, a, "1 2")
	stranger := store.Node{ID: b.Self(), Host: "h", Keys: "3"}
	for _, err := range []error{b.Nodes.Admit(ctx, stranger), b.Nodes.Join(ctx, stranger)} {
		if errs.KindOf(err) != errs.Conflict || !strings.Contains(err.Error(), "another key file") {
			t.Errorf("let in: %v", err)
		}
	}
	stranger.Keys = "2 3"
	if err := b.Nodes.Admit(ctx, stranger); err != nil {
		t.Errorf("with a key in common: %v", err)
	}
	kill()
	stranger.Keys = "3"
	tick := time.NewTicker(10 * time.Millisecond) // a session ends a moment after its client
	defer tick.Stop()
	for began := time.Now(); ; <-tick.C {
		err := b.Nodes.Admit(ctx, stranger)
		if err == nil {
			break
		}
		if time.Since(began) > 5*time.Second {
			t.Fatalf("after the death of the other: %v", err)
		}
	}
}

func TestBus(t *testing.T) {
	if storetest.Open(t).Bus() != nil {
		t.Error("there is a bus on a file")
	}
	dsn := storetest.PreparedPostgres(t)
	a, b := another(t, dsn), another(t, dsn)
	ctx, cancel := context.WithCancel(t.Context())
	joined, heard := make(chan bool, 1), make(chan string, 4)
	done := make(chan bool)
	go func() {
		b.Bus().Hear(ctx, func() { joined <- true }, func(text string) { heard <- text })
		close(done)
	}()
	wait(t, joined)
	long := strings.Repeat("x", store.MaxText)
	if err := a.Bus().Send(ctx, []string{"one 'text'", long}); err != nil {
		t.Fatal(err)
	}
	if got := wait(t, heard); got != "one 'text'" {
		t.Errorf("heard %q", got)
	}
	if got := wait(t, heard); got != long {
		t.Errorf("heard %d bytes", len(got))
	}
	cancel()
	wait(t, done)
}

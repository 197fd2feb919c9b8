package store_test

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/flow"
	"sallyport/internal/id"
	"sallyport/internal/portal"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
	"sallyport/internal/table"
	"sallyport/internal/value"
)

// install adds a flow of its YAML, switched on.
func install(t *testing.T, db *store.DB, yaml string, change func(*flow.Flow)) flow.Flow {
	t.Helper()
	ctx := t.Context()
	d, err := flow.Parse(yaml)
	if err != nil {
		t.Fatal(err)
	}
	f := flow.Flow{ID: id.New(), Org: org, Folder: "d1", Slug: d.Slug, Title: d.Title, Enabled: true, SaveData: d.SaveData}
	if change != nil {
		change(&f)
	}
	err = db.Write(ctx, func(tx *store.Tx) error {
		if err := tx.AddFlow(ctx, f); err != nil {
			return err
		}
		_, err := tx.Publish(ctx, org, d, flow.Version{Flow: f.ID, CreatedAt: morning()})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	f.Version = 1
	return f
}

func morning() time.Time { return time.Date(2026, 3, 4, 5, 0, 0, 0, time.UTC) }

// furnish adds an organization with a folder.
func furnish(t *testing.T, db *store.DB) {
	t.Helper()
	ctx := t.Context()
	if err := db.Organizations.Add(ctx, portal.Organization{ID: org, Slug: "acme", Name: "Acme"}); err != nil {
		t.Fatal(err)
	}
	if err := db.Write(ctx, func(tx *store.Tx) error { return tx.AddFolder(ctx, flow.Folder{ID: "d1", Org: org, Name: "D"}) }); err != nil {
		t.Fatal(err)
	}
}

// Of many that fire a time at once, one starts the flow.
func TestATimeIsFiredOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		furnish(t, db)
		f := install(t, db, "flow: s\ntrigger: { schedule: { cron: \"0 6 * * *\" } }\ncards: [ { stop: x } ]\n", nil)
		at := morning().Add(time.Hour)
		due, err := db.Starts.Due(t.Context(), at)
		if err != nil || len(due) != 1 || due[0].Flow != f.ID || !due[0].At.Equal(at) {
			t.Fatalf("due = %+v, %v", due, err)
		}
		var all sync.WaitGroup
		var fired atomic.Int32
		for range 8 {
			all.Go(func() {
				r := flow.Run{ID: id.New(), Org: org, Flow: f.ID, Version: 1, Cause: flow.OnSchedule, SaveData: true, Priority: 2, CreatedAt: at}
				ok, err := db.Starts.Fire(t.Context(), due[0], &r, at.Add(24*time.Hour))
				if err != nil {
					t.Error(err)
				}
				if ok {
					fired.Add(1)
				}
			})
		}
		all.Wait()
		runs, err := db.Runs.List(t.Context(), org, store.RunFilter{Flow: f.ID, Limit: 10})
		if err != nil || len(runs) != 1 || fired.Load() != 1 {
			t.Errorf("fired %d times, %d runs, %v", fired.Load(), len(runs), err)
		}
		next, err := db.Starts.NextOf(t.Context(), org)
		if err != nil || !next[f.ID].Equal(at.Add(24*time.Hour)) {
			t.Errorf("next = %v, %v", next, err)
		}
	})
}

// Rows that are read from a file start as many runs as there are rows, with them
// or not at all.
func TestManyRowsStartRuns(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		furnish(t, db)
		tab := table.Table{ID: "t1", Org: org, Slug: "t", Title: "T", Columns: []table.Column{{ID: "c1", Name: "N", Type: value.Number}}}
		if err := db.Tables.Add(ctx, tab); err != nil {
			t.Fatal(err)
		}
		const yaml = "flow: w\ntables: { t: { columns: { N: number } } }\ntrigger: { row: { table: t, on: [created, deleted] } }\ncards: [ { stop: x } ]\n"
		f := install(t, db, yaml, func(f *flow.Flow) { f.Bindings.Tables = map[string]string{"t": "t1"} })
		sealed := install(t, db, "save_data: false\n"+strings.Replace(yaml, "flow: w", "flow: s", 1), func(f *flow.Flow) { f.Bindings.Tables = map[string]string{"t": "t2"} })
		started := func() int {
			t.Helper()
			n := 0
			for after := (store.Place{}); ; {
				runs, err := db.Runs.List(ctx, org, store.RunFilter{Flow: f.ID, Limit: 1000, After: after})
				if err != nil {
					t.Fatal(err)
				}
				if n += len(runs); len(runs) < 1000 {
					return n
				}
				after = store.Place{At: runs[999].CreatedAt, ID: runs[999].ID}
			}
		}
		rows := make([]*value.Object, 2500)
		for i := range rows {
			rows[i] = value.Map("N", float64(i))
		}
		if err := db.Tables.AddRows(ctx, tab, rows, morning()); err != nil {
			t.Fatal(err)
		}
		if n := started(); n != 2500 {
			t.Errorf("%d runs", n)
		}
		if _, err := db.Tables.Change(ctx, org, flow.Change{Op: flow.ClearTable, Table: "t1"}, morning()); err != nil {
			t.Fatal(err)
		}
		if n := started(); n != 5000 {
			t.Errorf("%d runs", n)
		}
		// Without a key nothing is written that should be sealed: the row neither.
		if err := db.Flows.Set(ctx, org, sealed.ID, store.Settings{Enabled: true, Bindings: flow.Bindings{Tables: map[string]string{"t": "t1"}}}, morning()); err != nil {
			t.Fatal(err)
		}
		if err := db.Tables.AddRows(ctx, tab, rows[:1], morning()); errs.KindOf(err) != errs.Unavailable {
			t.Errorf("a row whose run cannot be sealed: %v", err)
		}
		if _, n, err := db.Tables.Search(ctx, tab, table.Query{Limit: 1}); n != 0 || err != nil {
			t.Errorf("%d rows, %v", n, err)
		}
	})
}

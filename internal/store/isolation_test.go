package store_test

import (
	"errors"
	"testing"
	"time"

	"sallyport/internal/connector"
	"sallyport/internal/errs"
	"sallyport/internal/flow"
	"sallyport/internal/guard"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
	"sallyport/internal/table"
	"sallyport/internal/value"
)

// One organization's rows are another's in nothing, whatever id is named.
func TestOrganizationsKeepApart(t *testing.T) {
	for name, test := range map[string]func(t *testing.T, db *store.DB){
		"the last run of a flow": func(t *testing.T, db *store.DB) {
			addFlow(t, db, "acme", "folder", "watch")
			mine := endedRun(t, db, [3]string{"acme", "watch", "e1"}, flow.Queued, start())
			endedRun(t, db, [3]string{"other", "watch", "e1"}, flow.Queued, start().Add(time.Minute))
			if got, err := db.Runs.Figures(t.Context(), "acme", start()); err != nil || got["watch"].Last == nil || got["watch"].Last.ID != mine {
				t.Errorf("%+v %v", got["watch"].Last, err)
			}
		},
		"steps of a run": func(t *testing.T, db *store.DB) {
			run := endedRun(t, db, [3]string{"acme", "watch", "e1"}, flow.Queued, start())
			ref := flow.Ref{Org: "other", Run: run, Fresh: true}
			if err := db.Runs.Record(t.Context(), ref, []flow.Step{step("a", flow.StepDone)}, nil); !errors.Is(err, flow.ErrFenced) {
				t.Errorf("recorded: %v", err)
			}
			for _, org := range []string{"acme", "other"} {
				if got, err := db.Runs.Steps(t.Context(), org, run); err != nil || len(got) != 0 {
					t.Errorf("%s has %d steps, %v", org, len(got), err)
				}
			}
			if r, err := db.Runs.Get(t.Context(), "acme", run); err != nil || r.State != flow.Queued {
				t.Errorf("the run is %s, %v", r.State, err)
			}
		},
		"rows of a table": func(t *testing.T, db *store.DB) {
			tab := makeTable(t, db)
			theirs := tab
			theirs.Org = "other"
			row := []*value.Object{value.Map("Who", "ada")}
			for _, err := range []error{db.Tables.AddRows(t.Context(), tab, row, start()), db.Tables.AddRows(t.Context(), theirs, row, start())} {
				if err != nil {
					t.Fatal(err)
				}
			}
			if n, err := db.Tables.Counts(t.Context(), org); err != nil || n[tab.ID] != 1 {
				t.Errorf("counted %d rows, %v", n[tab.ID], err)
			}
			if got, err := db.Tables.Change(t.Context(), org, flow.Change{Op: flow.ClearTable, Table: tab.ID}, start()); err != nil || got.At("cleared") != 1.0 {
				t.Errorf("cleared %s, %v", value.JSON(got), err)
			}
			if _, n, err := db.Tables.Search(t.Context(), theirs, table.Query{}); err != nil || n != 1 {
				t.Errorf("the other organization has %d rows left, %v", n, err)
			}
		},
		"an entry of the ledger": func(t *testing.T, db *store.DB) {
			e := guard.Entry{ID: "g1", Org: "acme", Actor: "x", Why: connector.Why{Cause: "event"}, State: guard.Started, StartedAt: start()}
			if err := db.Actions.Add(t.Context(), e); err != nil {
				t.Fatal(err)
			}
			e.Org, e.State, e.Reason = "other", guard.Refused, "theirs"
			if err := db.Actions.Add(t.Context(), e); errs.KindOf(err) != errs.Conflict {
				t.Errorf("written over: %v", err)
			}
			if got, err := db.Actions.Get(t.Context(), "acme", "g1"); err != nil || got.State != guard.Started || got.Reason != "" {
				t.Errorf("%+v %v", got, err)
			}
		},
		"what undoes an entry": func(t *testing.T, db *store.DB) {
			for _, e := range []guard.Entry{
				{ID: "done", Org: "acme", Why: connector.Why{Cause: "event"}, State: guard.Done, StartedAt: start()},
				{ID: "undo", Org: "other", Why: connector.Why{Cause: "undo", UndoOf: "done"}, State: guard.Started, StartedAt: start()},
			} {
				if err := db.Actions.Add(t.Context(), e); err != nil {
					t.Fatal(err)
				}
			}
			if err := db.Actions.End(t.Context(), "acme", guard.End{ID: "undo", State: guard.Done, At: start()}); err != nil {
				t.Fatal(err)
			}
			if got, err := db.Actions.Get(t.Context(), "acme", "done"); err != nil || got.UndoneBy != "" {
				t.Errorf("undone by %q, %v", got.UndoneBy, err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, db *store.DB) {
				addOrg(t, db, "acme", "ada", "admin")
				addOrg(t, db, "other", "eve", "admin")
				test(t, db)
			})
		})
	}
}

package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sallyport/internal/connector"
	"sallyport/internal/errs"
	"sallyport/internal/flow"
	"sallyport/internal/guard"
	"sallyport/internal/id"
	"sallyport/internal/source"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
	"sallyport/internal/table"
	"sallyport/internal/value"
)

// addFlow makes a folder with a flow in it.
func addFlow(t *testing.T, db *store.DB, org, folder, slug string) {
	t.Helper()
	err := db.Write(t.Context(), func(tx *store.Tx) error {
		if err := tx.AddFolder(t.Context(), flow.Folder{ID: folder, Org: org, Name: folder, CreatedAt: start()}); err != nil {
			return err
		}
		return tx.AddFlow(t.Context(), flow.Flow{ID: slug, Org: org, Folder: folder, Slug: slug, Title: "The " + slug, CreatedAt: start(), UpdatedAt: start()})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// endedRun stores a run in a state, of an organization, flow and event.
func endedRun(t *testing.T, db *store.DB, of [3]string, s flow.State, at time.Time) string {
	org, flowID, event := of[0], of[1], of[2]
	t.Helper()
	r := flow.Run{ID: id.At(at), Org: org, Flow: flowID, Version: 1, Cause: flow.OnEvent, Event: event, SaveData: true, Priority: 2, CreatedAt: at}
	if err := db.Runs.Add(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	if s.Ended() {
		if err := db.Runs.End(t.Context(), flow.Ref{Org: org, Run: r.ID, Fresh: true}, nil, flow.Ending{State: s}); err != nil {
			t.Fatal(err)
		}
	}
	return r.ID
}

func TestRunFigures(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		addOrg(t, db, "acme", "ada", "admin")
		addOrg(t, db, "other", "eve", "admin")
		addFlow(t, db, "acme", "f1", "watch")
		addFlow(t, db, "acme", "f2", "idle")
		addFlow(t, db, "other", "f3", "theirs")
		day := start().Add(-24 * time.Hour)
		endedRun(t, db, [3]string{"acme", "watch", "e1"}, flow.Failed, day.Add(-time.Minute))
		endedRun(t, db, [3]string{"acme", "watch", "e1"}, flow.Failed, day)
		endedRun(t, db, [3]string{"acme", "watch", "e2"}, flow.Succeeded, start())
		last := endedRun(t, db, [3]string{"acme", "watch", "e1"}, flow.Queued, start().Add(time.Second))
		endedRun(t, db, [3]string{"other", "theirs", "e1"}, flow.Queued, start())
		got, err := db.Runs.Figures(ctx, "acme", day)
		if err != nil || len(got) != 1 || got["watch"].Runs != 3 || got["watch"].Failed != 1 || got["watch"].Last.ID != last || got["watch"].Last.State != flow.Queued {
			t.Errorf("figures: %+v %v", got, err)
		}
		if all, failed, err := db.Runs.CountSince(ctx, "acme", day); err != nil || all != 3 || failed != 1 {
			t.Errorf("%d runs of the day, %d failed, %v; want 3 and 1", all, failed, err)
		}
		if open, err := db.Runs.CountOpen(ctx, "acme"); err != nil || open[flow.Queued] != 1 {
			t.Errorf("open of one organization: %v %v", open, err)
		}
		if open, err := db.Runs.CountOpenOfAll(ctx); err != nil || open[flow.Queued] != 2 {
			t.Errorf("open of all: %v %v", open, err)
		}
		of, err := db.Runs.OfEvents(ctx, "acme", []string{"e1", "e2", "e3"})
		if diff := cmp.Diff(map[string]int{"e1": 3, "e2": 1}, of); diff != "" || err != nil {
			t.Error(diff, err)
		}
		if none, err := db.Runs.OfEvents(ctx, "acme", nil); err != nil || len(none) != 0 {
			t.Errorf("of no events: %v %v", none, err)
		}
	})
}

func TestRunPages(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		var want []string
		for i := range 6 { // two of each instant
			at := start().Add(time.Duration(i/2) * time.Minute)
			want = append(want, endedRun(t, db, [3]string{"acme", "f", ""}, []flow.State{flow.Failed, flow.Succeeded}[i%2], at))
		}
		for i := 0; i < 6; i += 2 { // of one instant, the greater id is the first
			if want[i] > want[i+1] {
				want[i], want[i+1] = want[i+1], want[i]
			}
		}
		endedRun(t, db, [3]string{"other", "f", ""}, flow.Failed, start())
		var got []string
		f := store.RunFilter{Limit: 1}
		for {
			page, err := db.Runs.List(t.Context(), "acme", f)
			if err != nil {
				t.Fatal(err)
			}
			if len(page) == 0 {
				break
			}
			got = append([]string{page[0].ID}, got...)
			f.After = store.Place{At: page[0].CreatedAt, ID: page[0].ID}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		for name, tt := range map[string]struct {
			f store.RunFilter
			n int
		}{
			"since":  {store.RunFilter{Since: start().Add(time.Minute), Limit: 9}, 4},
			"until":  {store.RunFilter{Until: start().Add(time.Minute), Limit: 9}, 2},
			"states": {store.RunFilter{States: []flow.State{flow.Failed}, Limit: 9}, 3},
		} {
			if rs, err := db.Runs.List(t.Context(), "acme", tt.f); err != nil || len(rs) != tt.n {
				t.Errorf("%s: %d %v, want %d", name, len(rs), err, tt.n)
			}
		}
	})
}

func TestStepPages(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := flow.Run{ID: id.New(), Org: "acme", Flow: "f", Version: 1, Cause: flow.OnDemand, SaveData: true, Priority: 2, CreatedAt: start()}
		if err := db.Runs.Add(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		var steps []flow.Step
		for i := range 5 {
			steps = append(steps, flow.Step{Path: fmt.Sprint("p", i), Seq: i + 1, Flow: "f", Card: "c", State: flow.StepDone, StartedAt: start(), EndedAt: start()})
		}
		if err := db.Runs.End(t.Context(), flow.Ref{Org: "acme", Run: r.ID, Fresh: true}, steps, flow.Ending{State: flow.Succeeded}); err != nil {
			t.Fatal(err)
		}
		page, err := db.Runs.StepsAfter(t.Context(), "acme", r.ID, 2, 2)
		if err != nil || len(page) != 2 || page[0].Seq != 3 || page[1].Path != "p3" {
			t.Errorf("%+v %v", page, err)
		}
		if none, err := db.Runs.StepsAfter(t.Context(), "other", r.ID, 0, 9); err != nil || len(none) != 0 {
			t.Errorf("another organization's: %+v %v", none, err)
		}
	})
}

func TestActionPages(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		var all []string
		for i, run := range []string{"r1", "", "r2", "r1", ""} {
			at := start().Add(time.Duration(i) * time.Minute)
			e := guard.Entry{ID: id.At(at), Org: "acme", Actor: "x", Why: connector.Why{Cause: "event", Run: run}, State: []guard.State{guard.Done, guard.Refused}[i%2], Effect: connector.Change, StartedAt: at}
			if err := db.Actions.Add(t.Context(), e); err != nil {
				t.Fatal(err)
			}
			all = append(all, e.ID)
		}
		if err := db.Actions.Add(t.Context(), guard.Entry{ID: id.New(), Org: "other", Why: connector.Why{Cause: "event"}, State: guard.Done, StartedAt: start()}); err != nil {
			t.Fatal(err)
		}
		for name, tt := range map[string]struct {
			f    store.ActionFilter
			want []string
		}{
			"all":     {store.ActionFilter{}, []string{all[4], all[3], all[2], all[1], all[0]}},
			"alone":   {store.ActionFilter{Alone: true}, []string{all[4], all[1]}},
			"of runs": {store.ActionFilter{Runs: []string{"r1", "r3"}}, []string{all[3], all[0]}},
			"since":   {store.ActionFilter{Since: start().Add(3 * time.Minute)}, []string{all[4], all[3]}},
			"until":   {store.ActionFilter{Until: start().Add(time.Minute)}, []string{all[0]}},
			"states":  {store.ActionFilter{States: []guard.State{guard.Refused}}, []string{all[3], all[1]}},
			"after":   {store.ActionFilter{After: store.Place{At: start().Add(2 * time.Minute), ID: all[2]}}, []string{all[1], all[0]}},
		} {
			tt.f.Limit = 9
			es, err := db.Actions.List(t.Context(), "acme", tt.f)
			var got []string
			for _, e := range es {
				got = append(got, e.ID)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
				t.Errorf("%s: %s %v", name, diff, err)
			}
		}
		n, err := db.Actions.CountStates(t.Context(), "acme", start().Add(time.Minute))
		if diff := cmp.Diff(map[guard.State]int{guard.Done: 2, guard.Refused: 2}, n); diff != "" || err != nil {
			t.Error(diff, err)
		}
	})
}

func TestFolders(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		addOrg(t, db, "acme", "ada", "admin")
		addFlow(t, db, "acme", "full", "watch")
		addFlow(t, db, "acme", "other", "idle")
		if f, err := db.Flows.Folder(ctx, "acme", "full"); err != nil || f.Name != "full" {
			t.Errorf("%+v %v", f, err)
		}
		for what, tt := range map[string]struct {
			err  error
			kind errs.Kind
		}{
			"another organization reads":    {second(db.Flows.Folder(ctx, "other", "full")), errs.NotFound},
			"another organization renames":  {db.Flows.RenameFolder(ctx, "other", "full", "x"), errs.NotFound},
			"a name that is taken":          {db.Flows.RenameFolder(ctx, "acme", "full", "other"), errs.Conflict},
			"one with a flow in it":         {db.Flows.RemoveFolder(ctx, "acme", "full"), errs.Conflict},
			"another organization's flow":   {db.Flows.Remove(ctx, "other", "watch"), errs.NotFound},
			"another organization's folder": {db.Flows.RemoveFolder(ctx, "other", "full"), errs.NotFound},
		} {
			if errs.KindOf(tt.err) != tt.kind {
				t.Errorf("%s: %v", what, tt.err)
			}
		}
		before, _ := db.Flows.Revision(ctx, "acme")
		if err := db.Flows.Remove(ctx, "acme", "watch"); err != nil {
			t.Fatal(err)
		}
		if after, _ := db.Flows.Revision(ctx, "acme"); after <= before {
			t.Error("nobody is told that the flow is gone")
		}
		tab := table.Table{ID: "t1", Org: "acme", Folder: "full", Slug: "t", Title: "T", Columns: []table.Column{{ID: "c1", Name: "a", Type: value.Text}}, CreatedAt: start(), UpdatedAt: start()}
		if err := db.Tables.Add(ctx, tab); err != nil {
			t.Fatal(err)
		}
		if err := db.Flows.RemoveFolder(ctx, "acme", "full"); errs.KindOf(err) != errs.Conflict {
			t.Errorf("one with a table in it: %v", err)
		}
		if err := db.Tables.AddRows(ctx, tab, []*value.Object{value.Map("a", "1"), value.Map("a", "2")}, start()); err != nil {
			t.Fatal(err)
		}
		if n, err := db.Tables.Counts(ctx, "acme"); err != nil || n["t1"] != 2 || len(n) != 1 {
			t.Errorf("rows: %v %v", n, err)
		}
		if err := db.Tables.Remove(ctx, "acme", "t1"); err != nil {
			t.Fatal(err)
		}
		if err := db.Flows.RemoveFolder(ctx, "acme", "full"); err != nil {
			t.Errorf("an empty one: %v", err)
		}
		if titles, err := db.Flows.Titles(ctx, "acme"); err != nil || len(titles) != 1 || titles["idle"] != "The idle" {
			t.Errorf("titles: %v %v", titles, err)
		}
	})
}

func second[T any](_ T, err error) error { return err }

func TestNamesAndSecrets(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		addOrg(t, db, "acme", "ada", "admin")
		entered := map[string]time.Time{"token": start()}
		c := store.Connection{
			Connection: connector.Connection{Org: "acme", ID: "c1", Connector: "okta", Name: "Okta", Settings: &value.Object{}},
			Own:        &value.Object{}, State: store.ConnectionOK, Secrets: entered, CreatedAt: start(), UpdatedAt: start(),
		}
		if err := db.Connections.Add(ctx, c); err != nil {
			t.Fatal(err)
		}
		got, err := db.Connections.Get(ctx, "acme", "c1")
		if diff := cmp.Diff(entered, got.Secrets); diff != "" || err != nil {
			t.Error(diff, err)
		}
		c.Secrets = nil
		if err := db.Connections.Set(ctx, c); err != nil {
			t.Fatal(err)
		}
		if got, err := db.Connections.Get(ctx, "acme", "c1"); err != nil || len(got.Secrets) != 0 {
			t.Errorf("%v %v", got.Secrets, err)
		}
		if err := db.Sources.Save(ctx, source.Source{ID: "s1", Org: "acme", Name: "System Log", Kind: source.Okta, CreatedAt: start()}); err != nil {
			t.Fatal(err)
		}
		conns, err1 := db.Connections.Names(ctx, "acme")
		sources, err2 := db.Sources.Names(ctx, "acme")
		none, err3 := db.Sources.Names(ctx, "other")
		if err1 != nil || err2 != nil || err3 != nil || conns["c1"] != "Okta" || sources["s1"] != "System Log" || len(none) != 0 {
			t.Errorf("%v %v %v, %v %v %v", conns, sources, none, err1, err2, err3)
		}
		if strings.Contains(fmt.Sprint(conns), "token") {
			t.Error("names tell of secrets")
		}
	})
}

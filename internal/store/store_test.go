package store_test

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sallyport/internal/connector"
	"sallyport/internal/errs"
	"sallyport/internal/event"
	"sallyport/internal/flow"
	"sallyport/internal/guard"
	"sallyport/internal/id"
	"sallyport/internal/portal"
	"sallyport/internal/source"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
	"sallyport/internal/table"
	"sallyport/internal/value"
)

func quietLog() *slog.Logger { return slog.New(slog.DiscardHandler) }

// makeOrg adds the organization that rows belong to.
func makeOrg(t *testing.T, db *store.DB) {
	t.Helper()
	if err := db.Organizations.Add(t.Context(), portal.Organization{ID: org, Slug: org, Name: "Acme"}); err != nil && errs.KindOf(err) != errs.Conflict {
		t.Fatal(err)
	}
}

func makeTable(t *testing.T, db *store.DB) table.Table {
	t.Helper()
	makeOrg(t, db)
	tab := table.Table{ID: id.New(), Org: org, Slug: "t", Title: "People", CreatedAt: time.Now(), Columns: []table.Column{
		{Name: "Who", Type: value.Text}, {Name: "N", Type: value.Number, Default: 1.0}, {Name: "When", Type: value.Date}, {Name: "OK", Type: value.Boolean},
	}}
	if err := tab.Check(); err != nil {
		t.Fatal(err)
	}
	if err := db.Write(t.Context(), func(tx *store.Tx) error { return tx.AddTable(t.Context(), tab) }); err != nil {
		t.Fatal(err)
	}
	return tab
}

// A database that cannot be opened is named without the password in its URL,
// however that was mistyped.
func TestPasswordsAreNotTold(t *testing.T) {
	for _, dsn := range []string{
		"mysql://u:SECRET@127.0.0.1/x", "postgres://u:SECRET@127.0.0.1:1/x", "postgres://u:SE@SECRET@127.0.0.1:1/x", "postgres://u:SECRET/SECRET@127.0.0.1:1/x",
		"postgres://u:SECRET%zz@127.0.0.1:1/x", "postgres://u:SECRET?SECRET@127.0.0.1:1/x", "postgres:u:SECRET@127.0.0.1:1/x",
		"postgres://127.0.0.1:1/x?user=u&password=SECRET", "postgres://127.0.0.1:1/x?sslmode=SECRET&password=SECRET@",
	} {
		_, err := store.Open(t.Context(), store.Options{DSN: dsn})
		if err == nil || strings.Contains(err.Error(), "SECRET") || !strings.Contains(err.Error(), "the database ") {
			t.Errorf("%s: %v", dsn, err)
		}
	}
}

func TestTables(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		tab := makeTable(t, db)
		got, err := db.Tables.Get(ctx, org, tab.ID)
		if err != nil || cmp.Diff(got.Columns, tab.Columns) != "" {
			t.Errorf("read back as %+v, %v", got, err)
		}
		rows := []*value.Object{value.Map("Who", "ada", "When", "2026-03-04", "OK", "true"), value.Map("Who", "Bob", "N", "7"), value.Map("Who", "ada", "N", 3.0)}
		if err := db.Tables.AddRows(ctx, tab, rows, time.Now()); err != nil {
			t.Fatal(err)
		}
		if err := db.Tables.AddRows(ctx, tab, []*value.Object{value.Map("Who", "x"), value.Map("N", "many")}, time.Now()); errs.KindOf(err) != errs.Invalid || !strings.Contains(err.Error(), "row 2") {
			t.Errorf("a row that does not fit: %v", err)
		}
		found, total, err := db.Tables.Search(ctx, tab, table.Query{Where: []table.Term{{Column: "Who", Op: table.Is, Value: "ada"}}, Sort: "N", Descending: true, Limit: 1})
		if err != nil || total != 2 || len(found) != 1 || found[0].Values.At("N") != 3.0 {
			t.Errorf("found %d of %d: %+v, %v", len(found), total, found, err)
		}
		if _, err := db.Tables.Change(ctx, "other", flow.Change{Op: flow.ClearTable, Table: tab.ID}, time.Now()); errs.KindOf(err) != errs.NotFound {
			t.Errorf("another organization clears it: %v", err)
		}
		id := found[0].ID
		if _, err := db.Tables.Change(ctx, org, flow.Change{Op: flow.UpdateRow, Table: tab.ID, Row: id, Values: value.Map("N", nil)}, time.Now()); err != nil {
			t.Fatal(err)
		}
		out, err := db.Tables.Read(ctx, org, flow.Change{Op: flow.ReadRow, Table: tab.ID, Row: id})
		if err != nil || out.At("N") != nil || out.Text("Who") != "ada" || out.Text("Row ID") != id {
			t.Errorf("changed row reads %v, %v", string(value.JSON(out)), err)
		}
		out, err = db.Tables.Read(ctx, org, flow.Change{Op: flow.SearchRows, Table: tab.ID, Values: value.Map("where", []any{value.Map("column", "N", "op", ">", "value", "1")})})
		if err != nil || out.At("count") != 1.0 || out.Object("first").Text("Who") != "Bob" {
			t.Errorf("search card gives %s, %v", value.JSON(out), err)
		}
		var csv bytes.Buffer
		if err := tab.WriteCSV(&csv, db.Tables.Rows(ctx, tab)); err != nil || strings.Count(csv.String(), "\n") != 4 {
			t.Errorf("CSV = %q, %v", csv.String(), err)
		}
	})
}

// Okta's texts may hold anything JSON can write, and PostgreSQL's TEXT cannot.
func TestEventsHoldAnything(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		makeOrg(t, db)
		raw := `{"uuid":"u1","eventType":"a.b","published":"2026-01-02T03:04:05.678Z","displayMessage":"nul \u0000 half \ud800 end","actor":{"id":"1","displayName":"é"}}`
		e, err := event.NewParser().Parse([]byte(raw))
		if err != nil {
			t.Fatal(err)
		}
		s := source.Source{ID: "s1", Org: org, Name: "Okta", Kind: source.Okta, Hook: true, Enabled: true, CreatedAt: time.Now()}
		if err := db.Sources.Save(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		for try, want := range []bool{true, false} {
			b := source.Batch{Org: org, Source: "s1", Via: source.ViaHook, Events: []event.Event{e, e}, Cursor: "/next"}
			var fresh []bool
			err := db.Sources.Accept(t.Context(), b, func(w *store.Batch) error {
				if fresh, err = w.AddEvents(t.Context()); err != nil {
					return err
				}
				return w.Advance(t.Context(), 1)
			})
			if err != nil || fresh[0] != want || fresh[1] {
				t.Errorf("try %d: fresh = %v, %v", try, fresh, err)
			}
		}
		got, err := db.Events.Get(t.Context(), org, "u1")
		if err != nil || string(got.Raw) != raw {
			t.Errorf("read back as %s, %v", got.Raw, err)
		}
		back, err := db.Sources.Get(t.Context(), org, "s1")
		if err != nil || back.Cursor != "/next" || back.Health.Events != 2 || !back.Health.LastEventAt.Equal(e.Published) {
			t.Errorf("source = %+v, %v", back, err)
		}
	})
}

// An event from the year 9999 does not hide when the newest one came.
func TestEventsOfTheFuture(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		makeOrg(t, db)
		if err := db.Sources.Save(t.Context(), source.Source{ID: "s1", Org: org, Name: "Okta", Kind: source.Okta, Hook: true, Enabled: true, CreatedAt: time.Now()}); err != nil {
			t.Fatal(err)
		}
		last := func(published ...time.Time) time.Time {
			b := source.Batch{Org: org, Source: "s1", Via: source.ViaHook}
			for _, at := range published {
				b.Events = append(b.Events, event.Event{UUID: id.New(), Type: "a.b", Published: at, Raw: []byte(`{}`)})
			}
			err := db.Sources.Accept(t.Context(), b, func(w *store.Batch) error { return w.Advance(t.Context(), len(published)) })
			got, readErr := db.Sources.Get(t.Context(), org, "s1")
			if err != nil || readErr != nil {
				t.Fatal(err, readErr)
			}
			return got.Health.LastEventAt
		}
		far, now := time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC), time.Now().UTC().Truncate(time.Microsecond)
		if got := last(far); !got.IsZero() {
			t.Errorf("after one of the future: %v", got)
		}
		if got := last(now, far); !got.Equal(now) {
			t.Errorf("after one of now, too: %v", got)
		}
		if got := last(now.Add(time.Hour)); !got.Equal(now.Add(time.Hour)) {
			t.Errorf("after one whose clock is an hour ahead: %v", got)
		}
	})
}

func TestLedger(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		makeOrg(t, db)
		if p, err := db.Actions.Policy(ctx, org); err != nil || p.Ceiling != guard.DefaultCeiling {
			t.Errorf("policy of none set = %+v, %v", p, err)
		}
		p := guard.Policy{ProtectedUsers: []string{"x"}, Ceiling: 2, FlowCeilings: map[string]int{"f2": 0}}
		if err := db.Actions.SetPolicy(ctx, org, p); err != nil {
			t.Fatal(err)
		}
		if got, err := db.Actions.Policy(ctx, org); err != nil || cmp.Diff(got, p) != "" {
			t.Errorf("policy = %+v, %v", got, err)
		}
		entry := func(n int) guard.Entry {
			return guard.Entry{
				ID: id.New(), Org: org, Actor: "flow:f1", Why: connector.Why{Flow: "f1", Run: "r1", Path: "a", Cause: "event"}, Connection: "c1", Connector: "okta",
				Action: "suspend_user", Title: "Suspend", Effect: connector.Change, TargetType: "user", TargetID: "u", State: guard.Started, Attempt: n,
				Request: connector.Request{Method: "POST", URL: "https://x"}, StartedAt: time.Now().Truncate(time.Microsecond).UTC(),
			}
		}
		since := time.Now().Add(-time.Hour)
		first := entry(1)
		for i, e := range []guard.Entry{first, entry(1), entry(1)} {
			ok, err := db.Actions.Begin(ctx, e, 2, since)
			if err != nil || ok != (i < 2) {
				t.Errorf("change %d within a ceiling of 2: %v, %v", i+1, ok, err)
			}
		}
		first.Attempt = 2 // the same action tried again is no further change
		if ok, err := db.Actions.Begin(ctx, first, 2, since); err != nil || !ok {
			t.Errorf("second attempt: %v, %v", ok, err)
		}
		undo := &connector.Call{Action: "unsuspend_user", Inputs: value.Map("user_id", "u")}
		if err := db.Actions.End(ctx, org, guard.End{ID: first.ID, State: guard.Done, Status: 200, Undo: undo, At: first.StartedAt}); err != nil {
			t.Fatal(err)
		}
		got, err := db.Actions.Get(ctx, org, first.ID)
		if err != nil || got.State != guard.Done || got.Attempt != 2 || got.Undo.Inputs.Text("user_id") != "u" || got.Request.Method != "POST" {
			t.Errorf("entry = %+v, %v", got, err)
		}
		back := entry(1)
		back.Why = connector.Why{Cause: "undo", UndoOf: first.ID}
		if ok, err := db.Actions.Begin(ctx, back, 2, since); err != nil || !ok {
			t.Errorf("undo: %v, %v", ok, err)
		}
		twice := back
		twice.ID = id.New()
		if _, err := db.Actions.Begin(ctx, twice, 2, since); errs.KindOf(err) != errs.Conflict {
			t.Errorf("a second undo: %v, want a conflict", err)
		}
		if err := db.Actions.End(ctx, org, guard.End{ID: back.ID, State: guard.Done, At: time.Now()}); err != nil {
			t.Fatal(err)
		}
		if got, err = db.Actions.Get(ctx, org, first.ID); err != nil || got.UndoneBy != back.ID {
			t.Errorf("undone by %q, %v", got.UndoneBy, err)
		}
		if _, err := db.Actions.Get(ctx, "other", first.ID); errs.KindOf(err) != errs.NotFound {
			t.Errorf("read by another organization: %v", err)
		}
	})
}

func TestFlows(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		makeOrg(t, db)
		now := time.Now()
		f := flow.Flow{ID: id.New(), Org: org, Folder: "d1", Slug: "f", Title: "F", Bindings: flow.Bindings{Connections: map[string]string{"okta": "c1"}, Options: value.Map("z", 1.0, "a", 2.0)}, CreatedAt: now, UpdatedAt: now}
		d, err := flow.Parse("flow: f\ntitle: Better\ntrigger: { call: }\ncards: [ { stop: x } ]\n")
		if err != nil {
			t.Fatal(err)
		}
		rev, err := db.Flows.Revision(ctx, org)
		if err != nil || rev != 0 {
			t.Fatal(rev, err)
		}
		err = db.Write(ctx, func(tx *store.Tx) error {
			if err := tx.AddFolder(ctx, flow.Folder{ID: "d1", Org: org, Name: "D", CreatedAt: now}); err != nil {
				return err
			}
			if err := tx.AddFlow(ctx, f); err != nil {
				return err
			}
			_, err := tx.Publish(ctx, org, d, flow.Version{Flow: f.ID, Author: "me", CreatedAt: now})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		flows, bodies, err := db.Flows.Published(ctx, org)
		if err != nil || len(flows) != 1 || bodies[0] != d.Source || flows[0].Version != 1 || flows[0].Title != "Better" || flows[0].Bindings.Options.Keys()[0] != "z" {
			t.Errorf("published = %+v %v, %v", flows, bodies, err)
		}
		if after, err := db.Flows.Revision(ctx, org); err != nil || after <= rev {
			t.Errorf("revision %d after %d, %v", after, rev, err)
		}
		if err := db.Flows.Set(ctx, "other", f.ID, store.Settings{Enabled: true}, now); errs.KindOf(err) != errs.NotFound {
			t.Errorf("another organization switches it on: %v", err)
		}
	})
}

func TestLeases(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		hold := func(who string, d time.Duration) bool {
			ok, err := db.Leases.Hold(t.Context(), "poll", who, d)
			if err != nil {
				t.Fatal(err)
			}
			return ok
		}
		if !hold("a", time.Minute) || hold("b", time.Minute) || !hold("a", -time.Second) || !hold("b", time.Minute) {
			t.Error("a lease is one holder's until it ends or is given up")
		}
		if err := db.Leases.Release(t.Context(), "poll", "b"); err != nil || !hold("a", time.Minute) {
			t.Errorf("a lease given up is free: %v", err)
		}
	})
}

// What was read under a lease that another has taken since is not written, and
// nobody takes it while it is being written.
func TestBatchOfALostLease(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		makeOrg(t, db)
		src := source.Source{ID: "s1", Org: org, Name: "Okta", Kind: source.Okta, Poll: true, Enabled: true, CreatedAt: time.Now()}
		if err := db.Sources.Save(ctx, src); err != nil {
			t.Fatal(err)
		}
		mine := source.Lease{Name: "source/s1", Holder: "me"}
		accept := func(cursor string, meanwhile func()) error {
			return db.Sources.Accept(ctx, source.Batch{Org: org, Source: src.ID, Via: source.ViaPoll, Cursor: cursor, Lease: mine}, func(b *store.Batch) error {
				meanwhile()
				return b.Advance(ctx, 0)
			})
		}
		hold := func(who string, d time.Duration) bool {
			ok, err := db.Leases.Hold(ctx, mine.Name, who, d)
			if err != nil {
				t.Error(err)
			}
			return ok
		}
		if err := accept("/none", func() {}); !errors.Is(err, source.ErrLost) {
			t.Errorf("without a lease: %v", err)
		}
		hold("me", -time.Second) // it has run out, and nobody took it
		taken := make(chan string, 1)
		err := accept("/mine", func() {
			go func() {
				hold("another", time.Minute)
				s, err := db.Sources.Get(ctx, org, src.ID)
				if err != nil {
					t.Error(err)
				}
				taken <- s.Cursor
			}()
		})
		if err != nil {
			t.Errorf("with the lease: %v", err)
		}
		if cursor := <-taken; cursor != "/mine" {
			t.Errorf("who took it goes on from %q", cursor)
		}
		if err := accept("/late", func() {}); !errors.Is(err, source.ErrLost) {
			t.Errorf("after another took it: %v", err)
		}
		if s, err := db.Sources.Get(ctx, org, src.ID); err != nil || s.Cursor != "/mine" {
			t.Errorf("cursor %q, %v", s.Cursor, err)
		}
	})
}

// One process has an SQLite file, so that the leases which a dead one left hold
// nobody up.
func TestLeasesOfTheDead(t *testing.T) {
	ctx, path := t.Context(), storetest.SQLite(t)
	db, err := store.Open(ctx, store.Options{DSN: path})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if ok, err := db.Leases.Hold(ctx, "source/s", "the dead", time.Hour); !ok || err != nil {
		t.Fatal(ok, err)
	}
	w, err := db.StartWorkers(ctx, store.WorkerOptions{Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = w.Stop(ctx) }()
	if ok, err := db.Leases.Hold(ctx, "source/s", "me", time.Hour); !ok || err != nil {
		t.Errorf("held %v, %v", ok, err)
	}
}

func TestFilesArePrivate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sallyport.db")
	db, err := store.Open(t.Context(), store.Options{DSN: path})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	for _, name := range []string{path, path + "-wal", path + "-shm"} {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
}

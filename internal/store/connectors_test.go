package store_test

import (
	"testing"
	"time"

	"sallyport/internal/connector"
	"sallyport/internal/errs"
	"sallyport/internal/portal"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
)

func TestConnectors(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		addOrg(t, db, "acme", "ada", portal.Admin)
		addOrg(t, db, "other", "eve", portal.Admin)
		seen := map[string]bool{}
		edition := func() {
			t.Helper()
			e, err := db.Connectors.Edition(ctx, "acme")
			if err != nil || seen[e] {
				t.Errorf("the edition %q was there before, %v", e, err)
			}
			seen[e] = true
		}
		edition()
		file := store.ConnectorFile{Org: "acme", ID: "own_a", Text: "one"}
		for _, org := range []string{"acme", "other"} { // the same name in both
			file.Org = org
			if err := db.Connectors.Add(ctx, file); err != nil {
				t.Fatal(err)
			}
		}
		edition()
		if err := db.Connectors.Add(ctx, file); errs.KindOf(err) != errs.Conflict {
			t.Errorf("added twice: %v", err)
		}
		held, err := db.Connectors.Get(ctx, "acme", "own_a")
		if err != nil || held.Text != "one" || held.UpdatedAt.IsZero() {
			t.Fatalf("%+v %v", held, err)
		}
		held.Text = "two"
		if err := db.Connectors.Set(ctx, held); err != nil {
			t.Error(err)
		}
		edition()
		if err := db.Connectors.Set(ctx, held); errs.KindOf(err) != errs.Conflict {
			t.Errorf("changed from what was read before: %v", err)
		}
		held.ID = "own_b"
		if err := db.Connectors.Set(ctx, held); errs.KindOf(err) != errs.NotFound {
			t.Errorf("changed what is not there: %v", err)
		}
		for org, want := range map[string]string{"acme": "two", "other": "one"} {
			if got, err := db.Connectors.Definitions(ctx, org); err != nil || len(got) != 1 || got["own_a"] != want {
				t.Errorf("%s: %v %v", org, got, err)
			}
		}
		conn := store.Connection{Connection: connector.Connection{Org: "acme", ID: "c1", Connector: "own_a", Name: "A"}, CreatedAt: time.Now(), UpdatedAt: time.Now()}
		if err := db.Connections.Add(ctx, conn); err != nil {
			t.Fatal(err)
		}
		if err := db.Connectors.Remove(ctx, "acme", "own_a"); errs.KindOf(err) != errs.Conflict {
			t.Errorf("removed while it is used: %v", err)
		}
		if err := db.Connections.Remove(ctx, "acme", "c1"); err != nil {
			t.Fatal(err)
		}
		if err := db.Connectors.Remove(ctx, "acme", "own_a"); err != nil {
			t.Error(err)
		}
		if err := db.Connectors.Remove(ctx, "acme", "own_a"); errs.KindOf(err) != errs.NotFound {
			t.Errorf("removed twice: %v", err)
		}
	})
}

package store_test

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/flow"
	"sallyport/internal/secret"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
	"sallyport/internal/table"
	"sallyport/internal/value"
)

// A cell that is sealed is read by flows, and by nobody else; it stays what it is
// until another value is entered, which is sealed as well.
func TestSealedCells(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		ctx := t.Context()
		keys, err := secret.Open(filepath.Join(t.TempDir(), "key"))
		if err != nil {
			t.Fatal(err)
		}
		db, err := store.Open(ctx, store.Options{DSN: dsn, Keys: keys})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = db.Close() }()
		tab := makeTable(t, db)
		set := func(op flow.TableOp, values *value.Object, seal ...string) error {
			_, err := db.Tables.Change(ctx, org, flow.Change{Op: op, Table: tab.ID, Row: "r1", Values: values, Seal: seal}, time.Now())
			return err
		}
		read := func() (shown, opened string, hidden []string) {
			t.Helper()
			ask := flow.Change{Op: flow.SearchRows, Table: tab.ID, Values: value.Map("where", value.Map("Row ID", "r1"))}
			masked, err := db.Tables.Read(ctx, org, ask)
			if err != nil {
				t.Fatal(err)
			}
			open, hidden, err := db.Tables.ReadOpen(ctx, org, ask, keys)
			if err != nil {
				t.Fatal(err)
			}
			return masked.Object("first").Text("Who"), open.Object("first").Text("Who"), hidden
		}
		if err := set(flow.CreateRow, value.Map("Who", "hunter2hunter2"), "N"); errs.KindOf(err) != errs.Invalid {
			t.Errorf("a number was sealed: %v", err)
		}
		if err := set(flow.CreateRow, value.Map("Who", "hunter2hunter2", "N", 1.0), "Who"); err != nil {
			t.Fatal(err)
		}
		for step, change := range map[string]*value.Object{"another column": value.Map("N", 2.0), "the mask": value.Map("Who", table.Mask), "nothing": value.NewObject(0)} {
			if err := set(flow.UpdateRow, change); err != nil {
				t.Fatal(err)
			}
			if shown, opened, hidden := read(); shown != table.Mask || opened != "hunter2hunter2" || !slices.Equal(hidden, []string{"hunter2hunter2"}) {
				t.Errorf("after %s: shows %q, opens %q, hides %q", step, shown, opened, hidden)
			}
		}
		if err := set(flow.UpdateRow, value.Map("Who", "correct horse")); err != nil {
			t.Fatal(err)
		}
		if err := keys.Rotate(); err != nil {
			t.Fatal(err)
		}
		if n, err := db.Tables.Reseal(ctx, keys); n != 1 || err != nil {
			t.Errorf("%d rows sealed anew, %v", n, err)
		}
		if shown, opened, _ := read(); shown != table.Mask || opened != "correct horse" {
			t.Errorf("after another value: shows %q, opens %q", shown, opened)
		}
		row, err := db.Tables.Row(ctx, tab, "r1")
		if err != nil || !slices.Equal(tab.Sealed(row), []string{"Who"}) {
			t.Errorf("sealed are %q, %v", tab.Sealed(row), err)
		}
		var csv bytes.Buffer
		if err := tab.WriteCSV(&csv, db.Tables.Rows(ctx, tab)); err != nil || strings.Contains(csv.String(), "horse") {
			t.Errorf("the file holds %q, %v", csv.String(), err)
		}
		if found, _, err := db.Tables.Search(ctx, tab, table.Query{Search: "horse"}); err != nil || len(found) != 0 {
			t.Errorf("a search finds %v, %v", found, err)
		}
		if err := set(flow.UpdateRow, value.Map("Who", nil)); err != nil {
			t.Fatal(err)
		}
		if shown, opened, hidden := read(); shown != "" || opened != "" || hidden != nil {
			t.Errorf("after none: shows %q, opens %q, hides %q", shown, opened, hidden)
		}
	})
}

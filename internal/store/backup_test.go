package store_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"strings"
	"testing"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/event"
	"sallyport/internal/source"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
	"sallyport/internal/value"
)

// A backup of either database restores into either.
func TestBackupAndRestore(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		tab := makeTable(t, db)
		if err := db.Tables.AddRows(t.Context(), tab, []*value.Object{value.Map("Who", "\x01b a text like a mark")}, time.Now()); err != nil {
			t.Fatal(err)
		}
		e, err := event.NewParser().Parse([]byte(`{"uuid":"u1","eventType":"a","published":"2026-01-02T03:04:05Z"}`))
		if err != nil {
			t.Fatal(err)
		}
		b := source.Batch{Org: org, Source: "s", Events: []event.Event{e}}
		if err := db.Sources.Accept(t.Context(), b, func(w *store.Batch) error { _, err := w.AddEvents(t.Context()); return err }); err != nil {
			t.Fatal(err)
		}
		open := queue(t, db, nil)
		var file bytes.Buffer
		rows, err := db.Backup(t.Context(), &file)
		if err != nil || rows == 0 {
			t.Fatal(rows, err)
		}
		storetest.Each(t, func(t *testing.T, into *store.DB) {
			n, err := into.Restore(t.Context(), bytes.NewReader(file.Bytes()))
			if err != nil || n != rows {
				t.Fatalf("restored %d of %d rows: %v", n, rows, err)
			}
			got, err := into.Tables.Get(t.Context(), org, tab.ID)
			if err != nil {
				t.Fatal(err)
			}
			seen := 0
			for r, err := range into.Tables.Rows(t.Context(), got) {
				seen++
				if err != nil || r.Values.Text("Who") != "\x01b a text like a mark" {
					t.Errorf("row = %s, %v", value.JSON(r.Values), err)
				}
			}
			if seen != 1 {
				t.Errorf("%d rows restored", seen)
			}
			if e, err := into.Events.Get(t.Context(), org, "u1"); err != nil || e.Type != "a" {
				t.Errorf("event = %+v, %v", e, err)
			}
			// The run that had not ended is worked, and new rows do not clash.
			worked := make(chan string, 1)
			w, err := into.StartWorkers(t.Context(), store.WorkerOptions{Workers: 1, Log: quietLog(), Run: workTo(worked)})
			if err != nil {
				t.Fatal(err)
			}
			if run := wait(t, worked); run != open.ID {
				t.Errorf("worked %s, want %s", run, open.ID)
			}
			if err := w.Stop(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := into.Tables.AddRows(t.Context(), got, []*value.Object{value.Map("Who", "new")}, time.Now()); err != nil {
				t.Error(err)
			}
			if _, err := into.Restore(t.Context(), bytes.NewReader(file.Bytes())); errs.KindOf(err) != errs.Conflict {
				t.Errorf("restore over data: %v, want a conflict", err)
			}
		})
	})
}

func TestRestoreRefuses(t *testing.T) {
	db := storetest.Open(t)
	head := `{"sallyport_backup":1,"migration":"0001_portal.sql"}` + "\n"
	for name, tt := range map[string]struct{ lines, says string }{
		"no head":       {`{}`, "no backup"},
		"later form":    {`{"sallyport_backup":2}`, "form 2"},
		"later version": {`{"sallyport_backup":1,"migration":"9999_x.sql"}`, "later version"},
		"cut":           {head + `{"table":"organization","columns":["id","slug","name","created_at"]}` + "\n" + `["a","a","A",1]`, "cut off"},
		"unknown table": {head + `{"table":"river_job","columns":["id"]}`, "something unknown"},
		"bad column":    {head + `{"table":"organization","columns":["id) --"]}`, "names a column"},
		"short row":     {head + `{"table":"organization","columns":["id","slug"]}` + "\n" + `["a"]`, "1 values for 2"},
		"wrong count":   {head + `{"end":true,"rows":7}`, "says 7 rows"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := db.Restore(t.Context(), zipped(t, tt.lines))
			if errs.KindOf(err) != errs.Invalid || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("error = %v, want one with %q", err, tt.says)
			}
		})
	}
	if _, err := db.Restore(t.Context(), strings.NewReader("no gzip")); errs.KindOf(err) != errs.Invalid {
		t.Errorf("no gzip: %v", err)
	}
}

func zipped(t *testing.T, s string) io.Reader {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := io.WriteString(z, s); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return &b
}

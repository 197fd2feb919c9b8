package store_test

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"sallyport/internal/store"
)

// A database that is written to all the time is had as it was at each moment that was
// archived, through checkpoints of others, new generations, and with nothing of a
// transaction under way.
func TestArchiveOfMoments(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "s.db")
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=journal_mode(WAL)&_pragma=busy_timeout(5000)&_pragma=wal_autocheckpoint(20)&_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	do := func(q string, args ...any) {
		t.Helper()
		if _, err := db.ExecContext(t.Context(), q, args...); err != nil {
			t.Fatal(err)
		}
	}
	do(`CREATE TABLE a (n INTEGER PRIMARY KEY, text TEXT)`)
	clock := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	a := &store.Archive{Path: path, Dir: filepath.Join(dir, "archive"), Roll: 200_000, Now: func() time.Time { clock = clock.Add(time.Millisecond); return clock }}
	if err := a.Open(t.Context()); err != nil {
		t.Fatal(err)
	}
	moments := map[int]time.Time{}
	for i := 1; i <= 60; i++ {
		do(`INSERT INTO a (n, text) VALUES (?, ?)`, i, fmt.Sprintf("%0800d", i))
		do(`UPDATE a SET text = ? WHERE n = ?`, fmt.Sprint("changed by ", i), i/2)
		if i%7 == 0 { // as the server does at its end: whatever can be put into the file is
			do(`PRAGMA wal_checkpoint(PASSIVE)`)
		}
		tx, err := db.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tx.ExecContext(t.Context(), `INSERT INTO a (n, text) VALUES (?, 'not yet')`, 1000+i); err != nil {
			t.Fatal(err)
		}
		if _, err := a.Step(context.Background()); err != nil {
			t.Fatalf("step %d: %v", i, err)
		}
		_ = tx.Rollback()
		moments[i] = clock
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	for i, at := range moments {
		if i%4 != 0 && i != 60 {
			continue
		}
		into := filepath.Join(t.TempDir(), "r.db")
		if _, err := store.RestoreArchive(t.Context(), a.Dir, into, at); err != nil {
			t.Fatalf("moment %d: %v", i, err)
		}
		r, err := sql.Open("sqlite", into)
		if err != nil {
			t.Fatal(err)
		}
		var n, top int
		var text string
		if err := r.QueryRowContext(t.Context(), `SELECT count(*), max(n), (SELECT text FROM a WHERE n = ?) FROM a`, i/2).Scan(&n, &top, &text); i > 1 && err != nil {
			t.Fatal(err)
		}
		if n != i || top != i || text != fmt.Sprint("changed by ", i) && text != fmt.Sprint("changed by ", i/2*2+1) {
			t.Errorf("moment %d has %d rows up to %d, and %q", i, n, top, text)
		}
		_ = r.Close()
	}
	into := filepath.Join(dir, "s.db")
	if _, err := store.RestoreArchive(t.Context(), a.Dir, into, clock); err == nil {
		t.Error("a database that is there was written over")
	}
	if _, err := store.RestoreArchive(t.Context(), a.Dir, filepath.Join(dir, "x.db"), clock.Add(-time.Hour)); err == nil {
		t.Error("a moment before the archive began was had")
	}
}

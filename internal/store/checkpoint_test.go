package store_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sallyport/internal/store"
)

// The write-ahead log is begun anew while somebody always reads, which SQLite would
// wait for for ever; what was written is there.
func TestLogStaysShortUnderReaders(t *testing.T) {
	db, side, path := openBeside(t)
	if _, err := side.ExecContext(t.Context(), `CREATE TABLE grown (n INTEGER PRIMARY KEY, text TEXT)`); err != nil {
		t.Fatal(err)
	}
	// Of two readers one begins before the other ends.
	stopped := make(chan struct{})
	ended := make(chan error, 1)
	go func() { ended <- overlapping(t, side, stopped) }()
	w, err := db.StartWorkers(t.Context(), store.WorkerOptions{Workers: 1, Log: quietLog(), Run: workTo(nil), Sweep: 20 * time.Millisecond, LongLog: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	longest, text, n := int64(0), strings.Repeat("x", 4000), 0
	shorter := false
	for began := time.Now(); (n < 2000 || !shorter) && time.Since(began) < time.Minute; n++ {
		if _, err := side.ExecContext(t.Context(), `INSERT INTO grown (text) VALUES (?)`, text); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path + "-wal")
		if err != nil {
			t.Fatal(err)
		}
		shorter = shorter || info.Size() < longest
		longest = max(longest, info.Size())
	}
	close(stopped)
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if err := w.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	var rows int
	if err := side.QueryRowContext(t.Context(), `SELECT count(*) FROM grown`).Scan(&rows); err != nil || rows != n {
		t.Errorf("%d rows of %d, %v", rows, n, err)
	}
	if !shorter || longest > 200<<20 {
		t.Errorf("the log had up to %d bytes, and was never shorter again: %v", longest, !shorter)
	}
}

// openBeside opens an SQLite database, and a way to it past the store.
func openBeside(t *testing.T) (*store.DB, *sql.DB, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "s.db")
	db, err := store.Open(t.Context(), store.Options{DSN: path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	side, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(10000)")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = side.Close() })
	return db, side, path
}

// overlapping reads until it is stopped, so that there is no moment in which nobody
// does.
func overlapping(t *testing.T, side *sql.DB, stopped <-chan struct{}) error {
	read := func() (*sql.Tx, error) {
		tx, err := side.BeginTx(t.Context(), nil)
		if err != nil {
			return nil, err
		}
		var n int
		return tx, tx.QueryRowContext(t.Context(), `SELECT count(*) FROM grown`).Scan(&n)
	}
	last, err := read()
	if err != nil {
		return err
	}
	for {
		next, err := read()
		if err != nil {
			return err
		}
		if err := last.Rollback(); err != nil {
			return err
		}
		last = next
		select {
		case <-stopped:
			return last.Rollback()
		default:
		}
	}
}

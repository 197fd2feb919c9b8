package store

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/portal"
)

// A database whose disk is full says so for a while after each write that failed.
func TestFailing(t *testing.T) {
	db, err := Open(t.Context(), Options{DSN: filepath.Join(t.TempDir(), "x.db")})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	add := func(id, name string) error {
		return db.Organizations.Add(t.Context(), portal.Organization{ID: id, Slug: id, Name: name, CreatedAt: time.Now()})
	}
	if err := add("acme", "Acme"); err != nil || db.Failing() != nil {
		t.Fatal(err, db.Failing())
	}
	if _, err := db.w.ExecContext(t.Context(), "PRAGMA max_page_count = 1"); err != nil { // it is as large as it may be
		t.Fatal(err)
	}
	if err := add("acme", "Acme"); errs.KindOf(err) != errs.Conflict || db.Failing() != nil {
		t.Errorf("a conflict: %v, failing: %v", err, db.Failing())
	}
	if err := add("large", strings.Repeat("x", 1<<20)); errs.KindOf(err) != errs.Unavailable || db.Failing() == nil {
		t.Errorf("on a full disk: %v, failing: %v", err, db.Failing())
	}
	if err := db.Ping(t.Context()); err != nil {
		t.Errorf("it answers: %v", err)
	}
	for _, ago := range []time.Duration{0, quietFor} { // what is taken just after may have been smaller
		was := db.failed.Load()
		db.failed.Store(&failure{was.at.Add(-ago), was.err})
		if err := add(ago.String(), "small"); err != nil || (db.Failing() == nil) != (ago > 0) {
			t.Errorf("%s after the last failure, a write is taken: %v, failing: %v", ago, err, db.Failing())
		}
	}
}

package store

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"sallyport/internal/errs"
)

// openHere opens a database of the test's own.
func openHere(t *testing.T) *DB {
	t.Helper()
	db, err := Open(t.Context(), Options{DSN: filepath.Join(t.TempDir(), "x.db")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// Whoever hands in work while somebody else holds the database learns in time
// that it was not written.
func TestGroupDoesNotWaitForEver(t *testing.T) {
	db := openHere(t)
	db.group.within = 50 * time.Millisecond
	held, err := db.w.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	err = db.group.do(t.Context(), &item{fn: func(context.Context, *Tx) error { return nil }})
	if errs.KindOf(err) != errs.Unavailable || db.Failing() == nil {
		t.Errorf("while the database is held: %v, failing: %v", err, db.Failing())
	}
	if err := held.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := db.group.do(t.Context(), &item{fn: func(context.Context, *Tx) error { return nil }}); err != nil {
		t.Errorf("when it is free: %v", err)
	}
}

// A batch that fails for one item's sake is written item by item; when the
// database takes nothing, that is not tried for each.
func TestGroupBatch(t *testing.T) {
	tests := map[string]struct {
		first error // of the first item
		then  error // of the second, once it is alone
		kinds []errs.Kind
		tries int // in all
	}{
		"nothing is wrong":             {nil, nil, []errs.Kind{0, 0, 0}, 3},
		"one is wrong":                 {errs.New(errs.Invalid, "no"), nil, []errs.Kind{errs.Invalid, 0, 0}, 1 + 3},
		"the database is down":         {errs.New(errs.Unavailable, "down"), nil, []errs.Kind{errs.Unavailable, errs.Unavailable, errs.Unavailable}, 1},
		"the database goes down later": {errs.New(errs.Invalid, "no"), errs.New(errs.Unavailable, "down"), []errs.Kind{errs.Invalid, errs.Unavailable, errs.Unavailable}, 1 + 2},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			db := openHere(t)
			tries := 0
			gives := func(err error) func(context.Context, *Tx) error {
				return func(context.Context, *Tx) error {
					tries++
					return err
				}
			}
			batch := []*item{{fn: gives(tt.first)}, {fn: gives(tt.then)}, {fn: gives(nil)}}
			db.group.commit(batch)
			for i, it := range batch {
				if failed := tt.kinds[i] != 0; (it.err != nil) != failed || errs.KindOf(it.err) != tt.kinds[i] {
					t.Errorf("item %d: %v, want %v", i, it.err, tt.kinds[i])
				}
			}
			if tries != tt.tries {
				t.Errorf("%d tries, want %d", tries, tt.tries)
			}
		})
	}
}

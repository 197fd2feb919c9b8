package store

import (
	"context"
	"time"

	"sallyport/internal/source"
)

// Leases is the lease table: who of several processes does a thing that one
// alone may do.
type Leases struct {
	db  *DB
	now func() time.Time
}

// Hold takes or keeps a lease for a time, and reports whether holder has it.
func (t Leases) Hold(ctx context.Context, name, holder string, d time.Duration) (bool, error) {
	held := false
	err := t.db.Write(ctx, func(tx *Tx) error {
		now := t.now()
		n, err := tx.affected(ctx, `INSERT INTO lease (name, holder, until) VALUES (?, ?, ?)
			ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until WHERE lease.holder = excluded.holder OR lease.until < ?`,
			name, holder, toMicros(now.Add(d)), toMicros(now))
		held = n > 0
		return err
	})
	return held, err
}

// Release gives a lease up, if holder has it.
func (t Leases) Release(ctx context.Context, name, holder string) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		_, err := tx.exec(ctx, `DELETE FROM lease WHERE name = ? AND holder = ?`, name, holder)
		return err
	})
}

// keepLease is [source.ErrLost] where a lease is no longer its holder's, and keeps
// others from taking it until the transaction ends.
func (tx *Tx) keepLease(ctx context.Context, l source.Lease) error {
	if l.Name == "" {
		return nil
	}
	holder, err := list(ctx, tx, scalar[string], `SELECT holder FROM lease WHERE name = ?`+tx.db.d.forUpdate, l.Name)
	if err == nil && (len(holder) == 0 || holder[0] != l.Holder) {
		return source.ErrLost
	}
	return err
}

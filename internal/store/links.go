package store

import (
	"context"
	"database/sql"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/portal"
)

// Links is the signin_link table.
type Links struct {
	db  *DB
	now func() time.Time
}

// firstAccountLock is the number of the lock under which the first account is
// made.
const firstAccountLock = 7325561

// Add keeps a link in the place of earlier ones of its purpose and account. Those
// for the first administrator hold side by side, since each of several servers on
// one database shows its own; one is a conflict where there is an account.
func (t Links) Add(ctx context.Context, hash string, l portal.Link) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		if err := tx.makeRoom(ctx, l); err != nil {
			return err
		}
		_, err := tx.exec(ctx, `INSERT INTO signin_link (token_hash, org_id, account_id, purpose, ends_at) VALUES (?, ?, ?, ?, ?)`,
			hash, l.Org, null(l.Account), l.Purpose, toMicros(l.EndsAt))
		return err
	})
}

// makeRoom takes away what a link replaces, and refuses one that is not wanted.
func (tx *Tx) makeRoom(ctx context.Context, l portal.Link) error {
	if l.Purpose == portal.FirstAdmin {
		return tx.noAccount(ctx)
	}
	_, err := tx.exec(ctx, `DELETE FROM signin_link WHERE org_id = ? AND purpose = ? AND account_id = ?`, l.Org, l.Purpose, l.Account)
	return err
}

// noAccount is a conflict where there is an account, while nobody else makes one
// by a link.
func (tx *Tx) noAccount(ctx context.Context) error {
	if lock := tx.db.d.lockTx; lock != "" {
		if _, err := tx.exec(ctx, lock, firstAccountLock); err != nil {
			return err
		}
	}
	n, err := one(ctx, tx, "count", scalar[int], `SELECT count(*) FROM account`)
	if err == nil && n > 0 {
		return errs.New(errs.Conflict, "there is an account already: sign in with it, and let it invite others")
	}
	return err
}

// Find returns a link that has not been used up.
func (t Links) Find(ctx context.Context, hash string) (portal.Link, error) {
	return one(ctx, t.db, "sign-in link", func(rows *sql.Rows) (l portal.Link, err error) {
		var account sql.NullString
		var ends int64
		err = rows.Scan(&l.Org, &account, &l.Purpose, &ends)
		l.Account, l.EndsAt = account.String, fromMicros(ends)
		return l, err
	}, `SELECT org_id, account_id, purpose, ends_at FROM signin_link WHERE token_hash = ? AND used_at = 0`, hash)
}

// UseFirst uses up a link, and with it all others that make the first
// administrator, and makes them, in one transaction.
func (t Links) UseFirst(ctx context.Context, hash string, a portal.Account, m portal.Membership) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		now := toMicros(t.now())
		n, err := tx.affected(ctx, `UPDATE signin_link SET used_at = ? WHERE token_hash = ? AND used_at = 0 AND ends_at > ?`, now, hash, now)
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.New(errs.Conflict, "the link was used meanwhile")
		}
		if err := tx.noAccount(ctx); err != nil {
			return err
		}
		if _, err := tx.exec(ctx, `UPDATE signin_link SET used_at = ? WHERE purpose = ? AND used_at = 0`, now, portal.FirstAdmin); err != nil {
			return err
		}
		return tx.join(ctx, a, m)
	})
}

// Wanted reports whether nobody has an account yet.
func (t Links) Wanted(ctx context.Context) (bool, error) {
	some, err := list(ctx, t.db, scalar[string], `SELECT id FROM account LIMIT 1`)
	return len(some) == 0, err
}

// Sweep deletes links that ended.
func (t Links) Sweep(ctx context.Context, now time.Time) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		_, err := tx.exec(ctx, `DELETE FROM signin_link WHERE ends_at <= ?`, toMicros(now))
		return err
	})
}

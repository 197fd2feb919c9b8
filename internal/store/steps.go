package store

import (
	"context"
	"database/sql"
	"time"

	"sallyport/internal/portal"
)

// Steps is the signin_step table: who has given a part of what is asked of them.
type Steps struct {
	db  *DB
	now func() time.Time
}

// Add keeps a step, and forgets those that ended.
func (t Steps) Add(ctx context.Context, hash string, s portal.Step) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		if _, err := tx.exec(ctx, `DELETE FROM signin_step WHERE ends_at <= ?`, toMicros(t.now())); err != nil {
			return err
		}
		_, err := tx.exec(ctx, `INSERT INTO signin_step (token_hash, kind, account_id, org_id, session_id, sealed, ends_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			hash, s.Kind, s.Account, s.Org, s.Session, s.Sealed, toMicros(s.EndsAt))
		return err
	})
}

// Try returns a step that has not ended, and counts an attempt at it. After most of
// them it is not found.
func (t Steps) Try(ctx context.Context, hash string, most int) (s portal.Step, err error) {
	err = t.db.Write(ctx, func(tx *Tx) error {
		if err := tx.change(ctx, "step", `UPDATE signin_step SET tries = tries + 1 WHERE token_hash = ? AND ends_at > ? AND tries < ?`, hash, toMicros(t.now()), most); err != nil {
			return err
		}
		s, err = one(ctx, tx, "step", func(rows *sql.Rows) (s portal.Step, err error) {
			var ends int64
			err = rows.Scan(&s.Kind, &s.Account, &s.Org, &s.Session, &s.Sealed, &s.Tries, &ends)
			s.EndsAt = fromMicros(ends)
			return s, err
		}, `SELECT kind, account_id, org_id, session_id, sealed, tries, ends_at FROM signin_step WHERE token_hash = ?`, hash)
		return err
	})
	return s, err
}

// Set replaces what is sealed in a step.
func (t Steps) Set(ctx context.Context, hash string, sealed []byte) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		return tx.change(ctx, "step", `UPDATE signin_step SET sealed = ? WHERE token_hash = ?`, sealed, hash)
	})
}

// End takes a step away.
func (t Steps) End(ctx context.Context, hash string) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		return tx.change(ctx, "step", `DELETE FROM signin_step WHERE token_hash = ?`, hash)
	})
}

package store

import (
	"context"
	"database/sql"
	"time"

	"sallyport/internal/audit"
	"sallyport/internal/letter"
	"sallyport/internal/portal"
)

// Resets is the password_reset table: links that set passwords anew.
type Resets struct {
	db  *DB
	now func() time.Time
}

// Add keeps a link in the place of the account's earlier ones, and the letter that
// carries it. An empty hash keeps the letter alone.
func (t Resets) Add(ctx context.Context, hash string, r portal.Reset, l letter.Letter) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		if err := tx.AddLetter(ctx, l); err != nil {
			return err
		}
		if hash != "" {
			if _, err := tx.exec(ctx, `DELETE FROM password_reset WHERE account_id = ?`, r.Account); err != nil {
				return err
			}
			if _, err := tx.exec(ctx, `INSERT INTO password_reset (token_hash, account_id, created_at, ends_at) VALUES (?, ?, ?, ?)`, hash, r.Account, toMicros(t.now()), toMicros(r.EndsAt)); err != nil {
				return err
			}
		}
		return tx.auditAccount(ctx, r.Account, audit.Note{Action: "password.reset_asked", Object: "account:" + r.Account, Detail: map[string]any{"link": hash != ""}})
	})
}

// None tells of somebody who asked for an address that there is not, or whose
// account may not sign in.
func (t Resets) None(ctx context.Context, account string) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		return tx.auditAccount(ctx, account, audit.Note{Action: "password.reset_asked", Outcome: "denied"})
	})
}

// Find returns a link that was not used.
func (t Resets) Find(ctx context.Context, hash string) (portal.Reset, error) {
	return one(ctx, t.db, "link", func(rows *sql.Rows) (r portal.Reset, err error) {
		var ends int64
		err = rows.Scan(&r.Account, &ends)
		r.EndsAt = fromMicros(ends)
		return r, err
	}, `SELECT account_id, ends_at FROM password_reset WHERE token_hash = ? AND used_at = 0`, hash)
}

// Use uses a link up, sets the password, and ends all sessions of the account,
// which it returns.
func (t Resets) Use(ctx context.Context, hash, password string, at time.Time) (ended []portal.Session, err error) {
	err = t.db.Write(ctx, func(tx *Tx) error {
		now := toMicros(at)
		if err := tx.change(ctx, "link", `UPDATE password_reset SET used_at = ? WHERE token_hash = ? AND used_at = 0 AND ends_at > ?`, now, hash, now); err != nil {
			return err
		}
		account, err := one(ctx, tx, "link", scalar[string], `SELECT account_id FROM password_reset WHERE token_hash = ?`, hash)
		if err != nil {
			return err
		}
		if ended, err = sessionsOf(ctx, tx, account); err != nil {
			return err
		}
		if err := tx.change(ctx, "account", `UPDATE account SET password_hash = ? WHERE id = ? AND disabled_at = 0`, password, account); err != nil {
			return err
		}
		for _, q := range []string{`DELETE FROM session WHERE account_id = ?`, `DELETE FROM signin_step WHERE account_id = ?`, `DELETE FROM password_reset WHERE account_id = ?`} {
			if _, err := tx.exec(ctx, q, account); err != nil {
				return err
			}
		}
		return tx.auditSelf(ctx, account, audit.Note{Action: "password.reset", Object: "account:" + account})
	})
	return ended, err
}

// Sweep deletes links that ended.
func (t Resets) Sweep(ctx context.Context, now time.Time) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		_, err := tx.exec(ctx, `DELETE FROM password_reset WHERE ends_at <= ?`, toMicros(now))
		return err
	})
}

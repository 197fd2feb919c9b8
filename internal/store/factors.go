package store

import (
	"context"
	"database/sql"
	"time"

	"sallyport/internal/audit"
	"sallyport/internal/errs"
	"sallyport/internal/portal"
)

// Factors is the factor table: what people prove themselves with beside a password.
type Factors struct{ db *DB }

const factorColumns = `id, account_id, kind, name, credential, sealed, used, created_at, seen_at`

func scanFactor(rows *sql.Rows) (f portal.Factor, err error) {
	var created, seen int64
	err = rows.Scan(&f.ID, &f.Account, &f.Kind, &f.Name, &f.Credential, &f.Sealed, &f.Used, &created, &seen)
	f.CreatedAt, f.SeenAt = fromMicros(created), fromMicros(seen)
	return f, err
}

// List returns an account's factors, the oldest first.
func (t Factors) List(ctx context.Context, account string) ([]portal.Factor, error) {
	return list(ctx, t.db, scanFactor, `SELECT `+factorColumns+` FROM factor WHERE account_id = ? ORDER BY created_at, id`, account)
}

// Account returns the account of an id that may sign in.
func (t Factors) Account(ctx context.Context, id string) (portal.Account, error) {
	return one(ctx, t.db, "account", scanAccount, `SELECT `+accountColumns+` FROM account a WHERE a.id = ? AND a.disabled_at = 0`, id)
}

// Add keeps a factor, and recovery codes in the place of those before; nil leaves
// them.
func (t Factors) Add(ctx context.Context, f portal.Factor, codes []string) error {
	err := t.db.Write(ctx, func(tx *Tx) error {
		_, err := tx.exec(ctx, `INSERT INTO factor (`+factorColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			f.ID, f.Account, f.Kind, f.Name, f.Credential, f.Sealed, f.Used, toMicros(f.CreatedAt), toMicros(f.SeenAt))
		if err != nil {
			return err
		}
		if codes != nil {
			if err := tx.setCodes(ctx, f.Account, codes); err != nil {
				return err
			}
		}
		return tx.auditSelf(ctx, f.Account, audit.Note{Action: "factor.added", Object: "factor:" + f.ID, Detail: map[string]any{"kind": f.Kind, "name": f.Name}})
	})
	if errs.KindOf(err) == errs.Conflict {
		return errs.New(errs.Conflict, "this passkey is set up already")
	}
	return err
}

// auditSelf is auditAccount by the account itself, where nobody else acts: at
// sign-in.
func (tx *Tx) auditSelf(ctx context.Context, account string, n audit.Note) error {
	if by := audit.Who(ctx); by.ID == "anonymous" {
		self, err := tx.asAccount(ctx, account, by.Addr)
		if err != nil {
			return err
		}
		n.Actor = &self
	}
	return tx.auditAccount(ctx, account, n)
}

// Use notes that a factor proved somebody: with a code of a later step than before,
// or else it is a conflict.
func (t Factors) Use(ctx context.Context, f portal.Factor, at time.Time) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		n, err := tx.affected(ctx, `UPDATE factor SET sealed = ?, used = ?, seen_at = ? WHERE id = ? AND account_id = ? AND (kind <> ? OR used < ?)`,
			f.Sealed, f.Used, toMicros(at), f.ID, f.Account, portal.TOTP, f.Used)
		if err == nil && n == 0 {
			return errs.New(errs.Conflict, "the code was used already")
		}
		return err
	})
}

// Remove deletes a factor; with the last one the recovery codes go. The last one is
// a conflict where an organization of the account wants one.
func (t Factors) Remove(ctx context.Context, account, factor string) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		if err := tx.hold(ctx, "factor\x00"+account); err != nil {
			return err
		}
		f, err := one(ctx, tx, "second factor", scanFactor, `SELECT `+factorColumns+` FROM factor WHERE account_id = ? AND id = ?`, account, factor)
		if err != nil {
			return err
		}
		if err := tx.change(ctx, "second factor", `DELETE FROM factor WHERE account_id = ? AND id = ?`, account, factor); err != nil {
			return err
		}
		if err := tx.lastFactor(ctx, account); err != nil {
			return err
		}
		return tx.auditAccount(ctx, account, audit.Note{Action: "factor.removed", Object: "factor:" + factor, Detail: map[string]any{"kind": f.Kind, "name": f.Name}})
	})
}

// lastFactor takes away the recovery codes of an account that has no factor any
// more, and refuses that where an organization of it wants one.
func (tx *Tx) lastFactor(ctx context.Context, account string) error {
	left, err := one(ctx, tx, "count", scalar[int], `SELECT count(*) FROM factor WHERE account_id = ?`, account)
	if err != nil || left > 0 {
		return err
	}
	wanting, err := list(ctx, tx, scalar[string], `SELECT o.name FROM membership m JOIN organization o ON o.id = m.org_id JOIN signin_policy p ON p.org_id = o.id
		WHERE m.account_id = ? AND m.state = 'active' AND p.second_factor = 1 ORDER BY o.name`, account)
	if err != nil {
		return err
	}
	if len(wanting) > 0 {
		return errs.New(errs.Conflict, "%s wants a second factor, and this is your last one: set up another first", wanting[0])
	}
	_, err = tx.exec(ctx, `DELETE FROM recovery_code WHERE account_id = ?`, account)
	return err
}

// Clear deletes all of a member's factors and recovery codes, and ends their
// sessions in the organization; see [portal.Factors].
func (t Factors) Clear(ctx context.Context, org, account string, check func([]portal.Role) error) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		if _, err := one(ctx, tx, "member", scalar[string], `SELECT account_id FROM membership WHERE org_id = ? AND account_id = ?`, org, account); err != nil {
			return err
		}
		held, err := grants(ctx, tx, org, account)
		if err != nil {
			return err
		}
		if err := check(portal.Held(held[account])); err != nil {
			return err
		}
		if err := tx.alone(ctx, org, account); err != nil {
			return err
		}
		for _, q := range []string{`DELETE FROM factor WHERE account_id = ?`, `DELETE FROM recovery_code WHERE account_id = ?`, `DELETE FROM session WHERE account_id = ?`} {
			if _, err := tx.exec(ctx, q, account); err != nil {
				return err
			}
		}
		return tx.Audit(ctx, org, audit.Note{Action: "factor.reset", Object: "account:" + account})
	})
}

// alone refuses what is not one organization's to do to an account that belongs to
// another one as well.
func (tx *Tx) alone(ctx context.Context, org, account string) error {
	n, err := one(ctx, tx, "count", scalar[int], `SELECT count(*) FROM membership WHERE account_id = ? AND org_id <> ?`, account, org)
	if err == nil && n > 0 {
		return errs.New(errs.Conflict, "the account belongs to another organization as well; remove it from this one instead")
	}
	return err
}

// Reseal seals every factor anew, and returns how many there are.
func (t Factors) Reseal(ctx context.Context, fn func(portal.Factor) ([]byte, error)) (int, error) {
	n := 0
	err := t.db.Write(ctx, func(tx *Tx) error {
		all, err := list(ctx, tx, scanFactor, `SELECT `+factorColumns+` FROM factor ORDER BY id`+tx.db.d.forUpdate)
		if err != nil {
			return err
		}
		n = len(all)
		for _, f := range all {
			fresh, err := fn(f)
			if err != nil {
				return err
			}
			if err := tx.change(ctx, "factor", `UPDATE factor SET sealed = ? WHERE id = ?`, fresh, f.ID); err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}

// Codes is the recovery_code table.
type Codes struct{ db *DB }

// Left counts the codes of an account that were not used.
func (t Codes) Left(ctx context.Context, account string) (int, error) {
	return one(ctx, t.db, "count", scalar[int], `SELECT count(*) FROM recovery_code WHERE account_id = ? AND used_at = 0`, account)
}

// Set replaces an account's codes.
func (t Codes) Set(ctx context.Context, account string, hashes []string) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		if err := tx.setCodes(ctx, account, hashes); err != nil {
			return err
		}
		return tx.auditAccount(ctx, account, audit.Note{Action: "recovery_codes.made", Object: "account:" + account})
	})
}

func (tx *Tx) setCodes(ctx context.Context, account string, hashes []string) error {
	if _, err := tx.exec(ctx, `DELETE FROM recovery_code WHERE account_id = ?`, account); err != nil {
		return err
	}
	rows := make([][]any, len(hashes))
	for i, h := range hashes {
		rows[i] = []any{account, h}
	}
	return tx.insertMany(ctx, "recovery_code", "account_id, code_hash", "", rows)
}

// Use uses a code up.
func (t Codes) Use(ctx context.Context, account, hash string, at time.Time) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		if err := tx.change(ctx, "recovery code", `UPDATE recovery_code SET used_at = ? WHERE account_id = ? AND code_hash = ? AND used_at = 0`, toMicros(at), account, hash); err != nil {
			return err
		}
		return tx.auditSelf(ctx, account, audit.Note{Action: "recovery_code.used", Object: "account:" + account})
	})
}

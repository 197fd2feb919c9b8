package store

import (
	"context"
	"database/sql"
	"time"

	"sallyport/internal/audit"
	"sallyport/internal/errs"
	"sallyport/internal/portal"
)

// SCIMKeys is the scim_key table.
type SCIMKeys struct{ db *DB }

const keyColumns = `k.id, k.org_id, k.created_by, k.created_at, k.ends_at, k.used_at, k.used_agent, k.used_addr, k.failures, k.failed_at, k.failed_agent, k.failed_addr`

func scanKey(rows *sql.Rows) (portal.SCIMKey, error) { return scanKeyAnd(rows) }

func scanKeyAnd(rows *sql.Rows, more ...any) (k portal.SCIMKey, err error) {
	var created, ends, used, failed int64
	err = rows.Scan(append([]any{&k.ID, &k.Org, &k.CreatedBy, &created, &ends, &used, &k.Used.Agent, &k.Used.Addr, &k.Failures, &failed, &k.Refused.Agent, &k.Refused.Addr}, more...)...)
	k.CreatedAt, k.EndsAt, k.Used.At, k.Refused.At = fromMicros(created), fromMicros(ends), fromMicros(used), fromMicros(failed)
	return k, err
}

// Find returns a key by its id, whether it has ended or not.
func (t SCIMKeys) Find(ctx context.Context, id string) (portal.FoundKey, error) {
	return one(t.db.brief(ctx), t.db, "secret", func(rows *sql.Rows) (f portal.FoundKey, err error) {
		var created int64
		o := &f.Organization
		f.SCIMKey, err = scanKeyAnd(rows, &f.Hash, &o.ID, &o.Slug, &o.Name, &created)
		o.CreatedAt = fromMicros(created)
		return f, err
	}, `SELECT `+keyColumns+`, k.secret_hash, o.id, o.slug, o.name, o.created_at FROM scim_key k JOIN organization o ON o.id = k.org_id WHERE k.id = ?`, id)
}

// List returns an organization's keys, the newest first.
func (t SCIMKeys) List(ctx context.Context, org string) ([]portal.SCIMKey, error) {
	return list(ctx, t.db, scanKey, `SELECT `+keyColumns+` FROM scim_key k WHERE k.org_id = ? ORDER BY k.created_at DESC, k.id DESC`, org)
}

// keptKeys is how many keys that have ended are known, so that who still uses them
// is told to the organization.
const keptKeys = 10

// Rotate puts a key in the place of the present one, which ends at a time.
func (t SCIMKeys) Rotate(ctx context.Context, k portal.SCIMKey, hash string, sealed []byte, oldEnds time.Time) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		if err := tx.hold(ctx, "scim key "+k.Org); err != nil {
			return err
		}
		n, err := tx.affected(ctx, `UPDATE scim_key SET ends_at = ?, sealed = NULL WHERE org_id = ? AND ends_at = 0`, toMicros(oldEnds), k.Org)
		if err != nil {
			return err
		}
		// Of those before it none outlives this rotation's word.
		if _, err := tx.exec(ctx, `UPDATE scim_key SET ends_at = ? WHERE org_id = ? AND ends_at > ?`, toMicros(oldEnds), k.Org, toMicros(oldEnds)); err != nil {
			return err
		}
		if _, err := tx.exec(ctx, `INSERT INTO scim_key (id, org_id, secret_hash, sealed, created_by, created_at) VALUES (?, ?, ?, ?, ?, ?)`, k.ID, k.Org, hash, sealed, k.CreatedBy, toMicros(k.CreatedAt)); err != nil {
			return err
		}
		if _, err := tx.exec(ctx, `DELETE FROM scim_key WHERE org_id = ? AND ends_at > 0 AND id NOT IN (SELECT id FROM scim_key WHERE org_id = ? AND ends_at > 0 ORDER BY created_at DESC, id DESC LIMIT ?)`, k.Org, k.Org, keptKeys); err != nil {
			return err
		}
		note := audit.Note{Action: "scim.secret_made", Object: "scim_key:" + k.ID}
		if n > 0 {
			note.Action, note.Detail = "scim.secret_rotated", map[string]any{"oldTakenFor": oldEnds.Sub(k.CreatedAt).String()}
		}
		return tx.Audit(ctx, k.Org, note)
	})
}

// End ends all keys of an organization.
func (t SCIMKeys) End(ctx context.Context, org string, at time.Time) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		n, err := tx.affected(ctx, `UPDATE scim_key SET ends_at = ?, sealed = NULL WHERE org_id = ? AND (ends_at = 0 OR ends_at > ?)`, toMicros(at), org, toMicros(at))
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.New(errs.NotFound, "there is no secret")
		}
		return tx.Audit(ctx, org, audit.Note{Action: "scim.secret_ended"})
	})
}

// Reveal returns the present key with its secret, sealed, and tells of it.
func (t SCIMKeys) Reveal(ctx context.Context, org string) (k portal.SCIMKey, sealed []byte, err error) {
	err = t.db.Write(ctx, func(tx *Tx) error {
		k, err = one(ctx, tx, "secret", func(rows *sql.Rows) (portal.SCIMKey, error) { return scanKeyAnd(rows, &sealed) },
			`SELECT `+keyColumns+`, k.sealed FROM scim_key k WHERE k.org_id = ? AND k.ends_at = 0`, org)
		if err != nil {
			return err
		}
		return tx.Audit(ctx, org, audit.Note{Action: "scim.secret_shown", Object: "scim_key:" + k.ID})
	})
	return k, sealed, err
}

// Use notes that a key was taken.
func (t SCIMKeys) Use(ctx context.Context, id string, u portal.SCIMUse) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		_, err := tx.exec(ctx, `UPDATE scim_key SET used_at = ?, used_agent = ?, used_addr = ? WHERE id = ? AND used_at <= ?`, toMicros(u.At), u.Agent, u.Addr, id, toMicros(u.At))
		return err
	})
}

// Refuse notes that something else than the present key was tried.
func (t SCIMKeys) Refuse(ctx context.Context, org string, u portal.SCIMUse) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		_, err := tx.exec(ctx, `UPDATE scim_key SET failures = failures + 1, failed_at = ?, failed_agent = ?, failed_addr = ? WHERE org_id = ? AND ends_at = 0`, toMicros(u.At), u.Agent, u.Addr, org)
		return err
	})
}

// Reseal seals anew every secret that is kept, and returns how many there are.
func (t SCIMKeys) Reseal(ctx context.Context, fn func(id string, sealed []byte) ([]byte, error)) (int, error) {
	type kept struct {
		id, org string
		sealed  []byte
	}
	return sealed[kept]{
		table: "scim_key", columns: "id, org_id, sealed", column: "sealed",
		scan: func(rows *sql.Rows) (k kept, err error) { return k, rows.Scan(&k.id, &k.org, &k.sealed) },
		key:  func(k kept) (string, string) { return k.id, k.org },
	}.reseal(ctx, t.db, func(k kept) ([]byte, error) { return fn(k.id, k.sealed) })
}

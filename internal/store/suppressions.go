package store

import (
	"context"
	"database/sql"
	"time"

	"sallyport/internal/alert"
)

// Suppressions is the suppression and suppressed tables.
type Suppressions struct {
	db  *DB
	now func() time.Time
}

const suppressionColumns = `id, org_id, scope, target, condition, reason, owner_id, expires_at, created_at, updated_at, hidden, last_at, error, error_at`

func scanSuppression(rows *sql.Rows) (alert.Suppression, error) {
	var s alert.Suppression
	var failure sql.NullString
	var expires, created, updated, last, failed int64
	err := rows.Scan(&s.ID, &s.Org, &s.Scope, &s.Target, &s.Where, &s.Reason, &s.Owner, &expires, &created, &updated, &s.Hidden, &last, &failure, &failed)
	s.ExpiresAt, s.CreatedAt, s.UpdatedAt, s.LastAt, s.ErrorAt, s.Error = fromMicros(expires), fromMicros(created), fromMicros(updated), fromMicros(last), fromMicros(failed), failure.String
	return s, err
}

// List returns an organization's suppressions, the newest first, those whose time
// is over among them.
func (t Suppressions) List(ctx context.Context, org string) ([]alert.Suppression, error) {
	return list(ctx, t.db, scanSuppression, `SELECT `+suppressionColumns+` FROM suppression WHERE org_id = ? ORDER BY created_at DESC, id DESC`, org)
}

// Get returns one suppression.
func (t Suppressions) Get(ctx context.Context, org, id string) (alert.Suppression, error) {
	return one(ctx, t.db, "suppression", scanSuppression, `SELECT `+suppressionColumns+` FROM suppression WHERE id = ? AND org_id = ?`, id, org)
}

// Save adds a suppression, or changes the one of its id; what it hid so far stays
// counted.
func (t Suppressions) Save(ctx context.Context, s alert.Suppression) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		_, err := tx.exec(ctx, `INSERT INTO suppression (id, org_id, scope, target, condition, reason, owner_id, expires_at, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET scope = excluded.scope, target = excluded.target, condition = excluded.condition, reason = excluded.reason, owner_id = excluded.owner_id,
			expires_at = excluded.expires_at, updated_at = excluded.updated_at, error = NULL, error_at = 0 WHERE suppression.org_id = excluded.org_id`,
			s.ID, s.Org, s.Scope, s.Target, s.Where, s.Reason, s.Owner, toMicros(s.ExpiresAt), toMicros(s.CreatedAt), toMicros(s.UpdatedAt))
		if err != nil {
			return err
		}
		return tx.bumpRules(ctx, s.Org)
	})
}

// Remove deletes a suppression, and what is kept of what it hid.
func (t Suppressions) Remove(ctx context.Context, org, id string) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		if err := tx.change(ctx, "suppression", `DELETE FROM suppression WHERE id = ? AND org_id = ?`, id, org); err != nil {
			return err
		}
		if _, err := tx.exec(ctx, `DELETE FROM suppressed WHERE suppression_id = ? AND org_id = ?`, id, org); err != nil {
			return err
		}
		return tx.bumpRules(ctx, org)
	})
}

// Hidden returns what a suppression hid lately, the newest first.
func (t Suppressions) Hidden(ctx context.Context, org, id string, limit int) ([]alert.Hidden, error) {
	return list(ctx, t.db, func(rows *sql.Rows) (h alert.Hidden, err error) {
		var at int64
		err = rows.Scan(&h.Suppression, &h.Rule, &h.Event, &h.Entity.Kind, &h.Entity.ID, &h.Entity.Login, &h.Entity.Name, &at)
		h.At = fromMicros(at)
		return h, err
	}, `SELECT suppression_id, rule_id, event_uuid, entity_kind, entity_id, entity_login, entity_name, at FROM suppressed WHERE suppression_id = ? AND org_id = ? ORDER BY at DESC, seq DESC LIMIT ?`, id, org, limit)
}

// Forget deletes what is kept of what was hidden before a time.
func (t Suppressions) Forget(ctx context.Context, before time.Time) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		_, err := tx.exec(ctx, `DELETE FROM suppressed WHERE at < ?`, toMicros(before))
		return err
	})
}

// Suppressed keeps what suppressions hid of the batch's events, and what their
// conditions failed with.
func (b *Batch) Suppressed(ctx context.Context, hidden []alert.Hidden, failed map[string]string) error {
	counts := map[string]int{}
	rows := make([][]any, len(hidden))
	for i, h := range hidden {
		counts[h.Suppression]++
		rows[i] = []any{b.b.Org, h.Suppression, h.Rule, h.Event, h.Entity.Kind, h.Entity.ID, h.Entity.Login, h.Entity.Name, toMicros(b.now)}
	}
	for id, n := range counts {
		if _, err := b.tx.exec(ctx, `UPDATE suppression SET hidden = hidden + ?, last_at = ? WHERE id = ? AND org_id = ?`, n, toMicros(b.now), id, b.b.Org); err != nil {
			return err
		}
	}
	for id, why := range failed {
		if _, err := b.tx.exec(ctx, `UPDATE suppression SET error = ?, error_at = ? WHERE id = ? AND org_id = ?`, why, toMicros(b.now), id, b.b.Org); err != nil {
			return err
		}
	}
	if len(rows) == 0 {
		return nil
	}
	return b.tx.insertMany(ctx, "suppressed", "org_id, suppression_id, rule_id, event_uuid, entity_kind, entity_id, entity_login, entity_name, at", "", rows)
}

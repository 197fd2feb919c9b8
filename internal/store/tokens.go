package store

import (
	"context"
	"database/sql"
	"time"

	"sallyport/internal/audit"
	"sallyport/internal/portal"
)

// Tokens is the api_token table.
type Tokens struct{ db *DB }

const tokenColumns = `s.id, s.org_id, s.account_id, s.name, s.permissions, s.hint, s.created_at, s.seen_at, s.ends_at, s.seen_addr` //nolint:gosec // columns, no credential

// tokenFields are where a token is scanned to; the rest wants done after.
func tokenFields(t *portal.Token) (fields []any, done func() error) {
	var created, seen, ends int64
	var permissions string
	return []any{&t.ID, &t.Org, &t.Account, &t.Name, &permissions, &t.Hint, &created, &seen, &ends, &t.SeenAddr}, func() error {
		t.CreatedAt, t.SeenAt, t.EndsAt = fromMicros(created), fromMicros(seen), fromMicros(ends)
		return permissionsFrom(permissions, &t.Permissions)
	}
}

// Add keeps an API token.
func (t Tokens) Add(ctx context.Context, hash string, tok portal.Token) error {
	permissions, err := permissionsText(tok.Permissions)
	if err != nil {
		return err
	}
	return t.db.Write(ctx, func(tx *Tx) error {
		_, err := tx.exec(ctx, `INSERT INTO api_token (id, org_id, account_id, name, token_hash, permissions, hint, created_at, ends_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			tok.ID, tok.Org, tok.Account, tok.Name, hash, permissions, tok.Hint, toMicros(tok.CreatedAt), toMicros(tok.EndsAt))
		if err != nil {
			return err
		}
		return tx.Audit(ctx, tok.Org, audit.Note{Action: "token.added", Object: "token:" + tok.ID, Detail: map[string]any{"name": tok.Name, "permissions": tok.Permissions}})
	})
}

// Find returns whose an API token is, as the account, organization and roles
// are now.
func (t Tokens) Find(ctx context.Context, hash string) (portal.Caller, error) {
	c, err := one(ctx, t.db, "API token", func(rows *sql.Rows) (portal.Caller, error) {
		var tok portal.Token
		fields, done := tokenFields(&tok)
		c, err := scanWho(rows, fields...)
		if err == nil {
			err = done()
		}
		c.Token = tok
		return c, err
	}, `SELECT `+whoColumns+`, `+tokenColumns+` FROM api_token s`+joinWho+`WHERE s.token_hash = ?`, hash)
	return withRoles(ctx, t.db, c, err)
}

// Touch notes a use, and the network address that it came from.
func (t Tokens) Touch(ctx context.Context, token, addr string, at time.Time) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		_, err := tx.exec(ctx, `UPDATE api_token SET seen_at = ?, seen_addr = ? WHERE id = ? AND seen_at < ?`, toMicros(at), addr, token, toMicros(at))
		return err
	})
}

// List returns the tokens of an organization, or of one account in it, the
// newest first.
func (t Tokens) List(ctx context.Context, org, account string) ([]portal.Token, error) {
	w := where{}
	w.add(`s.org_id = ?`, org)
	w.addIf(account != "", `s.account_id = ?`, account)
	return list(ctx, t.db, func(rows *sql.Rows) (tok portal.Token, err error) {
		fields, done := tokenFields(&tok)
		if err := rows.Scan(fields...); err != nil {
			return tok, err
		}
		return tok, done()
	}, `SELECT `+tokenColumns+` FROM api_token s `+w.text()+` ORDER BY s.created_at DESC, s.id DESC`, w.args...)
}

// Remove deletes a token of an organization; with an account, only if it is that
// account's.
func (t Tokens) Remove(ctx context.Context, org, account, token string) error {
	w := where{}
	w.add(`org_id = ?`, org)
	w.add(`id = ?`, token)
	w.addIf(account != "", `account_id = ?`, account)
	return t.db.Write(ctx, func(tx *Tx) error {
		name, err := one(ctx, tx, "API token", scalar[string], `SELECT name FROM api_token `+w.text(), w.args...)
		if err != nil {
			return err
		}
		if err := tx.change(ctx, "API token", `DELETE FROM api_token `+w.text(), w.args...); err != nil {
			return err
		}
		return tx.Audit(ctx, org, audit.Note{Action: "token.ended", Object: "token:" + token, Detail: map[string]any{"name": name}})
	})
}

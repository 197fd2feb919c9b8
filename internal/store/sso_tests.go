package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"sallyport/internal/errs"
	"sallyport/internal/portal"
)

// SSOTests is the sso_test table.
type SSOTests struct{ db *DB }

const ssoTestColumns = `id, org_id, account_id, hash, hint, result, ok, full_admin, created_at, ended_at`

func scanSSOTest(rows *sql.Rows) (t portal.SSOTest, err error) {
	var result string
	var ok, admin, created, ended int64
	if err := rows.Scan(&t.ID, &t.Org, &t.Account, &t.Hash, &t.Hint, &result, &ok, &admin, &created, &ended); err != nil {
		return t, err
	}
	t.OK, t.FullAdmin, t.CreatedAt, t.EndedAt = ok != 0, admin != 0, fromMicros(created), fromMicros(ended)
	if err := json.Unmarshal([]byte(result), &t.Result); err != nil {
		return t, fmt.Errorf("read result of the test: %w", err)
	}
	return t, nil
}

// Add keeps a test.
func (t SSOTests) Add(ctx context.Context, x portal.SSOTest) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		_, err := tx.exec(ctx, `INSERT INTO sso_test (id, org_id, account_id, hash, hint, result, created_at) VALUES (?, ?, ?, ?, ?, '{}', ?)`, x.ID, x.Org, x.Account, x.Hash, x.Hint, toMicros(x.CreatedAt))
		return err
	})
}

// Get returns a test.
func (t SSOTests) Get(ctx context.Context, org, id string) (portal.SSOTest, error) {
	return one(ctx, t.db, "test", scanSSOTest, `SELECT `+ssoTestColumns+` FROM sso_test WHERE org_id = ? AND id = ?`, org, id)
}

// List returns an organization's tests, the newest first.
func (t SSOTests) List(ctx context.Context, org string, limit int) ([]portal.SSOTest, error) {
	return list(ctx, t.db, scanSSOTest, `SELECT `+ssoTestColumns+` FROM sso_test WHERE org_id = ? ORDER BY created_at DESC, id DESC LIMIT ?`, org, limit)
}

// endTest keeps what a test came to; one that has ended stays as it is.
func (tx *Tx) endTest(ctx context.Context, x portal.SSOTest) error {
	text, err := json.Marshal(x.Result)
	if err != nil {
		return err
	}
	n, err := tx.affected(ctx, `UPDATE sso_test SET result = ?, ok = ?, full_admin = ?, ended_at = ? WHERE org_id = ? AND id = ? AND ended_at = 0`,
		string(text), flag(x.OK), flag(x.FullAdmin), toMicros(x.EndedAt), x.Org, x.ID)
	if err == nil && n == 0 {
		return errs.New(errs.Conflict, "the test has ended already")
	}
	return err
}

// SSOTraces is the sso_trace table.
type SSOTraces struct{ db *DB }

// AddTrace keeps a trace, and forgets the oldest of the organization.
func (t SSOTraces) AddTrace(ctx context.Context, x portal.Trace) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		_, err := tx.exec(ctx, `INSERT INTO sso_trace (id, org_id, code, at, purpose, outcome, rule, detail, want, got, subject, addr, request_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			x.ID, x.Org, x.Code, toMicros(x.At), x.Purpose, x.Outcome, x.Rule, x.Detail, x.Want, x.Got, x.Subject, x.Addr, x.Request)
		if err != nil {
			return err
		}
		_, err = tx.exec(ctx, `DELETE FROM sso_trace WHERE org_id = ? AND id <= COALESCE((SELECT id FROM sso_trace WHERE org_id = ? ORDER BY id DESC LIMIT 1 OFFSET ?), '')`, x.Org, x.Org, portal.MaxTraces)
		return err
	})
}

// Traces returns an organization's traces, the newest first.
func (t SSOTraces) Traces(ctx context.Context, org, code string, limit int) ([]portal.Trace, error) {
	w := where{}
	w.add(`org_id = ?`, org)
	w.addIf(code != "", `code = ?`, code)
	return list(ctx, t.db, func(rows *sql.Rows) (x portal.Trace, err error) {
		var at int64
		err = rows.Scan(&x.ID, &x.Org, &x.Code, &at, &x.Purpose, &x.Outcome, &x.Rule, &x.Detail, &x.Want, &x.Got, &x.Subject, &x.Addr, &x.Request)
		x.At = fromMicros(at)
		return x, err
	}, `SELECT id, org_id, code, at, purpose, outcome, rule, detail, want, got, subject, addr, request_id FROM sso_trace `+w.text()+` ORDER BY id DESC LIMIT ?`, append(w.args, limit)...)
}

package store

import (
	"cmp"
	"context"
	"database/sql"
	"time"

	"sallyport/internal/audit"
	"sallyport/internal/errs"
	"sallyport/internal/portal"
)

// Accounts is the account and membership tables.
type Accounts struct{ db *DB }

func scanAccount(rows *sql.Rows) (portal.Account, error) {
	return scanAccountAnd(rows)
}

// scanAccountAnd scans an account's columns, and further ones after them.
func scanAccountAnd(rows *sql.Rows, more ...any) (portal.Account, error) {
	var a portal.Account
	var hash sql.NullString
	var created, disabled int64
	err := rows.Scan(append([]any{&a.ID, &a.Email, &a.Name, &hash, &created, &disabled}, more...)...)
	a.PasswordHash, a.CreatedAt, a.DisabledAt = hash.String, fromMicros(created), fromMicros(disabled)
	return a, err
}

const accountColumns = `a.id, a.email, a.name, a.password_hash, a.created_at, a.disabled_at`

// ByEmail returns the account of an address in the form of [portal.EmailKey].
func (t Accounts) ByEmail(ctx context.Context, key string) (portal.Account, error) {
	return one(ctx, t.db, "account", scanAccount, `SELECT `+accountColumns+` FROM account a WHERE a.email_key = ?`, key)
}

// Some returns those of the accounts that are members of an organization, by id.
func (t Accounts) Some(ctx context.Context, org string, ids []string) (map[string]portal.Account, error) {
	return some(ids, func(ids []any) ([]portal.Account, error) {
		return list(ctx, t.db, scanAccount, `SELECT `+accountColumns+` FROM account a JOIN membership m ON m.account_id = a.id
			WHERE m.org_id = ? AND a.id IN `+in(len(ids)), append([]any{org}, ids...)...)
	}, func(a portal.Account) string { return a.ID })
}

// Memberships returns where an account is an active member, the oldest first,
// without the roles.
func (t Accounts) Memberships(ctx context.Context, account string) ([]portal.Membership, error) {
	return list(ctx, t.db, func(rows *sql.Rows) (m portal.Membership, err error) {
		var created, managed int64
		err = rows.Scan(&m.Org, &m.Account, &created, &managed)
		m.CreatedAt, m.Managed = fromMicros(created), managed != 0
		return m, err
	}, `SELECT s.org_id, s.account_id, s.created_at, `+managedBy+` FROM membership s `+joinSSO+`WHERE s.account_id = ? AND s.state = 'active' ORDER BY s.created_at, s.org_id`, account)
}

// Join makes the membership, and the account where it is new.
func (t Accounts) Join(ctx context.Context, a portal.Account, m portal.Membership) error {
	return t.db.Write(ctx, func(tx *Tx) error { return tx.join(ctx, a, m) })
}

func (tx *Tx) join(ctx context.Context, a portal.Account, m portal.Membership) error {
	_, err := tx.exec(ctx, `INSERT INTO account (id, email, email_key, name, password_hash, created_at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
		a.ID, a.Email, portal.EmailKey(a.Email), a.Name, null(a.PasswordHash), toMicros(a.CreatedAt))
	if errs.KindOf(err) == errs.Conflict {
		return errs.New(errs.Conflict, "there is an account with this e-mail address already")
	}
	if err != nil {
		return err
	}
	return tx.addMember(ctx, a, m)
}

// addMember makes the membership of an account that is there.
func (tx *Tx) addMember(ctx context.Context, a portal.Account, m portal.Membership) error {
	if err := tx.holdRoles(ctx, m.Org); err != nil {
		return err
	}
	_, err := tx.exec(ctx, `INSERT INTO membership (org_id, account_id, state, origin, name, user_name, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		m.Org, m.Account, cmp.Or(m.State, portal.Active), cmp.Or(m.Origin, portal.OriginLocal), m.Name, m.UserName, toMicros(m.CreatedAt))
	if errs.KindOf(err) == errs.Conflict {
		return errs.New(errs.Conflict, "the account is a member already")
	}
	if err != nil {
		return err
	}
	if err := tx.scimJoined(ctx, m.Org, m.Account, tx.db.Audit.now()); err != nil {
		return err
	}
	if err := tx.grant(ctx, m, portal.Manual, nil); err != nil {
		return err
	}
	return tx.Audit(ctx, m.Org, audit.Note{Action: "member.added", Object: "account:" + m.Account, Detail: map[string]any{"email": a.Email, "roles": m.Roles}})
}

// SetPassword replaces a password's hash and ends the account's sessions but the
// one to keep; [portal.KeepSessions] keeps them all.
func (t Accounts) SetPassword(ctx context.Context, account, hash, keep string) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		if err := tx.change(ctx, "account", `UPDATE account SET password_hash = ? WHERE id = ?`, hash, account); err != nil || keep == portal.KeepSessions {
			return err
		}
		if _, err := tx.exec(ctx, `DELETE FROM session WHERE account_id = ? AND id <> ?`, account, keep); err != nil {
			return err
		}
		return tx.auditAccount(ctx, account, audit.Note{Action: "password.changed", Object: "account:" + account})
	})
}

// SetMember changes a member. An organization keeps at least one Full Admin who
// can sign in, and says nothing about who may elsewhere.
func (t Accounts) SetMember(ctx context.Context, org, account string, c portal.MemberChange, at time.Time) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		return tx.keepAdmin(ctx, org, func() error {
			if _, err := one(ctx, tx, "member", scalar[string], `SELECT account_id FROM membership WHERE org_id = ? AND account_id = ?`, org, account); err != nil {
				return err
			}
			if c.Roles != nil {
				if err := tx.setRoles(ctx, portal.Membership{Org: org, Account: account, Roles: c.Roles}, portal.Manual, c.May); err != nil {
					return err
				}
			}
			if c.Disabled != nil {
				if err := tx.disable(ctx, org, account, *c.Disabled, at); err != nil {
					return err
				}
			}
			return tx.Audit(ctx, org, audit.Note{Action: "member.changed", Object: "account:" + account, Detail: memberDetail(c)})
		})
	})
}

func memberDetail(c portal.MemberChange) map[string]any {
	out := map[string]any{}
	if c.Roles != nil {
		out["roles"] = c.Roles
	}
	if c.Disabled != nil {
		out["disabled"] = *c.Disabled
	}
	return out
}

// auditAccount writes an entry in every organization of an account; in the server's
// own log where it has none.
func (tx *Tx) auditAccount(ctx context.Context, account string, n audit.Note) error {
	orgs, err := list(ctx, tx, scalar[string], `SELECT org_id FROM membership WHERE account_id = ? ORDER BY org_id`, account)
	if err != nil {
		return err
	}
	if len(orgs) == 0 {
		orgs = []string{""}
	}
	for _, org := range orgs {
		if err := tx.Audit(ctx, org, n); err != nil {
			return err
		}
	}
	return nil
}

// disable keeps an account from signing in, or lets it again. A member of other
// organizations as well is not this one's to shut out.
func (tx *Tx) disable(ctx context.Context, org, account string, disabled bool, at time.Time) error {
	if err := tx.alone(ctx, org, account); err != nil {
		return err
	}
	if !disabled {
		return tx.change(ctx, "account", `UPDATE account SET disabled_at = 0 WHERE id = ?`, account)
	}
	if err := tx.change(ctx, "account", `UPDATE account SET disabled_at = ? WHERE id = ?`, toMicros(at), account); err != nil {
		return err
	}
	_, err := tx.exec(ctx, `DELETE FROM session WHERE account_id = ?`, account)
	return err
}

// RemoveMember ends a membership and what hangs on it; an account that is a member
// nowhere else goes, so that its address can be added again. An organization keeps
// at least one Full Admin who can sign in.
func (t Accounts) RemoveMember(ctx context.Context, org, account string) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		return tx.keepAdmin(ctx, org, func() error { return tx.removeMember(ctx, org, account) })
	})
}

func (tx *Tx) removeMember(ctx context.Context, org, account string) error {
	email, err := one(ctx, tx, "member", scalar[string], `SELECT a.email FROM account a JOIN membership m ON m.account_id = a.id WHERE m.org_id = ? AND a.id = ?`, org, account)
	if err != nil {
		return err
	}
	if err := tx.scimLeft(ctx, org, account, tx.db.Audit.now()); err != nil {
		return err
	}
	if err := tx.endSessions(ctx, org, account); err != nil {
		return err
	}
	for _, q := range []string{
		`DELETE FROM member_role WHERE org_id = ? AND account_id = ?`,
		`DELETE FROM confirmation WHERE org_id = ? AND account_id = ?`,
	} {
		if _, err := tx.exec(ctx, q, org, account); err != nil {
			return err
		}
	}
	if err := tx.change(ctx, "member", `DELETE FROM membership WHERE org_id = ? AND account_id = ?`, org, account); err != nil {
		return err
	}
	for _, q := range []string{
		`DELETE FROM api_token WHERE org_id = ? AND account_id = ?`,
		`DELETE FROM signin_link WHERE org_id = ? AND account_id = ?`,
		`DELETE FROM sso_identity WHERE org_id = ? AND account_id = ?`,
		`DELETE FROM sso_exempt WHERE org_id = ? AND account_id = ?`,
		`DELETE FROM session_grant WHERE org_id = ? AND session_id IN (SELECT id FROM session WHERE account_id = ?)`,
	} {
		if _, err := tx.exec(ctx, q, org, account); err != nil {
			return err
		}
	}
	if _, err := tx.exec(ctx, `DELETE FROM account WHERE id = ? AND NOT EXISTS (SELECT 1 FROM membership m WHERE m.account_id = account.id)`, account); err != nil {
		return err
	}
	return tx.Audit(ctx, org, audit.Note{Action: "member.removed", Object: "account:" + account, Detail: map[string]any{"email": email}})
}

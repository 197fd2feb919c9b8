package store

import (
	"context"
	"database/sql"
	"time"

	"sallyport/internal/audit"
	"sallyport/internal/errs"
	"sallyport/internal/portal"
)

// Sessions is the session table.
type Sessions struct{ db *DB }

const sessionColumns = `s.id, s.account_id, s.org_id, s.method, s.created_at, s.seen_at, s.ends_at, s.agent, s.addr, s.proved_at, s.second, ` + policyColumns

// whoColumns are whom a session or token stands for, and joinWho where they come
// from: an account that may sign in, of an active member of the organization.
const (
	whoColumns = `a.id, a.email, CASE WHEN m.name = '' THEN a.name ELSE m.name END, a.password_hash, a.created_at, a.disabled_at, o.id, o.slug, o.name, o.created_at, ` + managedBy
	joinWho    = ` JOIN account a ON a.id = s.account_id AND a.disabled_at = 0
		JOIN membership m ON m.account_id = s.account_id AND m.org_id = s.org_id AND m.state = 'active' JOIN organization o ON o.id = s.org_id ` + joinSSO
	// joinSSO finds out whether single sign-on is enabled in an organization and the
	// account is exempt of it, and managedBy whether its identity provider signs the
	// account in.
	joinSSO   = ` LEFT JOIN sso_config k ON k.org_id = s.org_id AND k.enabled = 1 LEFT JOIN sso_exempt x ON x.org_id = s.org_id AND x.account_id = s.account_id `
	managedBy = `CASE WHEN k.org_id IS NOT NULL AND x.account_id IS NULL THEN 1 ELSE 0 END`
	// joinGrant lets a session in where the proof that it has holds: a password or a
	// link where the identity provider is not in charge, or else its word.
	joinGrant = ` JOIN session_grant g ON g.session_id = s.id AND g.org_id = s.org_id
		AND (g.method <> 'saml' AND (k.org_id IS NULL OR x.account_id IS NOT NULL) OR g.method = 'saml' AND k.org_id IS NOT NULL AND g.version >= k.grants_from) `
)

// scanWho scans whoColumns, and further ones after them.
func scanWho(rows *sql.Rows, more ...any) (c portal.Caller, err error) {
	var created, managed int64
	c.Account, err = scanAccountAnd(rows, append([]any{&c.Org.ID, &c.Org.Slug, &c.Org.Name, &created, &managed}, more...)...)
	c.Org.CreatedAt, c.Managed = fromMicros(created), managed != 0
	return c, err
}

// sessionFields are where a session is scanned to; the times want done after.
func sessionFields(s *portal.Session) (fields []any, done func()) {
	var created, seen, ends, proved int64
	policy, read := policyFields(&s.Policy)
	return append([]any{&s.ID, &s.Account, &s.Org, &s.Method, &created, &seen, &ends, &s.Agent, &s.Addr, &proved, &s.Second}, policy...), func() {
		s.CreatedAt, s.SeenAt, s.EndsAt, s.ProvedAt = fromMicros(created), fromMicros(seen), fromMicros(ends), fromMicros(proved)
		read()
	}
}

// Add opens a session.
func (t Sessions) Add(ctx context.Context, hash string, s portal.Session) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		return tx.openSession(ctx, hash, s, sessionGrant{Org: s.Org, Method: s.Method, At: s.CreatedAt})
	})
}

func opened(s portal.Session) map[string]any {
	out := map[string]any{"method": s.Method, "agent": s.Agent}
	if s.Second != "" {
		out["second"] = s.Second
	}
	return out
}

// withRoles returns a caller with the roles that they have.
func withRoles(ctx context.Context, db *DB, c portal.Caller, err error) (portal.Caller, error) {
	if err != nil {
		return c, err
	}
	held, err := grants(ctx, db, c.Org.ID, c.Account.ID)
	c.Roles = portal.HeldBy(held[c.Account.ID], c.Managed)
	return c, err
}

// Find returns whose a session is, as the account, organization and roles are now.
func (t Sessions) Find(ctx context.Context, hash string) (portal.Caller, error) {
	c, err := one(ctx, t.db, "session", func(rows *sql.Rows) (portal.Caller, error) {
		var s portal.Session
		fields, done := sessionFields(&s)
		var until int64
		c, err := scanWho(rows, append(fields, &until)...)
		done()
		s.Until = fromMicros(until)
		c.Session = s
		return c, err
	}, `SELECT `+whoColumns+`, `+sessionColumns+`, g.until FROM session s`+joinWho+joinPolicy+joinGrant+`WHERE s.token_hash = ?`, hash)
	return withRoles(ctx, t.db, c, err)
}

// Touch notes a request.
func (t Sessions) Touch(ctx context.Context, session string, at time.Time) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		_, err := tx.exec(ctx, `UPDATE session SET seen_at = ? WHERE id = ? AND seen_at < ?`, toMicros(at), session, toMicros(at))
		return err
	})
}

// List returns an account's sessions, the newest first.
func (t Sessions) List(ctx context.Context, account string) ([]portal.Session, error) {
	return sessionsOf(ctx, t.db, account)
}

func sessionsOf(ctx context.Context, on querier, account string) ([]portal.Session, error) {
	return list(ctx, on, func(rows *sql.Rows) (s portal.Session, err error) {
		fields, done := sessionFields(&s)
		err = rows.Scan(fields...)
		done()
		return s, err
	}, `SELECT `+sessionColumns+` FROM session s`+joinPolicy+`WHERE s.account_id = ? ORDER BY s.created_at DESC, s.id DESC`, account)
}

// Prove notes that a session was proved to be its owner's.
func (t Sessions) Prove(ctx context.Context, s portal.Session, by, second portal.ProofMethod, at time.Time) error {
	return t.db.Write(ctx, func(tx *Tx) error { return tx.prove(ctx, s, by, second, at) })
}

// ProveArrived takes what arrived as a proof; see [portal.Provings].
func (t Sessions) ProveArrived(ctx context.Context, p portal.Proving) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		_, err := one(ctx, tx, "identity", scalar[string], `SELECT account_id FROM sso_identity WHERE org_id = ? AND name_id_key = ? AND account_id = ?`, p.Org, p.Key, p.Session.Account)
		if errs.KindOf(err) == errs.NotFound {
			return portal.ErrOtherPerson
		}
		if err != nil {
			return err
		}
		if err := tx.change(ctx, "arrival", `DELETE FROM sso_arrival WHERE hash = ?`, p.Hash); err != nil {
			return err
		}
		return tx.prove(ctx, p.Session, portal.ProofSAML, "", p.At)
	})
}

func (tx *Tx) prove(ctx context.Context, s portal.Session, by, second portal.ProofMethod, at time.Time) error {
	if err := tx.change(ctx, "session", `UPDATE session SET proved_at = ?, second = CASE WHEN ? = '' THEN second ELSE ? END WHERE id = ?`, toMicros(at), second, second, s.ID); err != nil {
		return err
	}
	who, err := tx.asAccount(ctx, s.Account, s.Addr)
	if err != nil {
		return err
	}
	return tx.Audit(ctx, s.Org, audit.Note{Action: "session.proved", Object: "session:" + s.ID, Actor: &who, Detail: map[string]any{"by": by}})
}

// End ends one session of an account.
func (t Sessions) End(ctx context.Context, account, session string) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		org, err := one(ctx, tx, "session", scalar[string], `SELECT org_id FROM session WHERE account_id = ? AND id = ?`, account, session)
		if err != nil {
			return err
		}
		if err := tx.change(ctx, "session", `DELETE FROM session WHERE account_id = ? AND id = ?`, account, session); err != nil {
			return err
		}
		return tx.Audit(ctx, org, audit.Note{Action: "session.ended", Object: "session:" + session, Detail: map[string]any{"of": "account:" + account}})
	})
}

// Refused tells of a sign-in that was refused, in the audit logs of the account's
// organizations; in the server's own where there is no such account.
func (t Sessions) Refused(ctx context.Context, account string, from portal.From) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		by, err := tx.asAccount(ctx, account, from.Addr)
		if err != nil {
			return err
		}
		return tx.auditAccount(ctx, account, audit.Note{Action: "session.refused", Object: by.ID, Outcome: "denied", Actor: &by, Detail: map[string]any{"agent": from.Agent[:min(len(from.Agent), 300)]}})
	})
}

// asAccount is an account as one who acts; "anonymous" for one that there is not.
func (tx *Tx) asAccount(ctx context.Context, account, addr string) (audit.Actor, error) {
	names, err := list(ctx, tx, scalar[string], `SELECT name FROM account WHERE id = ?`, account)
	if err != nil || len(names) == 0 {
		return audit.Actor{ID: "anonymous", Addr: addr}, err
	}
	return audit.Actor{ID: "account:" + account, Name: names[0], Addr: addr}, nil
}

// Sweep deletes the sessions that ended before now, or saw nobody since.
func (t Sessions) Sweep(ctx context.Context, now, since time.Time) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		_, err := tx.exec(ctx, `DELETE FROM session WHERE ends_at <= ? OR seen_at <= ?`, toMicros(now), toMicros(since))
		return err
	})
}

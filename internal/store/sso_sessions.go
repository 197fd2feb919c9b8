package store

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"sallyport/internal/audit"
	"sallyport/internal/errs"
	"sallyport/internal/portal"
)

// sessionGrant is an organization that a session may enter, and by what proof.
type sessionGrant struct {
	Org         string
	Method      portal.Method
	Version     int64
	At, Until   time.Time
	Key, NameID string
	Format      string
	Index       string
}

func (tx *Tx) addGrant(ctx context.Context, session string, g sessionGrant) error {
	_, err := tx.exec(ctx, `INSERT INTO session_grant (session_id, org_id, method, version, at, until, name_id_key, name_id, name_id_format, session_index) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (session_id, org_id) DO UPDATE SET method = excluded.method, version = excluded.version, at = excluded.at, until = excluded.until,
		name_id_key = excluded.name_id_key, name_id = excluded.name_id, name_id_format = excluded.name_id_format, session_index = excluded.session_index`,
		session, g.Org, g.Method, g.Version, toMicros(g.At), toMicros(g.Until), g.Key, g.NameID, g.Format, g.Index)
	return err
}

// openSession keeps a session with what it may enter.
func (tx *Tx) openSession(ctx context.Context, hash string, s portal.Session, g sessionGrant) error {
	_, err := tx.exec(ctx, `INSERT INTO session (id, token_hash, account_id, org_id, method, created_at, seen_at, ends_at, agent, addr, proved_at, second) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		s.ID, hash, s.Account, s.Org, s.Method, toMicros(s.CreatedAt), toMicros(s.SeenAt), toMicros(s.EndsAt), s.Agent, s.Addr, toMicros(s.ProvedAt), s.Second)
	if err != nil {
		return err
	}
	if err := tx.addGrant(ctx, s.ID, g); err != nil {
		return err
	}
	by, err := tx.asAccount(ctx, s.Account, s.Addr)
	if err != nil {
		return err
	}
	return tx.Audit(ctx, s.Org, audit.Note{Action: "session.opened", Object: "session:" + s.ID, Actor: &by, Detail: opened(s)})
}

// replaced returns the session of a token that another takes the place of. One of
// somebody else is not carried on, whatever is wanted.
func (tx *Tx) replaced(ctx context.Context, hash, account string, carry bool) ([]portal.Session, error) {
	if hash == "" {
		return nil, nil
	}
	old, err := list(ctx, tx, func(rows *sql.Rows) (s portal.Session, err error) {
		fields, done := sessionFields(&s)
		err = rows.Scan(fields...)
		done()
		return s, err
	}, `SELECT `+sessionColumns+` FROM session s`+joinPolicy+`WHERE s.token_hash = ?`, hash)
	if err == nil && carry && (len(old) == 0 || old[0].Account != account) {
		return nil, errs.New(errs.NotFound, "there is no such session")
	}
	return old, err
}

// endReplaced ends a session that another took the place of, which takes over what
// it may enter if that is wanted.
func (tx *Tx) endReplaced(ctx context.Context, old []portal.Session, by string, carry bool) error {
	for _, o := range old {
		if carry {
			_, err := tx.exec(ctx, `INSERT INTO session_grant (session_id, org_id, method, version, at, until, name_id_key, name_id, name_id_format, session_index)
				SELECT ?, org_id, method, version, at, until, name_id_key, name_id, name_id_format, session_index FROM session_grant WHERE session_id = ? ON CONFLICT (session_id, org_id) DO NOTHING`, by, o.ID)
			if err != nil {
				return err
			}
		}
		if err := tx.endSession(ctx, o, "replaced"); err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) endSession(ctx context.Context, s portal.Session, why string) error {
	n, err := tx.affected(ctx, `DELETE FROM session WHERE id = ?`, s.ID)
	if err != nil || n == 0 {
		return err
	}
	return tx.Audit(ctx, s.Org, audit.Note{Action: "session.ended", Object: "session:" + s.ID, Detail: map[string]any{"of": "account:" + s.Account, "why": why}})
}

// SSODirectory finds organizations and people for single sign-on.
type SSODirectory struct{ db *DB }

// Organization returns the organization of a slug or a name, if single sign-on is
// enabled there. A name that two have is none.
func (t SSODirectory) Organization(ctx context.Context, name string) (portal.Organization, error) {
	key := strings.ToLower(strings.TrimSpace(name))
	found, err := list(ctx, t.db, scanOrganization, `SELECT o.id, o.slug, o.name, o.created_at FROM organization o JOIN sso_config k ON k.org_id = o.id AND k.enabled = 1
		WHERE o.slug = ? OR lower(o.name) = ? ORDER BY CASE WHEN o.slug = ? THEN 0 ELSE 1 END LIMIT 2`, key, key, key)
	if err != nil {
		return portal.Organization{}, err
	}
	if len(found) == 0 || len(found) > 1 && found[0].Slug != key {
		return portal.Organization{}, errs.New(errs.NotFound, "there is no such organization")
	}
	return found[0], nil
}

// Only returns the server's organization where there is one alone, if single
// sign-on is enabled there.
func (t SSODirectory) Only(ctx context.Context) (portal.Organization, error) {
	return one(ctx, t.db, "organization", scanOrganization, `SELECT o.id, o.slug, o.name, o.created_at FROM organization o JOIN sso_config k ON k.org_id = o.id AND k.enabled = 1
		WHERE NOT EXISTS (SELECT 1 FROM organization x WHERE x.id <> o.id)`)
}

// OrganizationsOf returns those with single sign-on that the account of an address
// is a member of.
func (t SSODirectory) OrganizationsOf(ctx context.Context, key string) ([]portal.Organization, error) {
	return list(ctx, t.db, scanOrganization, `SELECT o.id, o.slug, o.name, o.created_at FROM organization o JOIN sso_config k ON k.org_id = o.id AND k.enabled = 1
		JOIN membership m ON m.org_id = o.id JOIN account a ON a.id = m.account_id WHERE a.email_key = ? ORDER BY o.name, o.id LIMIT 20`, key)
}

// Entrances returns the organizations that an account is an active member of.
func (t SSODirectory) Entrances(ctx context.Context, account, session string) ([]portal.Entrance, error) {
	return list(ctx, t.db, func(rows *sql.Rows) (e portal.Entrance, err error) {
		var created, managed, granted, proven int64
		err = rows.Scan(&e.ID, &e.Slug, &e.Name, &created, &managed, &granted, &proven)
		e.CreatedAt, e.Managed, e.Granted, e.Proven = fromMicros(created), managed != 0, granted != 0, proven != 0
		return e, err
	}, `SELECT o.id, o.slug, o.name, o.created_at, `+managedBy+`,
		(SELECT count(*) FROM session_grant g WHERE g.session_id = ? AND g.org_id = o.id),
		(SELECT count(*) FROM session_grant g WHERE g.session_id = ? AND g.method <> 'saml')
		FROM membership s JOIN organization o ON o.id = s.org_id `+joinSSO+` WHERE s.account_id = ? AND s.state = 'active' ORDER BY o.name, o.id`, session, session, account)
}

// Switch opens a session in the place of another, with what that may enter and
// one more organization, by password.
func (t SSODirectory) Switch(ctx context.Context, old, hash string, s portal.Session) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		was, err := tx.replaced(ctx, old, s.Account, true)
		if err != nil {
			return err
		}
		if err := tx.openSession(ctx, hash, s, sessionGrant{Org: s.Org, Method: portal.ByPassword, At: s.CreatedAt}); err != nil {
			return err
		}
		return tx.endReplaced(ctx, was, s.ID, true)
	})
}

// Grant returns by which name the identity provider knows who has a session.
func (t SSODirectory) Grant(ctx context.Context, session string) (portal.NameGrant, error) {
	return one(ctx, t.db, "grant", func(rows *sql.Rows) (g portal.NameGrant, err error) {
		return g, rows.Scan(&g.OrgID, &g.Method, &g.NameID, &g.NameFormat, &g.SessionIndex)
	}, `SELECT g.org_id, g.method, g.name_id, g.name_id_format, g.session_index FROM session_grant g JOIN session s ON s.id = g.session_id AND s.org_id = g.org_id WHERE s.id = ?`, session)
}

// EndSessions ends what sessions may do in an organization; see
// [portal.SSODirectory]. A session that is in another organization now goes on
// there.
func (t SSODirectory) EndSessions(ctx context.Context, who portal.Whose) (ended []portal.Session, err error) {
	err = t.db.Write(ctx, func(tx *Tx) error {
		ended, err = tx.endByName(ctx, who)
		return err
	})
	return ended, err
}

func (tx *Tx) endByName(ctx context.Context, who portal.Whose) ([]portal.Session, error) {
	type held struct {
		portal.Session

		index string
	}
	where, arg := `g.name_id_key = ?`, who.Key
	switch {
	case who.Address != "":
		where, arg = `EXISTS (SELECT 1 FROM membership m JOIN account a ON a.id = m.account_id WHERE m.org_id = g.org_id AND m.account_id = s.account_id AND (a.email_key = ? OR lower(m.user_name) = ?))`, who.Address
	case who.External != "":
		where, arg = `EXISTS (SELECT 1 FROM scim_record u WHERE u.org_id = g.org_id AND u.kind = 'User' AND u.account_id = s.account_id AND u.external_id = ?)`, who.External
	}
	args := []any{who.Org, arg}
	if who.Address != "" {
		args = append(args, arg)
	}
	found, err := list(ctx, tx, func(rows *sql.Rows) (h held, err error) {
		fields, done := sessionFields(&h.Session)
		err = rows.Scan(append(fields, &h.index)...)
		done()
		return h, err
	}, `SELECT `+sessionColumns+`, g.session_index FROM session_grant g JOIN session s ON s.id = g.session_id`+joinPolicy+`WHERE g.org_id = ? AND `+where, args...)
	if err != nil {
		return nil, err
	}
	out := []portal.Session{}
	for _, h := range found {
		if len(who.Sessions) > 0 && !slices.Contains(who.Sessions, h.index) {
			continue
		}
		if _, err := tx.exec(ctx, `DELETE FROM session_grant WHERE session_id = ? AND org_id = ?`, h.ID, who.Org); err != nil {
			return nil, err
		}
		if h.Org != who.Org {
			continue
		}
		if err := tx.endSession(ctx, h.Session, who.Rule); err != nil {
			return nil, err
		}
		out = append(out, h.Session)
	}
	return out, nil
}

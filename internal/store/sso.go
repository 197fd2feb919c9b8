package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"sallyport/internal/audit"
	"sallyport/internal/errs"
	"sallyport/internal/portal"
)

// SSO is how organizations sign in: the sso_config table and those around it.
type SSO struct{ db *DB }

const ssoConfigColumns = `org_id, enabled, version, metadata, metadata_at, metadata_url, groups_attribute, tried_at, refresh_error, updated_at, updated_by`

func scanSSOConfig(rows *sql.Rows) (c portal.SSOConfig, err error) {
	var enabled, at, tried, updated int64
	err = rows.Scan(&c.Org, &enabled, &c.Version, &c.Metadata, &at, &c.MetadataURL, &c.GroupsAttribute, &tried, &c.RefreshError, &updated, &c.UpdatedBy)
	c.Enabled, c.MetadataAt, c.TriedAt, c.UpdatedAt = enabled != 0, fromMicros(at), fromMicros(tried), fromMicros(updated)
	return c, err
}

// Live returns what is in force in an organization, or was.
func (t SSO) Live(ctx context.Context, org string) (portal.SSOConfig, error) {
	return liveSSO(t.db.brief(ctx), t.db, org, "")
}

func liveSSO(ctx context.Context, on querier, org, lock string) (portal.SSOConfig, error) {
	c, err := one(ctx, on, "configuration of single sign-on", scanSSOConfig, `SELECT `+ssoConfigColumns+` FROM sso_config WHERE org_id = ?`+lock, org)
	if err != nil {
		return c, err
	}
	c.Groups, err = list(ctx, on, func(rows *sql.Rows) (g portal.GroupRole, err error) { return g, rows.Scan(&g.Group, &g.Role) },
		`SELECT group_name, role_id FROM sso_group_role WHERE org_id = ? ORDER BY group_name, role_id`, org)
	if err != nil {
		return c, err
	}
	c.Exempt, err = list(ctx, on, scalar[string], `SELECT account_id FROM sso_exempt WHERE org_id = ? ORDER BY account_id`, org)
	return c, err
}

func scanSSODraft(rows *sql.Rows) (d portal.SSODraft, err error) {
	var text string
	var updated int64
	if err := rows.Scan(&d.Org, &text, &d.Hash, &updated, &d.UpdatedBy); err != nil {
		return d, err
	}
	d.UpdatedAt = fromMicros(updated)
	if err := json.Unmarshal([]byte(text), &d.SSOSettings); err != nil {
		return d, fmt.Errorf("read draft: %w", err)
	}
	return d, nil
}

// Draft returns the draft of an organization.
func (t SSO) Draft(ctx context.Context, org string) (portal.SSODraft, error) {
	return draftSSO(ctx, t.db, org, "")
}

func draftSSO(ctx context.Context, on querier, org, lock string) (portal.SSODraft, error) {
	return one(ctx, on, "draft of single sign-on", scanSSODraft, `SELECT org_id, settings, hash, updated_at, updated_by FROM sso_draft WHERE org_id = ?`+lock, org)
}

// PutDraft keeps a draft in the place of an earlier one.
func (t SSO) PutDraft(ctx context.Context, d portal.SSODraft) error {
	text, err := json.Marshal(d.SSOSettings)
	if err != nil {
		return err
	}
	return t.db.Write(ctx, func(tx *Tx) error {
		_, err := tx.exec(ctx, `INSERT INTO sso_draft (org_id, settings, hash, updated_at, updated_by) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (org_id) DO UPDATE SET settings = excluded.settings, hash = excluded.hash, updated_at = excluded.updated_at, updated_by = excluded.updated_by`,
			d.Org, string(text), d.Hash, toMicros(d.UpdatedAt), d.UpdatedBy)
		if err != nil {
			return err
		}
		return tx.Audit(ctx, d.Org, audit.Note{Action: "sso.drafted", Object: "sso:" + d.Org, Detail: map[string]any{"draft": d.Hash, "groups": d.Groups, "exempt": d.Exempt, "metadataUrl": d.MetadataURL}})
	})
}

// DropDraft forgets the draft, if there is one.
func (t SSO) DropDraft(ctx context.Context, org string) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		n, err := tx.affected(ctx, `DELETE FROM sso_draft WHERE org_id = ?`, org)
		if err != nil || n == 0 {
			return err
		}
		return tx.Audit(ctx, org, audit.Note{Action: "sso.draft_dropped", Object: "sso:" + org})
	})
}

// Publish puts the draft in force; see [portal.SSOConfigs]. Whoever changes roles
// or members of the organization waits meanwhile.
func (t SSO) Publish(ctx context.Context, p portal.SSOPublish) (out portal.SSOConfig, err error) {
	err = t.db.Write(ctx, func(tx *Tx) error {
		if err := tx.holdRoles(ctx, p.Org); err != nil {
			return err
		}
		st, err := tx.ssoState(ctx, p)
		if err != nil {
			return err
		}
		if p.Hash != "" && p.Hash != st.Draft.Hash {
			return errs.New(errs.Conflict, "the draft was changed meanwhile: look at it again")
		}
		if err := p.Check(st); err != nil {
			return err
		}
		out, err = tx.putSSO(ctx, p, st)
		return err
	})
	return out, err
}

// ssoState reads what decides whether a draft may be in force.
func (tx *Tx) ssoState(ctx context.Context, p portal.SSOPublish) (st portal.SSOState, err error) {
	if st.Draft, err = draftSSO(ctx, tx, p.Org, tx.db.d.forUpdate); err != nil {
		return st, err
	}
	if st.Live, err = liveSSO(ctx, tx, p.Org, tx.db.d.forUpdate); err != nil && errs.KindOf(err) != errs.NotFound {
		return st, err
	}
	if st.Doors, err = tx.doorsAmong(ctx, p.Org, st.Draft.Exempt); err != nil {
		return st, err
	}
	managed := st.Live.Enabled && !slices.Contains(st.Live.Exempt, p.By)
	held, err := grants(ctx, tx, p.Org, p.By)
	if err != nil {
		return st, err
	}
	for _, r := range portal.HeldBy(held[p.By], managed) {
		st.Admin = st.Admin || r.ID == portal.Admin
	}
	hash, err := list(ctx, tx, scalar[sql.NullString], `SELECT a.password_hash FROM account a JOIN membership m ON m.account_id = a.id WHERE m.org_id = ? AND a.id = ? AND m.state = 'active' AND a.disabled_at = 0`, p.Org, p.By)
	if err != nil {
		return st, err
	}
	st.Password = len(hash) > 0 && hash[0].String != ""
	tests, err := list(ctx, tx, scanSSOTest, `SELECT `+ssoTestColumns+` FROM sso_test WHERE org_id = ? AND account_id = ? ORDER BY created_at DESC, id DESC LIMIT 1`, p.Org, p.By)
	if err != nil {
		return st, err
	}
	if len(tests) > 0 {
		st.Test = &tests[0]
	}
	for _, r := range portal.Builtins() {
		st.Roles = append(st.Roles, r.ID)
	}
	own, err := list(ctx, tx, scalar[string], `SELECT id FROM role WHERE org_id = ?`, p.Org)
	st.Roles = append(st.Roles, own...)
	return st, err
}

// doorsAmong returns those of accounts by which an organization can be entered whatever
// its identity provider says: Full Admins by hand, active, with a password.
func (tx *Tx) doorsAmong(ctx context.Context, org string, among []string) ([]string, error) {
	all, err := list(ctx, tx, scalar[string], `SELECT a.id FROM member_role r JOIN membership m ON m.org_id = r.org_id AND m.account_id = r.account_id JOIN account a ON a.id = r.account_id
		WHERE r.org_id = ? AND r.role_id = ? AND r.source = ? AND m.state = 'active' AND a.disabled_at = 0 AND a.password_hash IS NOT NULL AND a.password_hash <> '' ORDER BY a.id`, org, portal.Admin, portal.Manual)
	return slices.DeleteFunc(all, func(id string) bool { return !slices.Contains(among, id) }), err
}

// liveDoors counts the doors of an organization with single sign-on; -1 where
// there is none, and passwords open anyway.
func (tx *Tx) liveDoors(ctx context.Context, org string) (int, error) {
	exempt, enabled, err := tx.exempt(ctx, org)
	if err != nil || !enabled {
		return -1, err
	}
	ds, err := tx.doorsAmong(ctx, org, exempt)
	return len(ds), err
}

// exempt returns who may use a password in an organization although single sign-on
// is enabled there.
func (tx *Tx) exempt(ctx context.Context, org string) (accounts []string, enabled bool, err error) {
	accounts, err = list(ctx, tx, scalar[string], `SELECT COALESCE(x.account_id, '') FROM sso_config k LEFT JOIN sso_exempt x ON x.org_id = k.org_id WHERE k.org_id = ? AND k.enabled = 1`, org)
	return accounts, len(accounts) > 0, err
}

// putSSO writes what is in force from now on. Sign-ins from before hold on where
// the identity provider is the same and every group still gives what it gave.
func (tx *Tx) putSSO(ctx context.Context, p portal.SSOPublish, st portal.SSOState) (portal.SSOConfig, error) {
	d, version := st.Draft, st.Live.Version+1
	_, err := tx.exec(ctx, `INSERT INTO sso_config (org_id, enabled, version, grants_from, metadata, metadata_at, metadata_url, groups_attribute, tried_at, refresh_error, updated_at, updated_by)
		VALUES (?, 1, ?, ?, ?, ?, ?, ?, ?, '', ?, ?)
		ON CONFLICT (org_id) DO UPDATE SET enabled = 1, version = excluded.version, grants_from = CASE WHEN ? = 1 THEN sso_config.grants_from ELSE excluded.grants_from END,
		metadata = excluded.metadata, metadata_at = excluded.metadata_at, metadata_url = excluded.metadata_url, groups_attribute = excluded.groups_attribute,
		tried_at = excluded.tried_at, refresh_error = '', updated_at = excluded.updated_at, updated_by = excluded.updated_by`,
		p.Org, version, version, d.Metadata, toMicros(d.MetadataAt), d.MetadataURL, d.GroupsAttribute, toMicros(p.At), toMicros(p.At), p.By, flag(grantsHold(st)))
	if err != nil {
		return portal.SSOConfig{}, err
	}
	for _, q := range []string{`DELETE FROM sso_group_role WHERE org_id = ?`, `DELETE FROM sso_exempt WHERE org_id = ?`, `DELETE FROM sso_draft WHERE org_id = ?`} {
		if _, err := tx.exec(ctx, q, p.Org); err != nil {
			return portal.SSOConfig{}, err
		}
	}
	for _, g := range d.Groups {
		if _, err := tx.exec(ctx, `INSERT INTO sso_group_role (org_id, group_name, role_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, p.Org, g.Group, g.Role); err != nil {
			return portal.SSOConfig{}, err
		}
	}
	for _, who := range d.Exempt {
		if _, err := tx.exec(ctx, `INSERT INTO sso_exempt (org_id, account_id) SELECT org_id, account_id FROM membership WHERE org_id = ? AND account_id = ? ON CONFLICT DO NOTHING`, p.Org, who); err != nil {
			return portal.SSOConfig{}, err
		}
	}
	err = tx.Audit(ctx, p.Org, audit.Note{Action: "sso.saved", Object: "sso:" + p.Org, Detail: map[string]any{
		"version": version, "draft": d.Hash, "withoutTest": p.Override, "groups": d.Groups, "exempt": d.Exempt, "wasEnabled": st.Live.Enabled,
	}})
	if err != nil {
		return portal.SSOConfig{}, err
	}
	if err := tx.FollowGroups(ctx, p.Org); err != nil {
		return portal.SSOConfig{}, err
	}
	return liveSSO(ctx, tx, p.Org, "")
}

// grantsHold reports whether those who signed in before stay signed in.
func grantsHold(st portal.SSOState) bool {
	if !st.Live.Enabled || st.Live.Metadata != st.Draft.Metadata || st.Live.GroupsAttribute != st.Draft.GroupsAttribute {
		return false
	}
	for _, g := range st.Live.Groups {
		if !slices.Contains(st.Draft.Groups, g) {
			return false
		}
	}
	return true
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Disable switches single sign-on off: passwords hold again, and what the identity
// provider said does not.
func (t SSO) Disable(ctx context.Context, org, by string, at time.Time) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		if err := tx.holdRoles(ctx, org); err != nil {
			return err
		}
		n, err := tx.affected(ctx, `UPDATE sso_config SET enabled = 0, version = version + 1, grants_from = version + 1, updated_at = ?, updated_by = ? WHERE org_id = ? AND enabled = 1`, toMicros(at), by, org)
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.New(errs.Conflict, "single sign-on is not enabled")
		}
		return tx.Audit(ctx, org, audit.Note{Action: "sso.disabled", Object: "sso:" + org})
	})
}

// Refreshed notes what fetching the metadata came to.
func (t SSO) Refreshed(ctx context.Context, org, metadata, problem string, at time.Time) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		if problem != "" {
			return tx.change(ctx, "configuration of single sign-on", `UPDATE sso_config SET tried_at = ?, refresh_error = ? WHERE org_id = ?`, toMicros(at), problem, org)
		}
		before, err := liveSSO(ctx, tx, org, tx.db.d.forUpdate)
		if err != nil {
			return err
		}
		if err := tx.change(ctx, "configuration of single sign-on", `UPDATE sso_config SET metadata = ?, metadata_at = ?, tried_at = ?, refresh_error = '' WHERE org_id = ?`, metadata, toMicros(at), toMicros(at), org); err != nil || before.Metadata == metadata {
			return err
		}
		return tx.Audit(ctx, org, audit.Note{Action: "sso.refreshed", Object: "sso:" + org, Detail: map[string]any{"from": before.MetadataURL}})
	})
}

// DueForRefresh returns what is in force of organizations whose metadata has a URL
// and was not tried since a time.
func (t SSO) DueForRefresh(ctx context.Context, since time.Time) ([]portal.SSOConfig, error) {
	return list(ctx, t.db, scanSSOConfig, `SELECT `+ssoConfigColumns+` FROM sso_config WHERE enabled = 1 AND metadata_url <> '' AND tried_at <= ? ORDER BY tried_at`, toMicros(since))
}

// ssoKey is a row of the sso_key table.
type ssoKey struct {
	ID, Org string
	Sealed  []byte
}

func sealedSSOKeys() sealed[ssoKey] {
	return sealed[ssoKey]{
		table: "sso_key", columns: "id, org_id, sealed", column: "sealed",
		scan: func(rows *sql.Rows) (k ssoKey, err error) { return k, rows.Scan(&k.ID, &k.Org, &k.Sealed) },
		key:  func(k ssoKey) (string, string) { return k.ID, k.Org },
	}
}

// ResealKeys seals every organization's key anew, and returns how many there are.
func (t SSO) ResealKeys(ctx context.Context, fn func(org string, sealed []byte) ([]byte, error)) (int, error) {
	return sealedSSOKeys().reseal(ctx, t.db, func(k ssoKey) ([]byte, error) { return fn(k.Org, k.Sealed) })
}

// Key returns an organization's key, and its certificate in DER.
func (t SSO) Key(ctx context.Context, org string) (sealed, certificate []byte, err error) {
	_, err = one(ctx, t.db, "key", func(rows *sql.Rows) (none struct{}, err error) {
		return none, rows.Scan(&sealed, &certificate)
	}, `SELECT sealed, certificate FROM sso_key WHERE org_id = ?`, org)
	return sealed, certificate, err
}

// AddKey keeps a key, unless there is one already.
func (t SSO) AddKey(ctx context.Context, org string, sealed, certificate []byte, at time.Time) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		_, err := tx.exec(ctx, `INSERT INTO sso_key (id, org_id, sealed, certificate, created_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (org_id) DO NOTHING`, "key-"+org, org, sealed, certificate, toMicros(at))
		return err
	})
}

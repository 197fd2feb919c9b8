package store

import (
	"context"
	"database/sql"
	"slices"

	"sallyport/internal/audit"
	"sallyport/internal/errs"
	"sallyport/internal/portal"
	"sallyport/internal/scim"
)

// followGroup has roles follow a group that was made, changed or deleted: before
// and after are what it is called, moved who came and went.
func (c scimChange) followGroup(ctx context.Context, before, after scimRow, m moved) error {
	names := []string{}
	for _, r := range []scimRow{before, after} {
		if r.Document != nil && !slices.Contains(names, r.Name()) {
			names = append(names, r.Name())
		}
	}
	these, args := among(c.db, "group_name", "text", names)
	n, err := one(ctx, c.tx, "count", scalar[int], `SELECT count(*) FROM sso_group_role WHERE org_id = ? AND `+these, append([]any{c.org.ID}, args...)...)
	if err != nil || n == 0 {
		return err
	}
	users := slices.Concat(m.added, m.removed)
	if len(names) > 1 { // it is called otherwise: that is about all who are in it
		all, err := c.memberIDs(ctx, after.ID)
		if err != nil {
			return err
		}
		users = append(users, all...)
	}
	return c.followUsers(ctx, users)
}

// followUsers gives users the roles of the groups that they are in.
func (c scimChange) followUsers(ctx context.Context, users []string) error {
	for ids := range slices.Chunk(users, 500) {
		these, args := among(c.db, "r.id", "text", ids)
		accounts, err := list(ctx, c.tx, scalar[string], `SELECT r.account_id FROM scim_record r WHERE r.org_id = ? AND r.kind = ? AND r.account_id <> '' AND `+these,
			append([]any{c.org.ID, scim.User}, args...)...)
		if err != nil {
			return err
		}
		if err := c.tx.followGroups(ctx, c.org.ID, accounts); err != nil {
			return err
		}
	}
	return nil
}

// FollowGroups gives all members of an organization the roles of the groups that
// were pushed and that they are in: for who changes which group has which role.
func (tx *Tx) FollowGroups(ctx context.Context, org string) error {
	if err := tx.holdRoles(ctx, org); err != nil {
		return err
	}
	accounts, err := list(ctx, tx, scalar[string], `SELECT r.account_id FROM scim_record r WHERE r.org_id = ? AND r.kind = ? AND r.account_id <> '' AND (
		r.id IN (SELECT m.user_id FROM scim_member m WHERE m.org_id = r.org_id) OR r.account_id IN (SELECT x.account_id FROM member_role x WHERE x.org_id = r.org_id AND x.source = ?))`,
		org, scim.User, portal.FromSCIM)
	if err != nil {
		return err
	}
	for some := range slices.Chunk(accounts, 500) {
		if err := tx.followGroups(ctx, org, some); err != nil {
			return err
		}
	}
	return nil
}

// held is a role that an account has.
type heldRole struct{ account, role string }

func scanHeldRole(rows *sql.Rows) (h heldRole, err error) { return h, rows.Scan(&h.account, &h.role) }

// followGroups makes the roles that accounts have by pushed groups those of the
// groups that they are in. The organization's last Full Admin who can sign in stays
// one, and the audit log says so.
func (tx *Tx) followGroups(ctx context.Context, org string, accounts []string) error {
	if len(accounts) == 0 {
		return nil
	}
	these, args := among(tx.db, "u.account_id", "text", accounts)
	want, err := list(ctx, tx, scanHeldRole, `SELECT DISTINCT u.account_id, x.role_id FROM scim_record u JOIN scim_member m ON m.org_id = u.org_id AND m.user_id = u.id
		JOIN scim_record g ON g.org_id = m.org_id AND g.kind = ? AND g.id = m.group_id JOIN sso_group_role x ON x.org_id = g.org_id AND x.group_name = g.name
		WHERE u.org_id = ? AND u.kind = ? AND u.active = 1 AND `+these, append([]any{scim.Group, org, scim.User}, args...)...)
	if err != nil {
		return err
	}
	these, args = among(tx.db, "account_id", "text", accounts)
	have, err := list(ctx, tx, scanHeldRole, `SELECT account_id, role_id FROM member_role WHERE org_id = ? AND source = ? AND `+these, append([]any{org, portal.FromSCIM}, args...)...)
	if err != nil {
		return err
	}
	for _, h := range want {
		if slices.Contains(have, h) {
			continue
		}
		if _, err := tx.exec(ctx, `INSERT INTO member_role (org_id, account_id, role_id, source) VALUES (?, ?, ?, ?)`, org, h.account, h.role, portal.FromSCIM); err != nil {
			return err
		}
	}
	for _, h := range have {
		if slices.Contains(want, h) {
			continue
		}
		if err := tx.takeRole(ctx, org, h); err != nil {
			return err
		}
	}
	return nil
}

// takeRole takes a role away that came by a group.
func (tx *Tx) takeRole(ctx context.Context, org string, h heldRole) error {
	const take = `DELETE FROM member_role WHERE org_id = ? AND account_id = ? AND role_id = ? AND source = ?`
	if h.role != portal.Admin {
		_, err := tx.exec(ctx, take, org, h.account, h.role, portal.FromSCIM)
		return err
	}
	last, err := tx.lastAdmin(ctx, org, h.account)
	if err != nil {
		return err
	}
	if !last {
		_, err = tx.exec(ctx, take, org, h.account, h.role, portal.FromSCIM)
		return err
	}
	sources, err := one(ctx, tx, "count", scalar[int], `SELECT count(*) FROM member_role WHERE org_id = ? AND account_id = ? AND role_id = ?`, org, h.account, h.role)
	if err != nil {
		return err
	}
	if sources > 1 { // it is theirs by hand as well
		_, err = tx.exec(ctx, take, org, h.account, h.role, portal.FromSCIM)
		return err
	}
	return tx.Audit(ctx, org, audit.Note{
		Action: "member.role_kept", Object: "account:" + h.account + " role:" + h.role, Outcome: errs.Conflict.String(),
		Detail: map[string]any{"reason": "the identity provider took the role of the last Full Admin who can sign in"},
	})
}

// MapGroup has a group give a role to who is in it, from now on.
func (db *DB) MapGroup(ctx context.Context, org, group, role string) error {
	return db.Write(ctx, func(tx *Tx) error {
		if _, err := tx.exec(ctx, `INSERT INTO sso_group_role (org_id, group_name, role_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, org, group, role); err != nil {
			return err
		}
		return tx.FollowGroups(ctx, org)
	})
}

package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"sallyport/internal/audit"
	"sallyport/internal/errs"
	"sallyport/internal/portal"
)

// Roles is the role table: organizations' own roles.
type Roles struct{ db *DB }

func scanRole(rows *sql.Rows) (r portal.Role, err error) {
	var permissions string
	if err := rows.Scan(&r.ID, &r.Name, &permissions); err != nil {
		return r, err
	}
	return r, permissionsFrom(permissions, &r.Permissions)
}

func permissionsFrom(text string, to *[]portal.Permission) error {
	if err := json.Unmarshal([]byte(text), to); err != nil {
		return fmt.Errorf("read permissions: %w", err)
	}
	return nil
}

func permissionsText(ps []portal.Permission) (string, error) {
	text, err := json.Marshal(ps)
	return string(text), err
}

// List returns an organization's own roles by name.
func (t Roles) List(ctx context.Context, org string) ([]portal.Role, error) {
	return list(ctx, t.db, scanRole, `SELECT id, name, permissions FROM role WHERE org_id = ? ORDER BY lower(name)`, org)
}

// Add keeps a role. Another one of its name is a conflict.
func (t Roles) Add(ctx context.Context, org string, r portal.Role, at time.Time) error {
	permissions, err := permissionsText(r.Permissions)
	if err != nil {
		return err
	}
	return named(t.db.Write(ctx, func(tx *Tx) error {
		if _, err := tx.exec(ctx, `INSERT INTO role (id, org_id, name, permissions, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?)`, r.ID, org, r.Name, permissions, toMicros(at), toMicros(at)); err != nil {
			return err
		}
		return tx.Audit(ctx, org, audit.Note{Action: "role.added", Object: "role:" + r.ID, Detail: map[string]any{"name": r.Name, "permissions": r.Permissions}})
	}), r)
}

func named(err error, r portal.Role) error {
	if errs.KindOf(err) == errs.Conflict {
		return errs.New(errs.Conflict, "there is a role %q already", r.Name)
	}
	return err
}

// Change replaces a role's name and permissions, if check has nothing against it.
func (t Roles) Change(ctx context.Context, org string, r portal.Role, check func(before portal.Role) error, at time.Time) error {
	permissions, err := permissionsText(r.Permissions)
	if err != nil {
		return err
	}
	return named(t.db.Write(ctx, func(tx *Tx) error {
		if err := tx.holdRoles(ctx, org); err != nil {
			return err
		}
		before, err := tx.ownRole(ctx, org, r.ID)
		if err != nil {
			return err
		}
		if err := check(before); err != nil {
			return err
		}
		if err := tx.change(ctx, "role", `UPDATE role SET name = ?, permissions = ?, updated_at = ? WHERE id = ? AND org_id = ?`, r.Name, permissions, toMicros(at), r.ID, org); err != nil {
			return err
		}
		return tx.Audit(ctx, org, audit.Note{Action: "role.changed", Object: "role:" + r.ID, Detail: map[string]any{
			"name": r.Name, "permissions": r.Permissions, "before": map[string]any{"name": before.Name, "permissions": before.Permissions},
		}})
	}), r)
}

// Remove deletes a role, and its part in the delegation of flows. One that
// somebody has is a conflict that names them.
func (t Roles) Remove(ctx context.Context, org, role string) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		if err := tx.holdRoles(ctx, org); err != nil {
			return err
		}
		before, err := tx.ownRole(ctx, org, role)
		if err != nil {
			return err
		}
		holders, err := list(ctx, tx, scalar[string], `SELECT DISTINCT a.name FROM member_role m JOIN account a ON a.id = m.account_id WHERE m.org_id = ? AND m.role_id = ? ORDER BY a.name`, org, role)
		if err != nil {
			return err
		}
		if len(holders) > 0 {
			return errs.New(errs.Conflict, "the role is held by %s: take it from them first", strings.Join(holders, ", "))
		}
		mapped, err := list(ctx, tx, scalar[string], `SELECT group_name FROM sso_group_role WHERE org_id = ? AND role_id = ? ORDER BY group_name`, org, role)
		if err != nil {
			return err
		}
		if len(mapped) > 0 {
			return errs.New(errs.Conflict, "the groups %s of the identity provider map to the role: change that first", strings.Join(mapped, ", "))
		}
		if _, err := tx.exec(ctx, `DELETE FROM flow_delegate WHERE org_id = ? AND kind = ? AND subject = ?`, org, DelegateRole, role); err != nil {
			return err
		}
		if err := tx.change(ctx, "role", `DELETE FROM role WHERE id = ? AND org_id = ?`, role, org); err != nil {
			return err
		}
		return tx.Audit(ctx, org, audit.Note{Action: "role.deleted", Object: "role:" + role, Detail: map[string]any{"name": before.Name}})
	})
}

// holdRoles has all who change roles of an organization, or who has them, do so
// one after another.
func (tx *Tx) holdRoles(ctx context.Context, org string) error { return tx.hold(ctx, "roles "+org) }

func (tx *Tx) ownRole(ctx context.Context, org, role string) (portal.Role, error) {
	return one(ctx, tx, "role", scanRole, `SELECT id, name, permissions FROM role WHERE id = ? AND org_id = ?`, role, org)
}

// role returns a role that can be granted in an organization.
func (tx *Tx) role(ctx context.Context, org, role string) (portal.Role, error) {
	if r, ok := portal.Builtin(role); ok {
		return r, nil
	}
	r, err := tx.ownRole(ctx, org, role)
	if errs.KindOf(err) == errs.NotFound {
		err = &portal.FieldError{Field: "roles", Err: errs.New(errs.Invalid, "there is no role %q", role)}
	}
	return r, err
}

// grants returns the roles that these members of an organization have, by account.
func grants(ctx context.Context, on querier, org string, accounts ...string) (map[string][]portal.Grant, error) {
	out := map[string][]portal.Grant{}
	for part := range slices.Chunk(accounts, 500) {
		if err := grantsOf(ctx, on, org, part, out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func grantsOf(ctx context.Context, on querier, org string, accounts []string, out map[string][]portal.Grant) error {
	_, err := list(ctx, on, func(rows *sql.Rows) (none struct{}, err error) {
		var who, role, name, permissions string
		var g portal.Grant
		if err := rows.Scan(&who, &role, &g.Source, &name, &permissions); err != nil {
			return none, err
		}
		builtin, ok := portal.Builtin(role)
		switch {
		case ok:
			g.Role = builtin
		case permissions == "": // of a role that there is not
			return none, nil
		default:
			g.Role = portal.Role{ID: role, Name: name}
			if err := permissionsFrom(permissions, &g.Permissions); err != nil {
				return none, err
			}
		}
		out[who] = append(out[who], g)
		return none, nil
	}, `SELECT m.account_id, m.role_id, m.source, COALESCE(r.name, ''), COALESCE(r.permissions, '') FROM member_role m
		LEFT JOIN role r ON r.id = m.role_id AND r.org_id = m.org_id WHERE m.org_id = ? AND m.account_id IN `+in(len(accounts))+` ORDER BY m.account_id, m.role_id, m.source`,
		append([]any{org}, anys(accounts)...)...)
	return err
}

// grant gives a member roles of one source.
func (tx *Tx) grant(ctx context.Context, m portal.Membership, source portal.RoleSource, may func(portal.Role) error) error {
	for _, id := range m.Roles {
		r, err := tx.role(ctx, m.Org, id)
		if err != nil {
			return err
		}
		n, err := tx.affected(ctx, `INSERT INTO member_role (org_id, account_id, role_id, source) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`, m.Org, m.Account, r.ID, source)
		if err != nil {
			return err
		}
		if n == 0 || may == nil {
			continue
		}
		if err := may(r); err != nil {
			return &portal.FieldError{Field: "roles", Err: err}
		}
	}
	return nil
}

// setRoles replaces the roles that a member has of one source. Those that they
// had, may is not asked about.
func (tx *Tx) setRoles(ctx context.Context, m portal.Membership, source portal.RoleSource, may func(portal.Role) error) error {
	stay := append([]any{m.Org, m.Account, source}, anys(m.Roles)...)
	q := `DELETE FROM member_role WHERE org_id = ? AND account_id = ? AND source = ?`
	if len(m.Roles) > 0 {
		q += ` AND role_id NOT IN ` + in(len(m.Roles))
	}
	if _, err := tx.exec(ctx, q, stay...); err != nil {
		return err
	}
	return tx.grant(ctx, m, source, may)
}

// keepAdmin carries out a change of an organization's members or roles, and
// refuses one that takes away its last Full Admin who can sign in: that is one
// with the builtin role, whatever roles of its own the organization has. Changes
// wait for each other here, so that of two who take each other's role one stays.
func (tx *Tx) keepAdmin(ctx context.Context, org string, change func() error) error {
	if err := tx.holdRoles(ctx, org); err != nil {
		return err
	}
	before, err := tx.admins(ctx, org)
	if err != nil {
		return err
	}
	doors, err := tx.liveDoors(ctx, org)
	if err != nil {
		return err
	}
	if err := change(); err != nil {
		return err
	}
	left, err := tx.liveDoors(ctx, org)
	if err != nil {
		return err
	}
	if doors > 0 && left == 0 {
		return errs.New(errs.Conflict, "this is the last Full Admin on the exempt list of single sign-on who can sign in with a password; put another one there first")
	}
	after, err := tx.admins(ctx, org)
	if err == nil && before > 0 && after == 0 {
		return errs.New(errs.Conflict, "this is the organization's last Full Admin who can sign in; make another one first")
	}
	return err
}

// admins counts an organization's Full Admins who can sign in.
func (tx *Tx) admins(ctx context.Context, org string) (int, error) {
	all, err := fullAdmins(ctx, tx, org)
	return len(all), err
}

// fullAdmins returns an organization's Full Admins who can sign in: through its
// identity provider or, where it has none, with what they have themselves. Somebody
// whom an identity provider brought in before it was switched off has nothing.
func fullAdmins(ctx context.Context, on querier, org string) ([]string, error) {
	return list(ctx, on, scalar[string], `SELECT DISTINCT r.account_id FROM member_role r JOIN membership m ON m.org_id = r.org_id AND m.account_id = r.account_id
		JOIN account a ON a.id = r.account_id WHERE r.org_id = ? AND r.role_id = ? AND m.state = 'active' AND a.disabled_at = 0
		AND (COALESCE(a.password_hash, '') <> '' OR EXISTS (SELECT 1 FROM factor f WHERE f.account_id = a.id AND f.kind = ?) OR EXISTS (SELECT 1 FROM sso_config k WHERE k.org_id = r.org_id AND k.enabled = 1))`,
		org, portal.Admin, portal.Passkey)
}

// LastAdmin returns the account of the one Full Admin who is left and can sign in,
// or "" where there are several.
func (t Roles) LastAdmin(ctx context.Context, org string) (string, error) {
	who, err := fullAdmins(ctx, t.db, org)
	if err != nil || len(who) != 1 {
		return "", err
	}
	return who[0], nil
}

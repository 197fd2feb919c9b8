package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"sallyport/internal/audit"
	"sallyport/internal/errs"
	"sallyport/internal/letter"
	"sallyport/internal/portal"
)

// Invitations is the invitation table.
type Invitations struct {
	db  *DB
	now func() time.Time
}

const invitationColumns = `id, org_id, email, name, roles, invited_by, created_at, sent_at, ends_at`

func scanInvitation(rows *sql.Rows) (i portal.Invitation, err error) {
	var created, sent, ends int64
	var roles string
	if err := rows.Scan(&i.ID, &i.Org, &i.Email, &i.Name, &roles, &i.InvitedBy, &created, &sent, &ends); err != nil {
		return i, err
	}
	i.CreatedAt, i.SentAt, i.EndsAt = fromMicros(created), fromMicros(sent), fromMicros(ends)
	if err := json.Unmarshal([]byte(roles), &i.Roles); err != nil {
		return i, fmt.Errorf("read the roles of an invitation: %w", err)
	}
	return i, nil
}

// Add keeps an invitation and its letter. A member's address is a conflict, and so
// is one that is invited already.
func (t Invitations) Add(ctx context.Context, hash string, i portal.Invitation, l letter.Letter) error {
	roles, err := json.Marshal(i.Roles)
	if err != nil {
		return err
	}
	key := portal.EmailKey(i.Email)
	err = t.db.Write(ctx, func(tx *Tx) error {
		if _, err := tx.exec(ctx, `DELETE FROM invitation WHERE org_id = ? AND email_key = ? AND ends_at <= ?`, i.Org, key, toMicros(t.now())); err != nil {
			return err
		}
		members, err := one(ctx, tx, "count", scalar[int], `SELECT count(*) FROM membership m JOIN account a ON a.id = m.account_id WHERE m.org_id = ? AND a.email_key = ?`, i.Org, key)
		if err != nil {
			return err
		}
		if members > 0 {
			return &portal.FieldError{Field: "email", Err: errs.New(errs.Conflict, "%s is a member already", i.Email)}
		}
		_, err = tx.exec(ctx, `INSERT INTO invitation (id, org_id, token_hash, email, email_key, name, roles, invited_by, created_at, sent_at, ends_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			i.ID, i.Org, hash, i.Email, key, i.Name, string(roles), i.InvitedBy, toMicros(i.CreatedAt), toMicros(i.SentAt), toMicros(i.EndsAt))
		if errs.KindOf(err) == errs.Conflict {
			return &portal.FieldError{Field: "email", Err: errs.New(errs.Conflict, "%s is invited already: send the invitation again, or take it back", i.Email)}
		}
		if err != nil {
			return err
		}
		if err := tx.AddLetter(ctx, l); err != nil {
			return err
		}
		return tx.Audit(ctx, i.Org, audit.Note{Action: "invitation.added", Object: "invitation:" + i.ID, Detail: map[string]any{"email": i.Email, "roles": i.Roles}})
	})
	return err
}

// List returns an organization's invitations, the newest first.
func (t Invitations) List(ctx context.Context, org string) ([]portal.Invitation, error) {
	return list(ctx, t.db, scanInvitation, `SELECT `+invitationColumns+` FROM invitation WHERE org_id = ? ORDER BY created_at DESC, id DESC`, org)
}

// Find returns the invitation of a token.
func (t Invitations) Find(ctx context.Context, hash string) (portal.Invitation, error) {
	return one(ctx, t.db, "invitation", scanInvitation, `SELECT `+invitationColumns+` FROM invitation WHERE token_hash = ?`, hash)
}

// Renew replaces the token of an invitation, and keeps its letter.
func (t Invitations) Renew(ctx context.Context, hash string, i portal.Invitation, l letter.Letter) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		if err := tx.change(ctx, "invitation", `UPDATE invitation SET token_hash = ?, sent_at = ?, ends_at = ? WHERE org_id = ? AND id = ?`, hash, toMicros(i.SentAt), toMicros(i.EndsAt), i.Org, i.ID); err != nil {
			return err
		}
		if err := tx.AddLetter(ctx, l); err != nil {
			return err
		}
		return tx.Audit(ctx, i.Org, audit.Note{Action: "invitation.sent_again", Object: "invitation:" + i.ID, Detail: map[string]any{"email": i.Email}})
	})
}

// Remove takes an invitation back.
func (t Invitations) Remove(ctx context.Context, org, id string) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		email, err := one(ctx, tx, "invitation", scalar[string], `SELECT email FROM invitation WHERE org_id = ? AND id = ?`, org, id)
		if err != nil {
			return err
		}
		if err := tx.change(ctx, "invitation", `DELETE FROM invitation WHERE org_id = ? AND id = ?`, org, id); err != nil {
			return err
		}
		return tx.Audit(ctx, org, audit.Note{Action: "invitation.removed", Object: "invitation:" + id, Detail: map[string]any{"email": email}})
	})
}

// Accept uses an invitation up, and makes the member, and the account where it is
// new.
func (t Invitations) Accept(ctx context.Context, hash string, a portal.Account, isNew bool, at time.Time) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		i, err := one(ctx, tx, "invitation", scanInvitation, `SELECT `+invitationColumns+` FROM invitation WHERE token_hash = ? AND ends_at > ?`+tx.db.d.forUpdate, hash, toMicros(at))
		if err != nil {
			return err
		}
		if err := tx.change(ctx, "invitation", `DELETE FROM invitation WHERE id = ?`, i.ID); err != nil {
			return err
		}
		m := portal.Membership{Org: i.Org, Account: a.ID, Roles: i.Roles, CreatedAt: at}
		by, err := tx.asAccount(ctx, a.ID, audit.Who(ctx).Addr)
		if err != nil {
			return err
		}
		if by.ID == "anonymous" { // the account is made now
			by.ID, by.Name = "account:"+a.ID, a.Name
		}
		if err := tx.Audit(ctx, i.Org, audit.Note{Action: "invitation.accepted", Object: "invitation:" + i.ID + " account:" + a.ID, Actor: &by, Detail: map[string]any{"email": i.Email}}); err != nil {
			return err
		}
		if isNew {
			return tx.join(ctx, a, m)
		}
		return tx.addMember(ctx, a, m)
	})
}

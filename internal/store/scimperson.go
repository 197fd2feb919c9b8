package store

import (
	"context"
	"errors"
	"time"

	"sallyport/internal/audit"
	"sallyport/internal/errs"
	"sallyport/internal/id"
	"sallyport/internal/portal"
	"sallyport/internal/scim"
)

// provision makes a user who is active a member of the organization: pending, and
// written to at once. An account that has the address already is linked; what it
// is elsewhere is neither changed nor told.
func (c scimChange) provision(ctx context.Context, r *scimRow) error {
	address, err := scimAddress(r.Record)
	if err != nil {
		return err
	}
	if r.account != "" { // whom deactivating has not removed: the last one who can come in
		return nil
	}
	account, err := c.account(ctx, address, *r)
	if err != nil {
		return err
	}
	other, err := list(ctx, c.tx, scalar[string], `SELECT name FROM scim_record WHERE org_id = ? AND account_id = ? AND account_id <> ''`, c.org.ID, account)
	if err != nil {
		return err
	}
	if len(other) > 0 {
		return errs.New(errs.Conflict, "the account with the address %.200s is %.200s here already", address, other[0])
	}
	_, err = c.tx.exec(ctx, `INSERT INTO membership (org_id, account_id, state, origin, name, user_name, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		c.org.ID, account, portal.Pending, portal.OriginSCIM, scimPerson(r.Record), r.Name(), toMicros(c.now))
	if err != nil {
		return err
	}
	r.account = account
	return c.askToConfirm(ctx, *r, address)
}

// account returns the account of an address, made where there is none.
func (c scimChange) account(ctx context.Context, address string, r scimRow) (string, error) {
	fresh, key := id.At(c.now), portal.EmailKey(address)
	n, err := c.tx.affected(ctx, `INSERT INTO account (id, email, email_key, name, created_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (email_key) DO NOTHING`,
		fresh, address, key, scimPerson(r.Record), toMicros(c.now))
	if err != nil || n > 0 {
		return fresh, err
	}
	return one(ctx, c.tx, "account", scalar[string], `SELECT id FROM account WHERE email_key = ?`, key)
}

// askToConfirm has the person written to whose membership is pending. Somebody who
// was just written to is not again.
func (c scimChange) askToConfirm(ctx context.Context, r scimRow, address string) error {
	asked := c.asked
	if asked == nil {
		a, err := c.ask(r.Record, address)
		if err != nil {
			return err
		}
		asked = &a
	}
	a := *asked
	a.Account = r.account
	err := c.tx.AskToConfirm(ctx, a)
	if _, soon := errors.AsType[*portal.LimitError](err); soon {
		return nil
	}
	return err
}

// profile carries a pushed profile over to the membership. Another address is to
// be confirmed anew: until then the member cannot come in. The account of somebody
// who is a member elsewhere, too, is not handed on to another address: whose that
// is becomes a member of their own.
func (c scimChange) profile(ctx context.Context, old scimRow, r *scimRow) error {
	was, err := scimAddress(old.Record)
	if err != nil {
		return err
	}
	address, err := scimAddress(r.Record)
	if err != nil {
		return err
	}
	if portal.EmailKey(was) == portal.EmailKey(address) {
		return c.rename(ctx, *r, "")
	}
	last, err := c.tx.lastAdmin(ctx, c.org.ID, r.account)
	if err != nil {
		return err
	}
	if last {
		if err := c.kept(ctx, *r, "the identity provider gave the last Full Admin who can sign in another address"); err != nil {
			return err
		}
		return c.rename(ctx, *r, "")
	}
	elsewhere, err := one(ctx, c.tx, "count", scalar[int], `SELECT count(*) FROM membership WHERE account_id = ? AND org_id <> ?`, r.account, c.org.ID)
	if err != nil {
		return err
	}
	if elsewhere > 0 {
		if err := c.deprovision(ctx, r); err != nil {
			return err
		}
		return c.provision(ctx, r)
	}
	if err := c.tx.endSessions(ctx, c.org.ID, r.account); err != nil {
		return err
	}
	for _, q := range []string{ // nor do sign-ins hold by which they could switch here, or come in by the old name
		`DELETE FROM session_grant WHERE org_id = ? AND session_id IN (SELECT id FROM session WHERE account_id = ?)`,
		`DELETE FROM sso_identity WHERE org_id = ? AND account_id = ?`,
	} {
		if _, err := c.tx.exec(ctx, q, c.org.ID, r.account); err != nil {
			return err
		}
	}
	if err := c.rename(ctx, *r, `, state = 'pending'`); err != nil {
		return err
	}
	return c.askToConfirm(ctx, *r, address)
}

// rename has the membership say what the identity provider calls a user, and sets
// what else is given.
func (c scimChange) rename(ctx context.Context, r scimRow, also string) error {
	_, err := c.tx.exec(ctx, `UPDATE membership SET name = ?, user_name = ?`+also+` WHERE org_id = ? AND account_id = ?`, scimPerson(r.Record), r.Name(), c.org.ID, r.account)
	return err
}

// kept tells that what the identity provider wanted was not done.
func (c scimChange) kept(ctx context.Context, r scimRow, why string) error {
	return c.tx.Audit(ctx, c.org.ID, audit.Note{
		Action: "member.kept", Object: "account:" + r.account + " scim_user:" + r.ID, Outcome: errs.Conflict.String(), Detail: map[string]any{"reason": why, "userName": r.Name()},
	})
}

// deprovision ends the membership of a user who is active no more: roles, sessions
// and API tokens go at once. The last Full Admin who can sign in stays, and the
// audit log says so.
func (c scimChange) deprovision(ctx context.Context, r *scimRow) error {
	if r.account == "" {
		return nil
	}
	last, err := c.tx.lastAdmin(ctx, c.org.ID, r.account)
	if err != nil {
		return err
	}
	if last {
		return c.kept(ctx, *r, "the identity provider deprovisioned the last Full Admin who can sign in")
	}
	account := r.account
	r.account = ""
	if _, err := c.tx.exec(ctx, `UPDATE scim_record SET account_id = '' WHERE org_id = ? AND kind = ? AND id = ?`, c.org.ID, r.Kind, r.ID); err != nil {
		return err
	}
	return c.tx.removeMember(ctx, c.org.ID, account)
}

// lastAdmin reports whether nobody but an account can come in as Full Admin.
func (tx *Tx) lastAdmin(ctx context.Context, org, account string) (bool, error) {
	who, err := tx.doors(ctx, org)
	return err == nil && len(who) == 1 && who[0] == account, err
}

// doors returns the accounts that can come in as Full Admin, whatever the identity
// provider says: where people sign in through it, those who are exempt.
func (tx *Tx) doors(ctx context.Context, org string) ([]string, error) {
	exempt, single, err := tx.exempt(ctx, org)
	if err != nil {
		return nil, err
	}
	if single {
		return tx.doorsAmong(ctx, org, exempt)
	}
	return fullAdmins(ctx, tx, org)
}

// endSessions ends the sessions that an account has in an organization, and tells
// whoever watches them.
func (tx *Tx) endSessions(ctx context.Context, org, account string) error {
	ended, err := list(ctx, tx, scalar[string], `SELECT id FROM session WHERE org_id = ? AND account_id = ?`, org, account)
	if err != nil || len(ended) == 0 {
		return err
	}
	if _, err := tx.exec(ctx, `DELETE FROM session WHERE org_id = ? AND account_id = ?`, org, account); err != nil {
		return err
	}
	if tell := tx.db.sessionEnded; tell != nil {
		tx.AfterCommit(func() {
			for _, s := range ended {
				tell(org, s)
			}
		})
	}
	return nil
}

// WatchSessions has a function told of each session that ends because its member
// was removed, or is to confirm another address. It is called before the database
// is used.
func (db *DB) WatchSessions(ended func(org, session string)) { db.sessionEnded = ended }

// scimJoined gives a member a record, if nobody pushed one: by it the identity
// provider finds who is there already, and takes them over. Somebody who comes back
// by hand has the record that they had.
func (tx *Tx) scimJoined(ctx context.Context, org, account string, now time.Time) error {
	a, err := one(ctx, tx, "account", scanAccount, `SELECT `+accountColumns+` FROM account a WHERE a.id = ?`, account)
	if err != nil {
		return err
	}
	name, err := one(ctx, tx, "member", scalar[string], `SELECT CASE WHEN user_name = '' THEN ? ELSE user_name END FROM membership WHERE org_id = ? AND account_id = ?`, a.Email, org, account)
	if err != nil {
		return err
	}
	before, err := list(ctx, tx, scanSCIM, `SELECT `+scimColumns+` FROM scim_record r WHERE r.org_id = ? AND r.kind = ? AND r.name_key = ?`, org, scim.User, scim.Fold(name))
	if err != nil {
		return err
	}
	if len(before) > 0 {
		return tx.scimTaken(ctx, org, before[0], account, now)
	}
	now = now.Truncate(time.Microsecond).UTC()
	r := scimRow{Record: scim.Record{Ref: scim.Ref{Kind: scim.User, ID: id.At(now)}, Version: 1, Created: now, Modified: now}, name: name, label: a.Name, active: true, account: account}
	r.Document = localUser(r)
	return tx.insertSCIM(ctx, org, r)
}

// scimTaken links a record to who joined by its name.
func (tx *Tx) scimTaken(ctx context.Context, org string, old scimRow, account string, now time.Time) error {
	if old.account != "" {
		return errs.New(errs.Conflict, "a member has this name already")
	}
	r := old
	r.account, r.active, r.Version, r.Modified = account, true, old.Version+1, now
	r.Document = old.Document.With("active", true)
	return tx.updateSCIM(ctx, org, old, r)
}

// scimLeft has the record follow of who was removed by hand: one that was pushed
// stays, as that of nobody who is active; another goes.
func (tx *Tx) scimLeft(ctx context.Context, org, account string, now time.Time) error {
	rs, err := list(ctx, tx, scanSCIM, `SELECT `+scimColumns+` FROM scim_record r WHERE r.org_id = ? AND r.account_id = ? AND r.account_id <> ''`, org, account)
	if err != nil || len(rs) == 0 {
		return err
	}
	old := rs[0]
	if !old.pushed {
		return tx.dropSCIM(ctx, org, old, now)
	}
	r := old
	r.account, r.active, r.Version, r.Modified = "", false, old.Version+1, now
	r.Document = old.Document.With("active", false)
	return tx.updateSCIM(ctx, org, old, r)
}

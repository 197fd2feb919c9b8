package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"sallyport/internal/audit"
	"sallyport/internal/errs"
	"sallyport/internal/id"
	"sallyport/internal/portal"
)

// SSOLogins is sign-ins under way: the login_request, sso_arrival and saml_seen
// tables.
type SSOLogins struct{ db *DB }

// AddRequest keeps a request.
func (t SSOLogins) AddRequest(ctx context.Context, r portal.LoginRequest) error {
	return t.db.writeTogether(ctx, r.Org, func(ctx context.Context, tx *Tx) error {
		_, err := tx.exec(ctx, `INSERT INTO login_request (id, org_id, purpose, browser_hash, return_to, account_id, test_id, created_at, ends_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			r.ID, r.Org, r.Purpose, r.Browser, r.ReturnTo, r.Account, r.Test, toMicros(r.At), toMicros(r.EndsAt))
		return err
	})
}

// Request returns a request of an organization that has not ended.
func (t SSOLogins) Request(ctx context.Context, org, id string, now time.Time) (portal.LoginRequest, error) {
	return one(t.db.brief(ctx), t.db, "request", func(rows *sql.Rows) (r portal.LoginRequest, err error) {
		var created, ends, used int64
		err = rows.Scan(&r.ID, &r.Org, &r.Purpose, &r.Browser, &r.ReturnTo, &r.Account, &r.Test, &created, &ends, &used)
		r.At, r.EndsAt, r.UsedAt = fromMicros(created), fromMicros(ends), fromMicros(used)
		return r, err
	}, `SELECT id, org_id, purpose, browser_hash, return_to, account_id, test_id, created_at, ends_at, used_at FROM login_request WHERE id = ? AND org_id = ? AND ends_at > ?`, id, org, toMicros(now))
}

// Arrive keeps what arrived; see [portal.SSOLogins].
func (t SSOLogins) Arrive(ctx context.Context, hash string, a portal.Arrival, s portal.Seen, now time.Time) error {
	text, err := json.Marshal(a)
	if err != nil {
		return err
	}
	return t.db.writeTogether(ctx, a.Org, func(ctx context.Context, tx *Tx) error {
		_, err := tx.exec(ctx, `INSERT INTO saml_seen (org_id, assertion_id, until) VALUES (?, ?, ?)`, a.Org, s.Assertion, toMicros(s.Until))
		if errs.KindOf(err) == errs.Conflict {
			return portal.ErrReplay
		}
		if err != nil {
			return err
		}
		if a.Request.ID != "" {
			n, err := tx.affected(ctx, `UPDATE login_request SET used_at = ? WHERE id = ? AND org_id = ? AND used_at = 0 AND ends_at > ?`, toMicros(now), a.Request.ID, a.Org, toMicros(now))
			if err != nil {
				return err
			}
			if n == 0 {
				return portal.ErrUsed
			}
		}
		_, err = tx.exec(ctx, `INSERT INTO sso_arrival (hash, org_id, request_id, arrival, ends_at) VALUES (?, ?, ?, ?, ?)`, hash, a.Org, a.Request.ID, string(text), toMicros(a.EndsAt))
		return err
	})
}

// Arrived returns what arrived and was not taken.
func (t SSOLogins) Arrived(ctx context.Context, hash string) (portal.Arrival, error) {
	return one(t.db.brief(ctx), t.db, "arrival", func(rows *sql.Rows) (a portal.Arrival, err error) {
		var text string
		if err := rows.Scan(&text); err != nil {
			return a, err
		}
		if err := json.Unmarshal([]byte(text), &a); err != nil {
			return a, fmt.Errorf("read what arrived: %w", err)
		}
		return a, nil
	}, `SELECT arrival FROM sso_arrival WHERE hash = ?`, hash)
}

// EndTest takes what arrived for a test, and keeps its result; nothing arrived
// where the answer was refused before.
func (t SSOLogins) EndTest(ctx context.Context, hash string, x portal.SSOTest) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		if hash != "" {
			if err := tx.change(ctx, "arrival", `DELETE FROM sso_arrival WHERE hash = ?`, hash); err != nil {
				return err
			}
		}
		if err := tx.endTest(ctx, x); err != nil {
			return err
		}
		by, err := tx.asAccount(ctx, x.Account, "")
		if err != nil {
			return err
		}
		return tx.Audit(ctx, x.Org, audit.Note{Action: "sso.tested", Object: "sso:" + x.Org, Actor: &by, Detail: map[string]any{"draft": x.Hash, "ok": x.OK, "check": x.Result.Rule, "roles": x.Result.Roles}})
	})
}

// Sweep forgets what has ended.
func (t SSOLogins) Sweep(ctx context.Context, now time.Time) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		for _, q := range []string{`DELETE FROM login_request WHERE ends_at <= ?`, `DELETE FROM sso_arrival WHERE ends_at <= ?`, `DELETE FROM saml_seen WHERE until <= ?`} {
			if _, err := tx.exec(ctx, q, toMicros(now)); err != nil {
				return err
			}
		}
		_, err := tx.exec(ctx, `DELETE FROM sso_test WHERE created_at <= ?`, toMicros(now.Add(-keepTests)))
		return err
	})
}

// keepTests is how long the results of tests are kept: they hold attributes of
// people.
const keepTests = 24 * time.Hour

// Enter takes what arrived and lets the person in; see [portal.SSOLogins].
func (t SSOLogins) Enter(ctx context.Context, e portal.Entering) (portal.Entered, error) {
	var out portal.Entered
	err := t.db.writeTogether(ctx, e.Arrival.Org, func(ctx context.Context, tx *Tx) (err error) {
		out, err = tx.enter(ctx, e)
		return err
	})
	if err != nil { // out may be written yet, where the caller has given up
		return portal.Entered{}, err
	}
	return out, nil
}

func (tx *Tx) enter(ctx context.Context, e portal.Entering) (out portal.Entered, err error) {
	org := e.Arrival.Org
	if err := tx.holdRoles(ctx, org); err != nil {
		return out, err
	}
	if err := tx.change(ctx, "arrival", `DELETE FROM sso_arrival WHERE hash = ?`, e.Hash); err != nil {
		return out, err
	}
	live, err := list(ctx, tx, scalar[int64], `SELECT version FROM sso_config WHERE org_id = ? AND enabled = 1`, org)
	if err != nil {
		return out, err
	}
	if len(live) == 0 || live[0] != e.Version {
		return out, portal.ErrChanged
	}
	who, err := tx.identify(ctx, e)
	if err != nil {
		return out, err
	}
	out.Account = who.account.ID
	switch asked := e.Arrival.Request; {
	case !who.account.DisabledAt.IsZero():
		out.Refused = portal.RefusedAccount
	case asked.Purpose == portal.ForSwitch && asked.Account != who.account.ID:
		out.Refused = portal.RefusedPerson
	case who.state == portal.Pending:
		out.Pending = true
		out.Asked, out.Unsent, err = tx.askArrived(ctx, e, who.account.ID)
	default:
		out.Ended, err = tx.letIn(ctx, e, who.account)
	}
	return out, err
}

// arrived is who somebody is in the organization that they come to.
type arrived struct {
	account portal.Account
	state   portal.State
}

// identify finds whom an identity provider means, in its own organization alone:
// by the name that it was known by there before, or else by the address, as a
// member who is pending where they were none. The account of an address that is
// known elsewhere is the same person's, who has to say so.
func (tx *Tx) identify(ctx context.Context, e portal.Entering) (who arrived, err error) {
	org := e.Arrival.Org
	find := func(where string, args ...any) ([]portal.Account, error) {
		return list(ctx, tx, scanAccount, `SELECT `+accountColumns+` FROM account a `+where, args...)
	}
	as, err := find(`JOIN sso_identity i ON i.account_id = a.id JOIN membership m ON m.org_id = i.org_id AND m.account_id = a.id WHERE i.org_id = ? AND i.name_id_key = ?`, org, e.Key)
	if err == nil && len(as) == 0 {
		// Whom the organization's own directory calls by the address is that member.
		as, err = find(`JOIN membership m ON m.account_id = a.id WHERE m.org_id = ? AND lower(m.user_name) = ?`, org, portal.EmailKey(e.Address))
	}
	if err == nil && len(as) == 0 {
		as, err = find(`WHERE a.email_key = ?`, portal.EmailKey(e.Address))
	}
	if err != nil {
		return who, err
	}
	if len(as) == 0 {
		who.account = portal.Account{ID: id.At(e.At), Email: e.Address, Name: e.Address, CreatedAt: e.At}
	} else {
		who.account = as[0]
	}
	states, err := list(ctx, tx, scalar[portal.State], `SELECT state FROM membership WHERE org_id = ? AND account_id = ?`, org, who.account.ID)
	if err != nil {
		return who, err
	}
	if len(states) > 0 {
		who.state = states[0]
		return who, nil
	}
	if !who.account.DisabledAt.IsZero() || e.Arrival.Request.Purpose == portal.ForSwitch {
		who.state = portal.Active // which it is refused as
		if e.Arrival.Request.Purpose == portal.ForSwitch {
			who.account.ID = ""
		}
		return who, nil
	}
	who.state = portal.Pending
	return who, tx.join(ctx, who.account, portal.Membership{Org: org, Account: who.account.ID, State: portal.Pending, Origin: portal.OriginSSO, Name: e.Name, UserName: e.Address, CreatedAt: e.At})
}

// askArrived has the person asked whether the address is theirs, unless they were
// a moment ago.
func (tx *Tx) askArrived(ctx context.Context, e portal.Entering, account string) (asked bool, unsent string, err error) {
	org, err := one(ctx, tx, "organization", scanOrganization, `SELECT id, slug, name, created_at FROM organization WHERE id = ?`, e.Arrival.Org)
	if err != nil {
		return false, "", err
	}
	a, err := e.Asked(org, account)
	if err != nil {
		return false, "", err
	}
	err = tx.AskToConfirm(ctx, a)
	if _, soon := errors.AsType[*portal.LimitError](err); soon {
		return false, "", nil
	}
	return err == nil && a.Letter != nil, a.Unsent, err
}

// letIn opens the session of a member, with the roles that their groups give now.
func (tx *Tx) letIn(ctx context.Context, e portal.Entering, a portal.Account) ([]portal.Session, error) {
	org := e.Arrival.Org
	_, err := tx.exec(ctx, `INSERT INTO sso_identity (org_id, name_id_key, account_id, confirmed_at) VALUES (?, ?, ?, ?)
		ON CONFLICT (org_id, name_id_key) DO UPDATE SET account_id = excluded.account_id`, org, e.Key, a.ID, toMicros(e.At))
	if err != nil {
		return nil, err
	}
	if err := tx.setRoles(ctx, portal.Membership{Org: org, Account: a.ID, Roles: e.Roles}, portal.FromSSO, nil); err != nil {
		return nil, err
	}
	if _, err := tx.exec(ctx, `UPDATE membership SET name = CASE WHEN ? = '' OR name <> '' AND origin = 'scim' THEN name ELSE ? END,
		user_name = CASE WHEN user_name = '' THEN ? ELSE user_name END WHERE org_id = ? AND account_id = ?`, e.Name, e.Name, e.Address, org, a.ID); err != nil {
		return nil, err
	}
	s := e.Session
	s.Account = a.ID
	g := sessionGrant{Org: org, Method: portal.BySAML, Version: e.Version, At: e.At, Until: e.Arrival.Until, Key: e.Key, NameID: e.Arrival.NameID, Format: e.Arrival.NameIDFormat, Index: e.Arrival.SessionIndex}
	old, err := tx.replaced(ctx, e.Old, a.ID, e.Carry)
	if err != nil {
		return nil, err
	}
	if len(old) > 0 && e.Carry {
		s.EndsAt = old[0].EndsAt
	}
	if err := tx.openSession(ctx, e.Token, s, g); err != nil {
		return nil, err
	}
	return old, tx.endReplaced(ctx, old, s.ID, e.Carry)
}

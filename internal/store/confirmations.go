package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"sallyport/internal/audit"
	"sallyport/internal/errs"
	"sallyport/internal/letter"
	"sallyport/internal/portal"
)

// Confirmations is the confirmation table.
type Confirmations struct {
	db  *DB
	now func() time.Time
}

const confirmationColumns = `c.org_id, c.account_id, c.address, c.origin, c.return_to, c.letter_id, c.unsent, c.created_at, c.ends_at`

func scanConfirmation(rows *sql.Rows) (portal.Confirmation, error) { return scanConfirmationAnd(rows) }

func scanConfirmationAnd(rows *sql.Rows, more ...any) (c portal.Confirmation, err error) {
	var created, ends int64
	err = rows.Scan(append([]any{&c.Org, &c.Account, &c.Address, &c.Origin, &c.ReturnTo, &c.Letter, &c.Unsent, &created, &ends}, more...)...)
	c.CreatedAt, c.EndsAt = fromMicros(created), fromMicros(ends)
	return c, err
}

// AskToConfirm keeps a confirmation of a pending membership in the place of an
// earlier one, which is void from then on, with its letter: it is sent if the
// transaction stands. An address that got enough letters gets none, and the
// confirmation says so. One that comes sooner than [portal.ConfirmEvery] after an
// earlier one for the same address is a [portal.LimitError], and nothing is
// written: who only wants the person to have a letter may pass over it.
func (tx *Tx) AskToConfirm(ctx context.Context, a portal.Asked) error {
	state, err := one(ctx, tx, "member", scalar[portal.State], `SELECT state FROM membership WHERE org_id = ? AND account_id = ?`+tx.db.d.forUpdate, a.Org, a.Account)
	if err != nil {
		return err
	}
	if state != portal.Pending {
		return errs.New(errs.Conflict, "the member has confirmed their address already")
	}
	before, err := list(ctx, tx, scanConfirmation, `SELECT `+confirmationColumns+` FROM confirmation c WHERE c.org_id = ? AND c.account_id = ?`, a.Org, a.Account)
	if err != nil {
		return err
	}
	for _, b := range before {
		if wait := b.CreatedAt.Add(portal.ConfirmEvery).Sub(a.CreatedAt); wait > 0 && letter.Key(b.Address) == letter.Key(a.Address) {
			return &portal.LimitError{RetryAfter: wait}
		}
	}
	if a.Letter != nil {
		err := tx.AddLetter(ctx, *a.Letter)
		if limit, ok := errors.AsType[*letter.LimitError](err); ok {
			a.Confirmation.Letter, a.Unsent, err = "", limit.Error(), nil
		}
		if err != nil {
			return err
		}
	}
	_, err = tx.exec(ctx, `INSERT INTO confirmation (org_id, account_id, token_hash, address, origin, return_to, letter_id, unsent, created_at, ends_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (org_id, account_id) DO UPDATE SET token_hash = excluded.token_hash, address = excluded.address, origin = excluded.origin, return_to = excluded.return_to,
		letter_id = excluded.letter_id, unsent = excluded.unsent, created_at = excluded.created_at, ends_at = excluded.ends_at`,
		a.Org, a.Account, a.Hash, a.Address, a.Origin, a.ReturnTo, a.Confirmation.Letter, a.Unsent, toMicros(a.CreatedAt), toMicros(a.EndsAt))
	return err
}

// Ask is [Tx.AskToConfirm] for what goes with no other change.
func (t Confirmations) Ask(ctx context.Context, a portal.Asked) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		if err := tx.AskToConfirm(ctx, a); err != nil {
			return err
		}
		detail := map[string]any{"address": a.Address, "origin": a.Origin, "letter": a.Letter != nil}
		return tx.Audit(ctx, a.Org, audit.Note{Action: "confirmation.asked", Object: "account:" + a.Account, Detail: detail})
	})
}

// Use uses up a confirmation; see [portal.Confirmations].
func (t Confirmations) Use(ctx context.Context, hash string) (portal.Confirmed, error) {
	var out portal.Confirmed
	err := t.db.Write(ctx, func(tx *Tx) error {
		c, err := one(ctx, tx, "confirmation", scanConfirmation, `SELECT `+confirmationColumns+` FROM confirmation c WHERE c.token_hash = ? AND c.ends_at > ?`+tx.db.d.forUpdate, hash, toMicros(t.now()))
		if err != nil {
			return err
		}
		if err := tx.change(ctx, "confirmation", `DELETE FROM confirmation WHERE token_hash = ?`, hash); err != nil {
			return err
		}
		if err := tx.change(ctx, "confirmation", `UPDATE membership SET state = 'active' WHERE org_id = ? AND account_id = ? AND state = 'pending'`, c.Org, c.Account); err != nil {
			return err
		}
		if err := tx.adoptAddress(ctx, c); err != nil {
			return err
		}
		out = portal.Confirmed{Address: c.Address, Origin: c.Origin, ReturnTo: c.ReturnTo}
		if out.Account, err = one(ctx, tx, "account", scanAccount, `SELECT `+accountColumns+` FROM account a WHERE a.id = ?`, c.Account); err != nil {
			return err
		}
		if out.Org, err = one(ctx, tx, "organization", scanOrganization, `SELECT id, slug, name, created_at FROM organization WHERE id = ?`, c.Org); err != nil {
			return err
		}
		by := audit.Actor{ID: "account:" + c.Account, Name: out.Account.Name, Addr: audit.Who(ctx).Addr}
		return tx.Audit(ctx, c.Org, audit.Note{Action: "member.confirmed", Object: "account:" + c.Account, Actor: &by, Detail: map[string]any{"address": c.Address, "origin": c.Origin}})
	})
	return out, err
}

// adoptAddress gives an account the address that its owner has confirmed, where the
// identity provider that asked is all that the account is known by: it is a member
// nowhere else and has no password. Any other account keeps the address that the
// person gave it.
func (tx *Tx) adoptAddress(ctx context.Context, c portal.Confirmation) error {
	_, err := tx.exec(ctx, `UPDATE account SET email = ?, email_key = ? WHERE id = ? AND email_key <> ? AND password_hash IS NULL
		AND NOT EXISTS (SELECT 1 FROM membership m WHERE m.account_id = account.id AND m.org_id <> ?)
		AND NOT EXISTS (SELECT 1 FROM account o WHERE o.email_key = ?)`,
		c.Address, portal.EmailKey(c.Address), c.Account, portal.EmailKey(c.Address), c.Org, portal.EmailKey(c.Address))
	return err
}

// Find returns the confirmation of a token, ended or not.
func (t Confirmations) Find(ctx context.Context, hash string) (c portal.Confirmation, waits bool, err error) {
	var state portal.State
	c, err = one(ctx, t.db, "confirmation", func(rows *sql.Rows) (portal.Confirmation, error) { return scanConfirmationAnd(rows, &state) },
		`SELECT `+confirmationColumns+`, m.state FROM confirmation c JOIN membership m ON m.org_id = c.org_id AND m.account_id = c.account_id WHERE c.token_hash = ?`, hash)
	return c, state == portal.Pending, err
}

// Of returns the confirmation that a pending member is asked for.
func (t Confirmations) Of(ctx context.Context, org, account string) (portal.Confirmation, error) {
	c, err := one(ctx, t.db, "member", scanConfirmation, `SELECT `+confirmationColumns+` FROM confirmation c WHERE c.org_id = ? AND c.account_id = ?`, org, account)
	if errs.KindOf(err) != errs.NotFound || err == nil {
		return c, err
	}
	if _, err := one(ctx, t.db, "member", scalar[string], `SELECT account_id FROM membership WHERE org_id = ? AND account_id = ?`, org, account); err != nil {
		return c, err
	}
	return c, errs.New(errs.Conflict, "the member has confirmed their address already")
}

// Open returns what an organization waits for, the newest first.
func (t Confirmations) Open(ctx context.Context, org string) ([]portal.Confirmation, error) {
	return list(ctx, t.db, scanConfirmation, `SELECT `+confirmationColumns+` FROM confirmation c WHERE c.org_id = ? ORDER BY c.created_at DESC, c.account_id`, org)
}

package store

import (
	"context"
	"database/sql"
	"time"

	"sallyport/internal/audit"
	"sallyport/internal/letter"
	"sallyport/internal/portal"
)

// Policies is the signin_policy table: how organizations' people sign in.
type Policies struct{ db *DB }

// Columns of a policy, and where they come from, for a row that has an org_id.
const (
	policyColumns = `COALESCE(pol.idle, 0), COALESCE(pol.absolute, 0), COALESCE(pol.second_factor, 0), COALESCE(pol.token_life, 0)`
	joinPolicy    = ` LEFT JOIN signin_policy pol ON pol.org_id = s.org_id `
)

// policyFields are where a policy is scanned to; the spans want done after.
func policyFields(p *portal.Policy) (fields []any, done func()) {
	var idle, absolute, second, token int64
	return []any{&idle, &absolute, &second, &token}, func() {
		span := func(n int64) time.Duration { return time.Duration(n) * time.Second }
		*p = portal.Policy{Idle: span(idle), Absolute: span(absolute), SecondFactor: second == 1, TokenLife: span(token)}
	}
}

// Get returns an organization's policy; the zero value where it has said nothing.
func (t Policies) Get(ctx context.Context, org string) (portal.Policy, error) {
	got, err := list(ctx, t.db, func(rows *sql.Rows) (p portal.Policy, err error) {
		fields, done := policyFields(&p)
		err = rows.Scan(fields...)
		done()
		return p, err
	}, `SELECT `+policyColumns+` FROM signin_policy pol WHERE pol.org_id = ?`, org)
	if err != nil || len(got) == 0 {
		return portal.Policy{}, err
	}
	return got[0], nil
}

// Set replaces an organization's policy.
func (t Policies) Set(ctx context.Context, org string, p portal.Policy, at time.Time) error {
	seconds := func(d time.Duration) int64 { return int64(d / time.Second) }
	second := 0
	if p.SecondFactor {
		second = 1
	}
	return t.db.Write(ctx, func(tx *Tx) error {
		_, err := tx.exec(ctx, `INSERT INTO signin_policy (org_id, idle, absolute, second_factor, token_life, updated_at) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (org_id) DO UPDATE SET idle = excluded.idle, absolute = excluded.absolute, second_factor = excluded.second_factor, token_life = excluded.token_life, updated_at = excluded.updated_at`,
			org, seconds(p.Idle), seconds(p.Absolute), second, seconds(p.TokenLife), toMicros(at))
		if err != nil {
			return err
		}
		return tx.Audit(ctx, org, audit.Note{Action: "signin_policy.changed", Detail: map[string]any{
			"idle": seconds(p.Idle), "absolute": seconds(p.Absolute), "secondFactor": p.SecondFactor, "tokenLife": seconds(p.TokenLife),
		}})
	})
}

// Devices is the known_device table: from where, and with what, people sign in.
type Devices struct{ db *DB }

// Seen notes a sign-in; see [portal.Devices].
func (t Devices) Seen(ctx context.Context, account, device string, at time.Time, l *letter.Letter) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		known, err := tx.affected(ctx, `UPDATE known_device SET seen_at = ? WHERE account_id = ? AND device = ?`, toMicros(at), account, device)
		if err != nil || known > 0 {
			return err
		}
		others, err := one(ctx, tx, "count", scalar[int], `SELECT count(*) FROM known_device WHERE account_id = ?`, account)
		if err != nil {
			return err
		}
		fresh, err := tx.affected(ctx, `INSERT INTO known_device (account_id, device, seen_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, account, device, toMicros(at))
		if err != nil || fresh == 0 || others == 0 || l == nil {
			return err
		}
		return tx.AddLetter(ctx, *l)
	})
}

// Sweep forgets what was not seen since.
func (t Devices) Sweep(ctx context.Context, since time.Time) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		_, err := tx.exec(ctx, `DELETE FROM known_device WHERE seen_at <= ?`, toMicros(since))
		return err
	})
}

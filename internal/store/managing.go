package store

import (
	"context"
	"database/sql"

	"sallyport/internal/portal"
)

// Managing says whose sign-in an identity provider looks after.
type Managing struct{ db *DB }

// ManagedBy returns the organizations whose identity providers sign an account in,
// where it is an active member of none that lets it have a password.
func (t Managing) ManagedBy(ctx context.Context, account string) ([]portal.Organization, error) {
	free := false
	all, err := list(ctx, t.db, func(rows *sql.Rows) (o portal.Organization, err error) {
		var created, managed int64
		var state portal.State
		err = rows.Scan(&o.ID, &o.Slug, &o.Name, &created, &state, &managed)
		o.CreatedAt = fromMicros(created)
		if managed == 0 {
			free, o.ID = free || state == portal.Active, ""
		}
		return o, err
	}, `SELECT o.id, o.slug, o.name, o.created_at, s.state, `+managedBy+` FROM membership s JOIN organization o ON o.id = s.org_id`+joinSSO+`WHERE s.account_id = ? ORDER BY o.name, o.id`, account)
	if err != nil || free {
		return nil, err
	}
	out := []portal.Organization{}
	for _, o := range all {
		if o.ID != "" {
			out = append(out, o)
		}
	}
	return out, nil
}

// Manages reports whether an organization's people sign in by its identity provider.
func (t Managing) Manages(ctx context.Context, org string) (bool, error) {
	n, err := one(ctx, t.db, "count", scalar[int], `SELECT count(*) FROM sso_config WHERE org_id = ? AND enabled = 1`, org)
	return n > 0, err
}

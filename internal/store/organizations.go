package store

import (
	"context"
	"database/sql"

	"sallyport/internal/errs"
	"sallyport/internal/portal"
)

// Organizations is the organization table.
type Organizations struct{ db *DB }

func scanOrganization(rows *sql.Rows) (portal.Organization, error) {
	var o portal.Organization
	var created int64
	err := rows.Scan(&o.ID, &o.Slug, &o.Name, &created)
	o.CreatedAt = fromMicros(created)
	return o, err
}

// Add makes an organization.
func (t Organizations) Add(ctx context.Context, o portal.Organization) error {
	err := t.db.Write(ctx, func(tx *Tx) error {
		_, err := tx.exec(ctx, `INSERT INTO organization (id, slug, name, created_at) VALUES (?, ?, ?, ?)`, o.ID, o.Slug, o.Name, toMicros(o.CreatedAt))
		return err
	})
	if errs.KindOf(err) == errs.Conflict {
		return errs.New(errs.Conflict, "there is an organization %q already", o.Slug)
	}
	return err
}

// Get returns one organization.
func (t Organizations) Get(ctx context.Context, id string) (portal.Organization, error) {
	return one(t.db.brief(ctx), t.db, "organization", scanOrganization, `SELECT id, slug, name, created_at FROM organization WHERE id = ?`, id)
}

// BySlug returns the organization of a slug.
func (t Organizations) BySlug(ctx context.Context, slug string) (portal.Organization, error) {
	return one(t.db.brief(ctx), t.db, "organization", scanOrganization, `SELECT id, slug, name, created_at FROM organization WHERE slug = ?`, slug)
}

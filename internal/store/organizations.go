package store

import (
	"context"
	"database/sql"

	"sallyport/internal/audit"
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
	return organizationAdded(o, t.db.Write(ctx, func(tx *Tx) error { return tx.addOrganization(ctx, o) }))
}

// AddTold is Add for somebody who does it: the audit log of the organization
// begins with it.
func (t Organizations) AddTold(ctx context.Context, o portal.Organization) error {
	return organizationAdded(o, t.db.Write(ctx, func(tx *Tx) error {
		if err := tx.addOrganization(ctx, o); err != nil {
			return err
		}
		return tx.Audit(ctx, o.ID, audit.Note{Action: "organization.added", Object: "organization:" + o.ID, Detail: map[string]any{"slug": o.Slug, "name": o.Name}})
	}))
}

func (tx *Tx) addOrganization(ctx context.Context, o portal.Organization) error {
	_, err := tx.exec(ctx, `INSERT INTO organization (id, slug, name, created_at) VALUES (?, ?, ?, ?)`, o.ID, o.Slug, o.Name, toMicros(o.CreatedAt))
	return err
}

func organizationAdded(o portal.Organization, err error) error {
	if errs.KindOf(err) == errs.Conflict {
		return errs.New(errs.Conflict, "there is an organization %q already", o.Slug)
	}
	return err
}

// List returns all, by their slugs.
func (t Organizations) List(ctx context.Context) ([]portal.Organization, error) {
	return list(ctx, t.db, scanOrganization, `SELECT id, slug, name, created_at FROM organization ORDER BY slug`)
}

// Get returns one organization.
func (t Organizations) Get(ctx context.Context, id string) (portal.Organization, error) {
	return one(t.db.brief(ctx), t.db, "organization", scanOrganization, `SELECT id, slug, name, created_at FROM organization WHERE id = ?`, id)
}

// BySlug returns the organization of a slug.
func (t Organizations) BySlug(ctx context.Context, slug string) (portal.Organization, error) {
	return one(t.db.brief(ctx), t.db, "organization", scanOrganization, `SELECT id, slug, name, created_at FROM organization WHERE slug = ?`, slug)
}

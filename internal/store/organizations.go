package store

import (
	"context"
	"time"

	"sallyport/internal/errs"
)

// AddOrganization makes an organization.
func (db *DB) AddOrganization(ctx context.Context, id, slug, name string) error {
	err := db.Write(ctx, func(tx *Tx) error {
		_, err := tx.exec(ctx, `INSERT INTO organization (id, slug, name, created_at) VALUES (?, ?, ?, ?)`, id, slug, name, toMicros(time.Now()))
		return err
	})
	if errs.KindOf(err) == errs.Conflict {
		return errs.New(errs.Conflict, "there is an organization %q already", slug)
	}
	return err
}

package store

import (
	"context"
	"database/sql"
	"time"
)

// EventSearches is the event_search table: searches that people keep.
type EventSearches struct{ db *DB }

// KeptSearch is a search that somebody keeps.
type KeptSearch struct {
	ID      string
	Org     string
	Account string // whose it is
	Owner   string // their name
	Name    string
	Shared  bool   // others of the organization see it
	Query   string // JSON, which the API reads
	Created time.Time
	Updated time.Time
}

func scanKeptSearch(rows *sql.Rows) (k KeptSearch, err error) {
	var created, updated int64
	err = rows.Scan(&k.ID, &k.Org, &k.Account, &k.Owner, &k.Name, &k.Shared, &k.Query, &created, &updated)
	k.Created, k.Updated = fromMicros(created), fromMicros(updated)
	return k, err
}

// List returns the searches that an account sees, by name: its own, and those
// that are shared.
func (t EventSearches) List(ctx context.Context, org, account string) ([]KeptSearch, error) {
	return list(ctx, t.db, scanKeptSearch, `SELECT s.id, s.org_id, s.account_id, a.name, s.name, s.shared, s.query, s.created_at, s.updated_at
		FROM event_search s JOIN account a ON a.id = s.account_id WHERE s.org_id = ? AND (s.account_id = ? OR s.shared) ORDER BY lower(s.name), s.id`, org, account)
}

// Save adds a search, or changes the one of its id if it is the account's.
func (t EventSearches) Save(ctx context.Context, k KeptSearch) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		return tx.change(ctx, "search of yours", `INSERT INTO event_search (id, org_id, account_id, name, shared, query, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET name = excluded.name, shared = excluded.shared, query = excluded.query, updated_at = excluded.updated_at
			WHERE event_search.org_id = excluded.org_id AND event_search.account_id = excluded.account_id`,
			k.ID, k.Org, k.Account, k.Name, k.Shared, k.Query, toMicros(k.Created), toMicros(k.Updated))
	})
}

// Remove deletes a search: one's own, or with any set whosever it is.
func (t EventSearches) Remove(ctx context.Context, org, account, id string, anyones bool) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		return tx.change(ctx, "search of yours", `DELETE FROM event_search WHERE id = ? AND org_id = ? AND (account_id = ? OR ? AND shared)`, id, org, account, anyones)
	})
}

package store

import (
	"context"
	"database/sql"
	"time"
)

// Questions is the question table: questions in SQL that an organization keeps.
type Questions struct{ db *DB }

// Question is a question that an organization keeps.
type Question struct {
	ID      string
	Org     string
	Account string // who keeps it
	Owner   string // their name; empty when they are gone
	Name    string // by which it is asked, unlike the others'
	Text    string // what it asks, in words
	SQL     string
	Created time.Time
	Updated time.Time
}

func scanQuestion(rows *sql.Rows) (q Question, err error) {
	var created, updated int64
	err = rows.Scan(&q.ID, &q.Org, &q.Account, &q.Owner, &q.Name, &q.Text, &q.SQL, &created, &updated)
	q.Created, q.Updated = fromMicros(created), fromMicros(updated)
	return q, err
}

// List returns an organization's questions, by name.
func (t Questions) List(ctx context.Context, org string) ([]Question, error) {
	return list(ctx, t.db, scanQuestion, `SELECT q.id, q.org_id, q.account_id, COALESCE(a.name, ''), q.name, q.text, q.asked, q.created_at, q.updated_at
		FROM question q LEFT JOIN account a ON a.id = q.account_id WHERE q.org_id = ? ORDER BY lower(q.name), q.id`, org)
}

// Add keeps a question.
func (t Questions) Add(ctx context.Context, q Question) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		return tx.change(ctx, "question", `INSERT INTO question (id, org_id, account_id, name, text, asked, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
			q.ID, q.Org, q.Account, q.Name, q.Text, q.SQL, toMicros(q.Created), toMicros(q.Updated))
	})
}

// Set changes a question: one's own, or with any set whosever it is.
func (t Questions) Set(ctx context.Context, q Question, anyones bool) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		return tx.change(ctx, "question of yours", `UPDATE question SET name = ?, text = ?, asked = ?, updated_at = ? WHERE id = ? AND org_id = ? AND (account_id = ? OR ?)`,
			q.Name, q.Text, q.SQL, toMicros(q.Updated), q.ID, q.Org, q.Account, anyones)
	})
}

// Remove forgets a question: one's own, or with any set whosever it is.
func (t Questions) Remove(ctx context.Context, org, account, id string, anyones bool) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		return tx.change(ctx, "question of yours", `DELETE FROM question WHERE id = ? AND org_id = ? AND (account_id = ? OR ?)`, id, org, account, anyones)
	})
}

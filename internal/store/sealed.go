package store

import (
	"context"
	"database/sql"
)

// sealed is a table with a column of sealed bytes.
type sealed[T any] struct {
	table, columns, column string
	also                   string // set along with the column
	scan                   func(*sql.Rows) (T, error)
	key                    func(T) (id, org string)
}

// list returns every organization's rows that have something sealed.
func (s sealed[T]) list(ctx context.Context, on querier, lock string) ([]T, error) {
	return list(ctx, on, s.scan, `SELECT `+s.columns+` FROM `+s.table+` WHERE `+s.column+` IS NOT NULL ORDER BY id`+lock)
}

// reseal replaces what is sealed in every row by what fn makes of the row, in one
// transaction that keeps others from changing it, and returns how many there are.
func (s sealed[T]) reseal(ctx context.Context, db *DB, fn func(T) ([]byte, error)) (int, error) {
	n := 0
	err := db.Write(ctx, func(tx *Tx) error {
		rows, err := s.list(ctx, tx, db.d.forUpdate)
		if err != nil {
			return err
		}
		n = len(rows)
		for _, r := range rows {
			fresh, err := fn(r)
			if err != nil {
				return err
			}
			id, org := s.key(r)
			if err := tx.change(ctx, s.table, `UPDATE `+s.table+` SET `+s.column+` = ?`+s.also+` WHERE id = ? AND org_id = ?`, fresh, id, org); err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}

package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// bulk describes the table that many rows go into at once, some of which may be
// there already.
type bulk struct {
	table    string
	columns  []string
	types    []string // of the columns: text, bigint, bytea
	conflict string   // the columns of the unique index
	key      int      // the column that tells the rows of one call apart, a bytea
}

// insertFresh inserts rows and returns for each whether it was new. The two
// databases differ most in how they take many rows: SQLite wants one small
// statement many times, PostgreSQL one statement with a list for each column.
func (tx *Tx) insertFresh(ctx context.Context, b bulk, rows [][]any) ([]bool, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	for _, row := range rows {
		storable(row)
	}
	if tx.db.pool == nil {
		return tx.insertEach(ctx, b, rows)
	}
	return tx.insertUnnested(ctx, b, rows)
}

// upsertEach inserts rows, or replaces what those of the same key have in their
// other columns. No key is there twice among the rows.
func (tx *Tx) upsertEach(ctx context.Context, b bulk, rows [][]any) error {
	var sets []string
	for _, c := range b.columns {
		if !strings.Contains(", "+b.conflict+",", ", "+c+",") {
			sets = append(sets, c+" = excluded."+c)
		}
	}
	tail := "ON CONFLICT (" + b.conflict + ") DO UPDATE SET " + strings.Join(sets, ", ")
	for _, row := range rows {
		storable(row)
	}
	if tx.db.pool != nil {
		args, casts := b.unnested(rows)
		_, err := tx.exec(ctx, `INSERT INTO `+b.table+` (`+strings.Join(b.columns, ", ")+`) SELECT * FROM unnest(`+casts+`) `+tail, args...)
		return err
	}
	for len(rows) >= upsertRows {
		most := len(rows) - len(rows)%upsertRows
		if err := tx.upsertSome(ctx, b, tail, upsertRows, rows[:most]); err != nil {
			return err
		}
		rows = rows[most:]
	}
	return tx.upsertSome(ctx, b, tail, 1, rows)
}

// upsertRows is how many rows one statement of SQLite takes: each statement costs
// its driver as much again as some rows do.
const upsertRows = 16

// upsertSome upserts rows, so many of them a statement, which divides them.
func (tx *Tx) upsertSome(ctx context.Context, b bulk, tail string, each int, rows [][]any) error {
	if len(rows) == 0 {
		return nil
	}
	stmt, err := tx.tx.PrepareContext(ctx, insertText(b.table, strings.Join(b.columns, ", "), tail, each, len(b.columns)))
	if err != nil {
		return tx.db.sorted(err)
	}
	defer func() { _ = stmt.Close() }()
	args := make([]any, 0, each*len(b.columns))
	for some := range slices.Chunk(rows, each) {
		args = args[:0]
		for _, row := range some {
			args = append(args, row...)
		}
		if _, err := stmt.ExecContext(ctx, args...); err != nil {
			return tx.db.sorted(err)
		}
	}
	return nil
}

func (tx *Tx) insertEach(ctx context.Context, b bulk, rows [][]any) ([]bool, error) {
	stmt, err := tx.tx.PrepareContext(ctx, insertText(b.table, strings.Join(b.columns, ", "), "ON CONFLICT ("+b.conflict+") DO NOTHING", 1, len(b.columns)))
	if err != nil {
		return nil, tx.db.sorted(err)
	}
	defer func() { _ = stmt.Close() }()
	fresh := make([]bool, len(rows))
	for i, row := range rows {
		res, err := stmt.ExecContext(ctx, row...)
		if err != nil {
			return nil, tx.db.sorted(err)
		}
		n, err := res.RowsAffected()
		if err != nil {
			return nil, fmt.Errorf("rows affected: %w", err)
		}
		fresh[i] = n > 0
	}
	return fresh, nil
}

func (tx *Tx) insertUnnested(ctx context.Context, b bulk, rows [][]any) ([]bool, error) {
	args, casts := b.unnested(rows)
	keys, err := list(ctx, tx, scalar[[]byte], `INSERT INTO `+b.table+` (`+strings.Join(b.columns, ", ")+`) SELECT * FROM unnest(`+casts+
		`) ON CONFLICT (`+b.conflict+`) DO NOTHING RETURNING `+b.columns[b.key], args...)
	if err != nil {
		return nil, err
	}
	return b.inserted(rows, keys), nil
}

// inserted returns for each row whether its key is among those that were inserted;
// of several of one key it is the first.
func (b bulk) inserted(rows [][]any, keys [][]byte) []bool {
	at := make(map[string]int, len(rows))
	for i, row := range rows {
		k, _ := row[b.key].([]byte)
		if _, twice := at[string(k)]; !twice {
			at[string(k)] = i
		}
	}
	fresh := make([]bool, len(rows))
	for _, k := range keys {
		fresh[at[string(k)]] = true
	}
	return fresh
}

// unnested returns rows as a list for each column, and the marks for them.
func (b bulk) unnested(rows [][]any) ([]any, string) {
	args, casts := make([]any, len(b.columns)), make([]string, len(b.columns))
	for c, typ := range b.types {
		casts[c] = "?::" + typ + "[]"
		switch typ {
		case "bigint":
			args[c] = column[int64](rows, c)
		case "bytea":
			args[c] = column[[]byte](rows, c)
		default:
			args[c] = column[string](rows, c)
		}
	}
	return args, strings.Join(casts, ", ")
}

// column returns one column of rows; every value in it is a T.
func column[T any](rows [][]any, c int) []T {
	out := make([]T, len(rows))
	for i, row := range rows {
		out[i], _ = row[c].(T)
	}
	return out
}

package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"hash/fnv"
	"strconv"
	"strings"

	"sallyport/internal/errs"
)

// dialect is all that differs between the two databases.
type dialect struct {
	name      string
	numbered  bool // $1, $2 in place of ?
	maxArgs   int  // arguments that one statement may have
	kind      func(error) (errs.Kind, bool)
	again     func(error) bool  // the transaction was turned away for another's sake
	schema    *strings.Replacer // of the words of a migration
	columns   string            // a query for the table name, column name and nullability, of the tables that both have
	lockTx    string            // holds a lock named by a number until the transaction ends; empty where there is one writer anyway
	bytewise  string            // behind a text column: it is compared by bytes; empty where all are
	forUpdate string            // locks the rows that a SELECT in a transaction reads; empty where there is one writer anyway
	text      func(column, key string) string
	micros    func(time string) string // a moment of River's, as the times of ours
	snapshot  sql.IsolationLevel       // at which a transaction sees one moment
	closed    func()                   // what else is to be closed
}

// rebind numbers the question marks for databases that want them numbered.
// Queries are our own constants: no question mark is inside a literal.
func (db *DB) rebind(q string) string {
	if !db.d.numbered || !strings.Contains(q, "?") {
		return q
	}
	if v, ok := db.rebound.Load(q); ok {
		return v.(string)
	}
	var b strings.Builder
	rest := q
	for n := 1; ; n++ {
		head, tail, ok := strings.Cut(rest, "?")
		b.WriteString(head)
		if !ok {
			break
		}
		b.WriteString("$" + strconv.Itoa(n))
		rest = tail
	}
	db.rebound.Store(q, b.String())
	return b.String()
}

// hold has whoever holds the same name in a transaction do so one after another,
// until each ends.
func (tx *Tx) hold(ctx context.Context, name string) error {
	lock := tx.db.d.lockTx
	if lock == "" {
		return nil
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(name)) // never fails
	_, err := tx.exec(ctx, lock, int64(h.Sum64()>>1))
	return err
}

// insertMany inserts rows with as few statements as the database allows. tail
// is what follows the values: ON CONFLICT …. The statements come in few sizes,
// so that the driver can keep them.
func (tx *Tx) insertMany(ctx context.Context, table, columns, tail string, rows [][]any) error {
	for len(rows) > 0 {
		n := chunk(len(rows), len(rows[0]), tx.db.d.maxArgs)
		args := make([]any, 0, n*len(rows[0]))
		for _, row := range rows[:n] {
			args = append(args, row...)
		}
		if _, err := tx.exec(ctx, insertText(table, columns, tail, n, len(rows[0])), args...); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

// chunk returns how many of n rows go into one statement: a power of two that
// fits.
func chunk(n, columns, maxArgs int) int {
	size := 1
	for size*2 <= n && size*2*columns <= maxArgs {
		size *= 2
	}
	return size
}

func insertText(table, columns, tail string, rows, width int) string {
	marks := "(" + strings.TrimSuffix(strings.Repeat("?, ", width), ", ") + ")"
	return "INSERT INTO " + table + " (" + columns + ") VALUES " + strings.TrimSuffix(strings.Repeat(marks+", ", rows), ", ") + " " + tail
}

// in returns "(?, ?, …)" for n arguments.
func in(n int) string { return "(" + strings.TrimSuffix(strings.Repeat("?, ", n), ", ") + ")" }

// among returns a condition that a column is one of some values. The database gets
// them as one list, so that one text, and one plan, serves for any number of them.
func among[T any](db *DB, column, typ string, vs []T) (string, []any) {
	if db.pool != nil {
		return column + " = ANY (?::" + typ + "[])", []any{vs}
	}
	if _, bytes := any(vs).([][]byte); bytes { // which JSON has none of
		return column + " IN " + in(len(vs)), anys(vs)
	}
	list, err := json.Marshal(vs)
	if err != nil {
		return column + " IN " + in(len(vs)), anys(vs)
	}
	return column + " IN (SELECT value FROM json_each(?))", []any{string(list)}
}

// anys returns a list as arguments of a query.
func anys[T any](vs []T) []any {
	out := make([]any, len(vs))
	for i, v := range vs {
		out[i] = v
	}
	return out
}

package store

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/binary"
	"slices"
	"strings"

	"sallyport/internal/search"
)

// The columns of eventRow that decide where an event goes.
const (
	eventOrg       = 0
	eventKeyed     = 1
	eventPublished = 4
)

// insertEvents inserts events and returns for each whether it was new.
func (tx *Tx) insertEvents(ctx context.Context, rows [][]any) ([]bool, error) {
	if tx.db.pool == nil {
		return tx.insertFresh(ctx, eventRows(), rows)
	}
	byMonth := map[month][]int{}
	for i, row := range rows {
		m := monthOf(row[eventPublished].(int64))
		byMonth[m] = append(byMonth[m], i)
	}
	months := make([]month, 0, len(byMonth))
	for m := range byMonth {
		months = append(months, m)
	}
	slices.Sort(months)
	fresh := make([]bool, len(rows))
	for _, m := range months {
		some := make([][]any, len(byMonth[m]))
		for n, i := range byMonth[m] {
			some[n] = storable(rows[i])
		}
		got, err := tx.insertMonth(ctx, m, some)
		if err != nil {
			return nil, err
		}
		for n, i := range byMonth[m] {
			fresh[i] = got[n]
		}
	}
	return fresh, nil
}

// A part of a statement with its arguments.
type clause struct {
	text string
	args []any
}

// Values are hidden from the planner as (SELECT ?): it makes one plan for all
// values then, instead of one for each, which with many partitions takes longer
// than what is planned. OFFSET 0 keeps it from any other way than by the index,
// partition by partition.
const (
	otherMonths = `org_id = (SELECT ?::text) AND (published_at < (SELECT ?::bigint) OR published_at >= (SELECT ?::bigint))`
	anyStray    = `SELECT 1 FROM event_stray WHERE org_id = ? AND key >= ? AND key <= ? LIMIT 1`
	eachOfKeys  = `SELECT e.key FROM unnest((SELECT ?::bytea[])) AS k (key), LATERAL (SELECT key FROM event WHERE ` + otherMonths + ` AND key = k.key OFFSET 0) e`
)

// insertMonth inserts events of one month. What has the uuid of an event of the
// same month is held back by the partition's own index; what has the uuid of an
// event of another month, which only one can have that was forged or changed, by
// a look at the other partitions. Keys that were made in this month need none, unless
// there is a stray of their time: an event of another month than its key, of which
// event_stray keeps the keys for that. It may keep more than there are.
func (tx *Tx) insertMonth(ctx context.Context, m month, rows [][]any) ([]bool, error) {
	near, far := m.split(rows)
	keys, crossed, err := tx.insertUnless(ctx, m, rows, near, far)
	if err != nil {
		return nil, err
	}
	if crossed {
		if keys, _, err = tx.insertUnless(ctx, m, rows, nil, append(near, far...)); err != nil {
			return nil, err
		}
	}
	fresh := eventRows().inserted(rows, keys)
	return fresh, tx.addStrays(ctx, m, rows, fresh)
}

// addStrays notes those of some events of a month that are new and whose keys were
// made in another.
func (tx *Tx) addStrays(ctx context.Context, m month, rows [][]any, fresh []bool) error {
	var orgs []string
	var keys [][]byte
	for i, row := range rows {
		k, _ := row[eventKeyed].([]byte)
		if _, ok := keyMade(k); ok && fresh[i] && !m.made(k) {
			org, _ := row[eventOrg].(string)
			orgs, keys = append(orgs, org), append(keys, k)
		}
	}
	if len(keys) == 0 {
		return nil
	}
	_, err := tx.exec(ctx, `INSERT INTO event_stray (org_id, key) SELECT * FROM unnest(?::text[], ?::bytea[]) ON CONFLICT DO NOTHING`, orgs, keys)
	return err
}

// insertUnless inserts what has none of the far keys that other months have, and
// returns the keys that are new. If there is a stray between the first and the last
// of the near ones, nothing is inserted and crossed is true.
func (tx *Tx) insertUnless(ctx context.Context, m month, rows [][]any, near, far [][]byte) (fresh [][]byte, crossed bool, err error) {
	b := eventRows()
	values, casts := b.unnested(rows)
	columns := strings.Join(b.columns, ", ")
	since, until := m.span()
	others := []any{rows[0][eventOrg], since, until}
	before, unless, after := clause{}, clause{text: "WHERE TRUE"}, clause{text: `RETURNING key`}
	if len(near) > 0 {
		before = clause{`WITH crossed AS MATERIALIZED (` + anyStray + `), fresh AS (`, []any{rows[0][eventOrg], near[0], near[len(near)-1]}}
		unless.text += ` AND NOT EXISTS (SELECT 1 FROM crossed)`
		after.text += `) SELECT key FROM fresh UNION ALL SELECT NULL FROM crossed`
	}
	if len(far) > 0 {
		unless.text += ` AND n.key <> ALL (ARRAY(` + eachOfKeys + `))`
		unless.args = append([]any{far}, others...)
	}
	keys, err := list(ctx, tx, scalar[[]byte], before.text+`INSERT INTO event (`+columns+`) SELECT * FROM unnest(`+casts+`) AS n (`+columns+`) `+
		unless.text+` ON CONFLICT DO NOTHING `+after.text, slices.Concat(before.args, values, unless.args)...)
	return keys, len(keys) > 0 && keys[len(keys)-1] == nil, err
}

// split returns the keys of events that were made in the month, in order, and
// those that were not.
func (m month) split(rows [][]any) (near, far [][]byte) {
	for _, k := range column[[]byte](rows, eventKeyed) {
		if m.made(k) {
			near = append(near, k)
		} else {
			far = append(far, k)
		}
	}
	slices.SortFunc(near, bytes.Compare)
	return near, far
}

// made reports whether a key was made in the month.
func (m month) made(key []byte) bool {
	since, until := m.span()
	at, ok := keyMade(key)
	return ok && at >= since && at < until
}

// keyMade returns when the uuid of a key was made, in microseconds since 1970, if
// it is of version 1: a hint, since anybody can write any uuid.
func keyMade(key []byte) (int64, bool) {
	const since1582 = 0x01b21dd213814000 // ticks of 100 ns from 1582-10-15 to 1970
	if len(key) < 8 {
		return 0, false
	}
	ticks := binary.BigEndian.Uint64(key)
	if ticks>>60 != 1 {
		return 0, false
	}
	return (int64(ticks&(1<<60-1)) - since1582) / 10, true
}

// byPlace returns a query for events by their places, of which each names its
// partition on PostgreSQL.
func (db *DB) byPlace(columns string, at []search.Doc) (string, []any) {
	seqs := make([]int64, len(at))
	for i, p := range at {
		seqs[i] = p.Seq
	}
	if db.pool == nil {
		return `SELECT ` + columns + ` FROM event WHERE seq IN ` + in(len(seqs)), anys(seqs)
	}
	times := make([]int64, len(at))
	for i, p := range at {
		times[i] = p.At
	}
	return `SELECT e.* FROM unnest((SELECT ?::bigint[]), (SELECT ?::bigint[])) AS w (n, at), LATERAL (SELECT ` + columns + ` FROM event WHERE seq = w.n AND published_at = w.at OFFSET 0) e`,
		[]any{seqs, times}
}

// keyedWithin is how far, in microseconds, the time that an event was published is
// from the time that its uuid was made, usually.
const keyedWithin = 3600 * 1_000_000

// byKeys lists events by their keys, in no order. PostgreSQL looks where they
// should be by the times that the keys were made, and where all months may have
// them only if some are not there.
func byKeys[T any](ctx context.Context, db *DB, on querier, scan func(*sql.Rows) (T, error), q keyed) ([]T, error) {
	if low, high, ok := q.hints(); ok && db.pool != nil {
		text, args := `SELECT e.* FROM unnest((SELECT ?::bytea[]), (SELECT ?::bigint[]), (SELECT ?::bigint[])) AS w (key, low, high),
			LATERAL (SELECT `+q.columns+` FROM event WHERE org_id = ? AND key = w.key AND published_at >= w.low AND published_at <= w.high OFFSET 0) e`, []any{q.keys, low, high, q.org}
		if len(q.keys) == 1 { // with values that it knows the planner takes the one partition
			text, args = `SELECT `+q.columns+` FROM event WHERE org_id = ? AND key = ? AND published_at >= ? AND published_at <= ?`, []any{q.org, q.keys[0], low[0], high[0]}
		}
		found, err := list(ctx, on, scan, text, args...)
		if err != nil || len(found) >= len(q.keys) {
			return found, err
		}
	}
	ofKeys, args := among(db, "key", "bytea", q.keys)
	return list(ctx, on, scan, `SELECT `+q.columns+` FROM event WHERE org_id = ? AND `+ofKeys, append([]any{q.org}, args...)...)
}

// keyed says which columns are wanted of which events of an organization.
type keyed struct {
	columns, org string
	keys         [][]byte
}

func keyedBy(columns, org string, uuids ...string) keyed {
	q := keyed{columns: columns, org: org, keys: make([][]byte, len(uuids))}
	for i, u := range uuids {
		q.keys[i] = eventKey(u)
	}
	return q
}

// hints returns between which times events should have been published, by the
// times that all of the keys were made.
func (q keyed) hints() (low, high []int64, ok bool) {
	for _, k := range q.keys {
		made, ok := keyMade(k)
		if !ok {
			return nil, nil, false
		}
		low, high = append(low, made-keyedWithin), append(high, made+keyedWithin)
	}
	return low, high, true
}

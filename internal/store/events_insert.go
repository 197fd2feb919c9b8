package store

import (
	"bytes"
	"context"
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

// elsewhere finds the keys, within some ranges, of events of other months. That
// the ranges come from a table keeps the planner from making a plan anew each
// time, as it would for values that it knows; OFFSET 0 keeps it from joining
// in another way than one range after another.
const elsewhere = `SELECT e.key FROM unnest(?::text[], ?::bytea[], ?::bytea[], ?::bigint[], ?::bigint[]) AS r (org, low, high, since, until),
	LATERAL (SELECT key FROM event WHERE org_id = r.org AND key >= r.low AND key <= r.high AND (published_at < r.since OR published_at >= r.until) OFFSET 0) e`

// insertMonth inserts events of one month. What has the uuid of an event of the
// same month is held back by the partition's own index; what has the uuid of an
// event of another month, which only one can have that was forged or changed, by
// a look at the other partitions.
func (tx *Tx) insertMonth(ctx context.Context, m month, rows [][]any) ([]bool, error) {
	b := eventRows()
	args, casts := b.unnested(rows)
	columns := strings.Join(b.columns, ", ")
	keys, err := list(ctx, tx, scalar[[]byte], `INSERT INTO event (`+columns+`) SELECT * FROM unnest(`+casts+`) AS n (`+columns+`)
		WHERE n.key <> ALL (ARRAY(`+elsewhere+`)) ON CONFLICT DO NOTHING RETURNING key`, append(args, m.ranges(rows)...)...)
	if err != nil {
		return nil, err
	}
	return b.inserted(rows, keys), nil
}

// ranges returns the ranges of keys to look for in other months: one that holds
// the keys that were made in this month, of which the others have few or none, and each
// other key by itself.
func (m month) ranges(rows [][]any) []any {
	since, until := m.span()
	org, _ := rows[0][eventOrg].(string)
	keys := column[[]byte](rows, eventKeyed)
	slices.SortFunc(keys, bytes.Compare)
	var low, high [][]byte
	near := -1
	for _, k := range keys {
		made, ok := keyMade(k)
		switch {
		case !ok || made < since || made >= until:
			low, high = append(low, k), append(high, k)
		case near < 0:
			near = len(low)
			low, high = append(low, k), append(high, k)
		default:
			high[near] = k
		}
	}
	n := len(low)
	return []any{slices.Repeat([]string{org}, n), low, high, slices.Repeat([]int64{since}, n), slices.Repeat([]int64{until}, n)}
}

// keyMade returns when the uuid of a key was made, in microseconds since 1970, if
// it is of version 1: a hint, since anybody can write any uuid.
func keyMade(key []byte) (int64, bool) {
	const since1582 = 0x01b21dd213814000 // ticks of 100 ns from 1582-10-15 to 1970
	ticks := binary.BigEndian.Uint64(key)
	if ticks>>60 != 1 {
		return 0, false
	}
	return (int64(ticks&(1<<60-1)) - since1582) / 10, true //nolint:gosec // 60 bits
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
	return `SELECT e.* FROM unnest(?::bigint[], ?::bigint[]) AS w (n, at), LATERAL (SELECT ` + columns + ` FROM event WHERE seq = w.n AND published_at = w.at OFFSET 0) e`,
		[]any{seqs, times}
}

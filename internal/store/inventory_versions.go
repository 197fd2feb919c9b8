package store

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"slices"
	"strings"

	"sallyport/internal/inventory"
)

// packNumbers returns a set of numbers in few bytes.
func packNumbers(nos []int64) []byte {
	slices.Sort(nos)
	out := make([]byte, 0, 2*len(nos))
	last := int64(0)
	for _, n := range nos {
		out = binary.AppendVarint(out, n-last)
		last = n
	}
	return out
}

// unpackNumbers calls add with the numbers that were packed.
func unpackNumbers(packed []byte, add func(int64)) error {
	last := int64(0)
	for len(packed) > 0 {
		d, n := binary.Varint(packed)
		if n <= 0 {
			return errors.New("numbers of entities break off")
		}
		last += d
		packed = packed[n:]
		add(last)
	}
	return nil
}

// manyAtOnce is how many values one query names at most.
const manyAtOnce = 1000

// entityNumbers returns the numbers of entities of a kind, in the order of their ids;
// those that have none are given one.
func (tx *Tx) entityNumbers(ctx context.Context, tenant int64, kind inventory.Kind, ids []string) (map[string]int64, error) {
	type numbered struct {
		id string
		no int64
	}
	out := make(map[string]int64, len(ids))
	find := func(some []string) error {
		cond, args := among(tx.db, "okta_id", "text", some)
		got, err := list(ctx, tx, func(rows *sql.Rows) (n numbered, err error) { return n, rows.Scan(&n.id, &n.no) },
			`SELECT okta_id, no FROM inventory_entity WHERE tenant = ? AND kind = ? AND `+cond, append([]any{tenant, kind}, args...)...)
		for _, n := range got {
			out[n.id] = n.no
		}
		return err
	}
	for some := range slices.Chunk(ids, manyAtOnce) {
		if err := find(some); err != nil {
			return nil, err
		}
		var rows [][]any
		var missing []string
		for _, id := range some {
			if _, ok := out[id]; !ok {
				out[id] = 0
				missing = append(missing, id)
				rows = append(rows, []any{tenant, string(kind), id})
			}
		}
		if len(rows) == 0 {
			continue
		}
		if err := tx.insertMany(ctx, "inventory_entity", "tenant, kind, okta_id", "ON CONFLICT DO NOTHING", rows); err != nil {
			return nil, err
		}
		if err := find(missing); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// standing is the version of an entity that holds now.
type standing struct {
	from   int64
	digest []byte
}

// standing returns the versions that hold now, by the number of their entity.
func (tx *Tx) standing(ctx context.Context, nos []int64) (map[int64]standing, error) {
	type row struct {
		no int64
		standing
	}
	out := make(map[int64]standing, len(nos))
	for some := range slices.Chunk(nos, manyAtOnce) {
		cond, args := among(tx.db, "entity", "bigint", some)
		got, err := list(ctx, tx, func(rows *sql.Rows) (r row, err error) { return r, rows.Scan(&r.no, &r.from, &r.digest) },
			`SELECT entity, valid_from, digest FROM inventory_version WHERE valid_to = ? AND `+cond, append([]any{int64(still)}, args...)...)
		if err != nil {
			return nil, err
		}
		for _, r := range got {
			out[r.no] = r.standing
		}
	}
	return out, nil
}

// keepEntities keeps entities of a kind as they are from a moment on, and returns
// their numbers. What has not changed is not touched.
func (tx *Tx) keepEntities(ctx context.Context, tenant, at int64, kind inventory.Kind, entities []inventory.Entity) ([]int64, error) {
	latest := make(map[string]inventory.Entity, len(entities))
	ids := make([]string, 0, len(entities))
	for _, e := range entities {
		if _, twice := latest[e.ID]; !twice {
			ids = append(ids, e.ID)
		}
		latest[e.ID] = e
	}
	byID, err := tx.entityNumbers(ctx, tenant, kind, ids)
	if err != nil {
		return nil, err
	}
	nos := make([]int64, len(ids))
	for i, id := range ids {
		nos[i] = byID[id]
	}
	now, err := tx.standing(ctx, nos)
	if err != nil {
		return nil, err
	}
	var fresh [][]any
	for i, id := range ids {
		row, err := tx.keepEntity(ctx, tenant, at, nos[i], latest[id], now[nos[i]])
		if err != nil {
			return nil, err
		}
		if row != nil {
			fresh = append(fresh, row)
		}
	}
	if err := tx.keepKeys(ctx, tenant, byID, latest); err != nil || len(fresh) == 0 {
		return nos, err
	}
	return nos, tx.insertMany(ctx, "inventory_version", "entity, valid_from, valid_to, tenant, kind, name, folded, digest, body",
		"ON CONFLICT (entity, valid_from) DO UPDATE SET valid_to = excluded.valid_to, name = excluded.name, folded = excluded.folded, digest = excluded.digest, body = excluded.body", fresh)
}

// keepEntity returns the row of a new version of an entity; nil where there is none.
func (tx *Tx) keepEntity(ctx context.Context, tenant, at, no int64, e inventory.Entity, was standing) ([]any, error) {
	digest := inventory.Digest(e.Kind, e.Name, e.Body)
	folded := strings.ToLower(e.Name)
	switch {
	case was.digest == nil:
	case bytes.Equal(was.digest, digest):
		return nil, nil
	case was.from >= at, bytes.Equal(inventory.SteadyDigest(was.digest), inventory.SteadyDigest(digest)):
		_, err := tx.exec(ctx, `UPDATE inventory_version SET name = ?, folded = ?, digest = ?, body = ? WHERE entity = ? AND valid_from = ?`,
			e.Name, folded, digest, pack(e.Body), no, was.from)
		return nil, err
	default:
		if _, err := tx.exec(ctx, `UPDATE inventory_version SET valid_to = ? WHERE entity = ? AND valid_from = ?`, at, no, was.from); err != nil {
			return nil, err
		}
	}
	return []any{no, at, int64(still), tenant, string(e.Kind), e.Name, folded, digest, pack(e.Body)}, nil
}

// endEntities ends entities, and the edges at them, at a moment.
func (tx *Tx) endEntities(ctx context.Context, at int64, nos []int64) error {
	for some := range slices.Chunk(nos, manyAtOnce) {
		cond, args := among(tx.db, "entity", "bigint", some)
		if _, err := tx.exec(ctx, `UPDATE inventory_version SET valid_to = ? WHERE valid_to = ? AND valid_from < ? AND `+cond,
			append([]any{at, int64(still), at}, args...)...); err != nil {
			return err
		}
		for _, end := range []string{"from_no", "to_no"} {
			cond, args := among(tx.db, end, "bigint", some)
			if _, err := tx.exec(ctx, `UPDATE inventory_edge SET valid_to = ? WHERE valid_to = ? AND valid_from < ? AND `+cond,
				append([]any{at, int64(still), at}, args...)...); err != nil {
				return err
			}
		}
	}
	return nil
}

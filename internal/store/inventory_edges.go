package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"

	"sallyport/internal/inventory"
)

// relationNumbers are the relations in the order of the numbers, from 1, that
// they are stored as: new ones come at the end.
func relationNumbers() []inventory.Relation {
	return []inventory.Relation{
		inventory.MemberOf, inventory.Assigned, inventory.AssignedVia, inventory.HasRole, inventory.GrantedScope, inventory.Owns, inventory.UsesDevice, inventory.PushesTo, inventory.Holds,
	}
}

// relationNo returns the number of a relation; 0 where there is no such.
func relationNo(r inventory.Relation) int64 { return int64(slices.Index(relationNumbers(), r) + 1) }

// relationOf returns the relation of a number.
func relationOf(no int64) inventory.Relation {
	if all := relationNumbers(); no >= 1 && int(no) <= len(all) {
		return all[no-1]
	}
	return ""
}

// edgeRow is an edge as it is stored.
type edgeRow struct {
	from, to, since int64
	id, body        string
}

// replaceEdges makes the edges of a relation around an entity those that are given,
// from a moment on.
func (tx *Tx) replaceEdges(ctx context.Context, tenant, at int64, a inventory.Around) error {
	want, anchor, err := tx.numbered(ctx, tenant, a)
	if err != nil {
		return err
	}
	end, relation := "to_no", relationNo(a.Relation)
	if a.AtFrom() {
		end = "from_no"
	}
	have, err := list(ctx, tx, func(rows *sql.Rows) (e edgeRow, err error) {
		return e, rows.Scan(&e.from, &e.to, &e.since, &e.id, &e.body)
	},
		`SELECT from_no, to_no, valid_from, okta_id, body FROM inventory_edge WHERE `+end+` = ? AND relation = ? AND valid_to = ?`, anchor, relation, int64(still))
	if err != nil {
		return err
	}
	for _, h := range have {
		key := edgeKey{h.from, h.to, h.id}
		w, stays := want[key]
		if stays && w.body == h.body {
			delete(want, key)
			continue
		}
		if h.since >= at { // it came after this was read, or is corrected
			if stays {
				want[key] = edgeRow{from: w.from, to: w.to, id: w.id, body: w.body, since: h.since}
			}
			continue
		}
		if _, err := tx.exec(ctx, `UPDATE inventory_edge SET valid_to = ? WHERE from_no = ? AND relation = ? AND to_no = ? AND okta_id = ? AND valid_from = ?`,
			at, h.from, relation, h.to, h.id, h.since); err != nil {
			return err
		}
	}
	rows := make([][]any, 0, len(want))
	for _, w := range want {
		since := at
		if w.since > 0 {
			since = w.since
		}
		rows = append(rows, []any{w.from, relation, w.to, w.id, since, int64(still), tenant, w.body})
	}
	if len(rows) == 0 {
		return nil
	}
	slices.SortFunc(rows, func(a, b []any) int { // as they lie in the table
		return cmp.Or(cmp.Compare(a[0].(int64), b[0].(int64)), cmp.Compare(a[2].(int64), b[2].(int64)))
	})
	return tx.insertMany(ctx, "inventory_edge", "from_no, relation, to_no, okta_id, valid_from, valid_to, tenant, body",
		"ON CONFLICT (from_no, relation, to_no, okta_id, valid_from) DO UPDATE SET valid_to = excluded.valid_to, body = excluded.body", rows)
}

type edgeKey struct {
	from, to int64
	id       string
}

// numbered returns edges with the numbers of their ends, and that of the anchor.
func (tx *Tx) numbered(ctx context.Context, tenant int64, a inventory.Around) (map[edgeKey]edgeRow, int64, error) {
	ids := map[inventory.Kind]map[string]int64{a.Anchor.Kind: {a.Anchor.ID: 0}}
	for _, e := range a.Edges {
		for _, r := range []inventory.Ref{e.From, e.To} {
			if ids[r.Kind] == nil {
				ids[r.Kind] = map[string]int64{}
			}
			ids[r.Kind][r.ID] = 0
		}
		anchor := e.To
		if a.AtFrom() {
			anchor = e.From
		}
		if anchor != a.Anchor || e.Relation != a.Relation {
			return nil, 0, fmt.Errorf("an edge %s %v to %v is not around %v", e.Relation, e.From, e.To, a.Anchor)
		}
	}
	for kind, of := range ids {
		names := make([]string, 0, len(of))
		for id := range of {
			names = append(names, id)
		}
		slices.Sort(names)
		nos, err := tx.entityNumbers(ctx, tenant, kind, names)
		if err != nil {
			return nil, 0, err
		}
		ids[kind] = nos
	}
	out := make(map[edgeKey]edgeRow, len(a.Edges))
	for _, e := range a.Edges {
		row := edgeRow{from: ids[e.From.Kind][e.From.ID], to: ids[e.To.Kind][e.To.ID], id: e.ID, body: string(e.Body)}
		out[edgeKey{row.from, row.to, row.id}] = row
	}
	return out, ids[a.Anchor.Kind][a.Anchor.ID], nil
}

package store

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"sallyport/internal/inventory"
)

// Named returns the entity of a kind that has an id, or a name in any case, as it
// is now or was last; false where there was none.
func (t Inventory) Named(ctx context.Context, org, tenant string, kind inventory.Kind, key string) (found NamedRef, ok bool, err error) {
	scan := func(rows *sql.Rows) (f NamedRef, err error) { return f, rows.Scan(&f.Kind, &f.ID, &f.Name) }
	all, err := list(ctx, t.db, scan, `SELECT e.kind, e.okta_id, v.name FROM inventory_entity e JOIN inventory_version v ON v.entity = e.no
		WHERE e.tenant = (SELECT no FROM tenant WHERE org_id = ? AND id = ?) AND e.kind = ? AND e.okta_id = ? ORDER BY v.valid_from DESC LIMIT 1`, org, tenant, string(kind), key)
	if err == nil && len(all) == 0 {
		all, err = list(ctx, t.db, scan, `SELECT e.kind, e.okta_id, v.name FROM inventory_version v JOIN inventory_entity e ON e.no = v.entity
			WHERE v.tenant = (SELECT no FROM tenant WHERE org_id = ? AND id = ?) AND v.kind = ? AND v.folded = ? AND v.valid_to = 9223372036854775807
			ORDER BY v.entity LIMIT 1`, org, tenant, string(kind), strings.ToLower(key))
	}
	if err != nil || len(all) == 0 {
		return found, false, err
	}
	return all[0], true, nil
}

// Trail returns versions of an entity that began at a time or before, the newest
// first.
func (t Inventory) Trail(ctx context.Context, org, tenant string, of inventory.Ref, until time.Time, limit int) ([]EntityVersion, error) {
	return list(ctx, t.db, scanEntityVersion, `SELECT v.name, v.body, v.valid_from, v.valid_to FROM inventory_entity e JOIN inventory_version v ON v.entity = e.no
		WHERE e.tenant = (SELECT no FROM tenant WHERE org_id = ? AND id = ?) AND e.kind = ? AND e.okta_id = ? AND v.valid_from <= ? ORDER BY v.valid_from DESC LIMIT ?`,
		org, tenant, string(of.Kind), of.ID, toMicros(until), limit)
}

// EdgeMove is what became, at one moment, of the edges of one relation at an entity.
type EdgeMove struct {
	At       time.Time
	Relation inventory.Relation
	Inward   bool // they lead to the entity
	Began    bool
	Edges    int
	Others   []NamedRef // what is at their other ends, some of them
}

// NamedRef names an entity.
type NamedRef struct {
	inventory.Ref

	Name string
}

// mostOthers is how many edges of a move are named, and mostNamed of all moves
// that are asked for at once.
const (
	mostOthers = 20
	mostNamed  = 1000
)

// inward are the relations that few edges of lead to one entity: of the others, who
// joined a group or was assigned an app, events tell.
func inward() []inventory.Relation {
	return []inventory.Relation{inventory.AssignedVia, inventory.UsesDevice, inventory.Owns, inventory.PushesTo}
}

// EdgeMoves returns what became of the edges at an entity at a time or before, the
// newest first. Those that were there when the entity was first seen have not come.
func (t Inventory) EdgeMoves(ctx context.Context, org, tenant string, of inventory.Ref, until time.Time, limit int) ([]EdgeMove, error) {
	type origin struct{ no, first int64 }
	from, err := list(ctx, t.db, func(rows *sql.Rows) (o origin, err error) { return o, rows.Scan(&o.no, &o.first) },
		`SELECT e.no, COALESCE((SELECT min(v.valid_from) FROM inventory_version v WHERE v.entity = e.no), 0) FROM inventory_entity e
		WHERE e.tenant = (SELECT no FROM tenant WHERE org_id = ? AND id = ?) AND e.kind = ? AND e.okta_id = ?`, org, tenant, string(of.Kind), of.ID)
	if err != nil || len(from) == 0 {
		return nil, err
	}
	var out []EdgeMove
	for _, in := range []bool{false, true} {
		moves, err := t.edgeMoves(ctx, from[0].no, from[0].first, toMicros(until), in, limit)
		if err != nil {
			return nil, err
		}
		out = append(out, moves...)
	}
	slices.SortStableFunc(out, func(a, b EdgeMove) int { return b.At.Compare(a.At) })
	return out, nil
}

// end returns the condition that an edge is at an entity, and the column of the
// entity at its other end.
func end(no int64, inwards bool) (w where, other string) {
	if !inwards {
		w.add("e.from_no = ?", no)
		return w, "e.to_no"
	}
	w.add("e.to_no = ?", no)
	var nos []int64
	for _, r := range inward() {
		nos = append(nos, relationNo(r))
	}
	w.add("e.relation IN "+in(len(nos)), anys(nos)...)
	return w, "e.from_no"
}

func (t Inventory) edgeMoves(ctx context.Context, no, first, until int64, inwards bool, limit int) ([]EdgeMove, error) {
	w, other := end(no, inwards)
	args := slices.Concat(w.args, []any{first, until}, w.args, []any{first, until}, []any{limit})
	moves, err := list(ctx, t.db, func(rows *sql.Rows) (m EdgeMove, err error) {
		var at, relation, began int64
		err = rows.Scan(&at, &relation, &began, &m.Edges)
		m.At, m.Relation, m.Began, m.Inward = fromMicros(at), relationOf(relation), began == 1, inwards
		return m, err
	}, `SELECT at, relation, began, count(*) FROM (
			SELECT e.valid_from AS at, e.relation AS relation, 1 AS began FROM inventory_edge e `+w.text()+` AND e.valid_from > ? AND e.valid_from <= ? AND e.valid_to > e.valid_from
			UNION ALL SELECT e.valid_to AS at, e.relation AS relation, 0 AS began FROM inventory_edge e `+w.text()+` AND e.valid_to > ? AND e.valid_to <= ? AND e.valid_to > e.valid_from
		) moves GROUP BY at, relation, began ORDER BY at DESC, relation, began LIMIT ?`, args...)
	if err != nil || len(moves) == 0 {
		return nil, err
	}
	return moves, t.nameOthers(ctx, w, other, moves)
}

// nameOthers names what is at the other ends of edges.
func (t Inventory) nameOthers(ctx context.Context, w where, other string, moves []EdgeMove) error {
	var times []any
	for _, m := range moves {
		if at := any(toMicros(m.At)); !slices.Contains(times, at) {
			times = append(times, at)
		}
	}
	type row struct {
		NamedRef

		relation, from, to int64
	}
	args := slices.Concat(w.args, times, times, []any{mostNamed})
	rows, err := list(ctx, t.db, func(rows *sql.Rows) (r row, err error) {
		var name sql.NullString
		err = rows.Scan(&r.relation, &r.from, &r.to, &r.Kind, &r.ID, &name)
		r.Name = name.String
		return r, err
	}, `SELECT e.relation, e.valid_from, e.valid_to, o.kind, o.okta_id, (SELECT v.name FROM inventory_version v WHERE v.entity = o.no ORDER BY v.valid_from DESC LIMIT 1)
		FROM inventory_edge e JOIN inventory_entity o ON o.no = `+other+` `+w.text()+` AND e.valid_to > e.valid_from AND (e.valid_from IN `+in(len(times))+` OR e.valid_to IN `+in(len(times))+`)
		ORDER BY e.relation, o.no LIMIT ?`, args...)
	for i := range moves {
		m := &moves[i]
		at, relation := toMicros(m.At), relationNo(m.Relation)
		for _, r := range rows {
			if hit := m.Began && r.from == at || !m.Began && r.to == at; hit && r.relation == relation && len(m.Others) < mostOthers && !slices.Contains(m.Others, r.NamedRef) {
				m.Others = append(m.Others, r.NamedRef)
			}
		}
	}
	return err
}

package store

import (
	"context"
	"database/sql"
	"slices"

	"sallyport/internal/errs"
	"sallyport/internal/inventory"
)

// Apply implements [inventory.DeltaShelf].
func (t Inventory) Apply(ctx context.Context, of inventory.Tenant, c inventory.Change) (unsure []inventory.Pair, err error) {
	err = t.db.Write(ctx, func(tx *Tx) error {
		no, err := one(ctx, tx, "tenant", scalar[int64], `SELECT no FROM tenant WHERE org_id = ? AND id = ?`+tx.db.d.forUpdate, of.Org, of.ID)
		if err != nil {
			return err
		}
		unsure, err = tx.apply(ctx, no, c)
		return err
	})
	return unsure, err
}

func (tx *Tx) apply(ctx context.Context, tenant int64, c inventory.Change) ([]inventory.Pair, error) {
	at := toMicros(c.At)
	byKind := map[inventory.Kind][]inventory.Entity{}
	for _, e := range c.Entities {
		byKind[e.Kind] = append(byKind[e.Kind], e)
	}
	for kind, entities := range byKind {
		if _, err := tx.keepEntities(ctx, tenant, at, kind, entities); err != nil {
			return nil, err
		}
	}
	for _, a := range c.Around {
		if err := tx.replaceEdges(ctx, tenant, at, a); err != nil {
			return nil, err
		}
		if err := tx.readAround(ctx, tenant, at, a); err != nil {
			return nil, err
		}
	}
	for kind, ids := range c.Whole {
		if err := tx.endOthers(ctx, tenant, at, kind, ids); err != nil {
			return nil, err
		}
	}
	for _, gone := range c.Gone {
		if err := tx.endGone(ctx, tenant, at, gone); err != nil {
			return nil, err
		}
	}
	var unsure []inventory.Pair
	for _, p := range c.Pairs {
		sure, err := tx.applyPair(ctx, tenant, c, p)
		if err != nil {
			return nil, err
		}
		if !sure {
			unsure = append(unsure, p)
		}
	}
	return unsure, nil
}

// readAround notes that edges were read as they were at a moment.
func (tx *Tx) readAround(ctx context.Context, tenant, at int64, a inventory.Around) error {
	nos, err := tx.entityNumbers(ctx, tenant, a.Anchor.Kind, []string{a.Anchor.ID})
	if err != nil {
		return err
	}
	from, to := int64(0), nos[a.Anchor.ID]
	if a.AtFrom() {
		from, to = to, from
	}
	return tx.note(ctx, tenant, a.Relation, from, to, at)
}

func (tx *Tx) note(ctx context.Context, tenant int64, r inventory.Relation, from, to, at int64) error {
	_, err := tx.exec(ctx, `INSERT INTO inventory_told (tenant, relation, from_no, to_no, at) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (tenant, relation, from_no, to_no) DO UPDATE SET at = excluded.at`, tenant, relationNo(r), from, to, at)
	return err
}

// endOthers ends the entities of a kind that are not among those that are there.
func (tx *Tx) endOthers(ctx context.Context, tenant, at int64, kind inventory.Kind, ids []string) error {
	type numbered struct {
		no int64
		id string
	}
	there, err := list(ctx, tx, func(rows *sql.Rows) (n numbered, err error) { return n, rows.Scan(&n.no, &n.id) },
		`SELECT v.entity, e.okta_id FROM inventory_version v JOIN inventory_entity e ON e.no = v.entity WHERE v.tenant = ? AND v.kind = ? AND v.valid_to = ?`,
		tenant, string(kind), int64(still))
	if err != nil {
		return err
	}
	ids = slices.Sorted(slices.Values(ids))
	var gone []int64
	for _, n := range there {
		if _, is := slices.BinarySearch(ids, n.id); !is {
			gone = append(gone, n.no)
		}
	}
	return tx.endEntities(ctx, at, gone)
}

// endGone ends an entity, where it was known, and the edges at it, those among them
// that events told of at the same moment.
func (tx *Tx) endGone(ctx context.Context, tenant, at int64, gone inventory.Ref) error {
	nos, err := list(ctx, tx, scalar[int64], `SELECT no FROM inventory_entity WHERE tenant = ? AND kind = ? AND okta_id = ?`, tenant, string(gone.Kind), gone.ID)
	if err != nil {
		return err
	}
	if err := tx.endEntities(ctx, at, nos); err != nil {
		return err
	}
	for _, no := range nos {
		for _, end := range []string{"from_no", "to_no"} {
			if _, err := tx.exec(ctx, `UPDATE inventory_edge SET valid_to = valid_from WHERE valid_to = ? AND valid_from >= ? AND `+end+` = ?`, int64(still), at, no); err != nil {
				return err
			}
		}
	}
	return nil
}

// applyPair makes an edge be there, or not, and reports whether that is for sure. What
// an event says is where both ends are known, and nothing as new is known of the two.
func (tx *Tx) applyPair(ctx context.Context, tenant int64, c inventory.Change, p inventory.Pair) (bool, error) {
	from, okFrom, err := tx.knownNumber(ctx, tenant, p.Edge.From)
	if err != nil {
		return false, err
	}
	to, okTo, err := tx.knownNumber(ctx, tenant, p.Edge.To)
	if err != nil {
		return false, err
	}
	read := p.Published.IsZero()
	if (!okFrom || !okTo) && (!read || !p.There) {
		return read, nil
	}
	if !okFrom || !okTo { // what was read names what is still to come
		return true, tx.setEarly(ctx, tenant, toMicros(c.At), p)
	}
	if !read {
		if p.Published.Before(c.Sure.From) || p.Published.After(c.Sure.To) {
			return false, nil
		}
		last, err := list(ctx, tx, scalar[int64], `SELECT COALESCE(max(at), 0) FROM inventory_told WHERE tenant = ? AND relation = ?
			AND (from_no = ? AND to_no = ? OR from_no = ? AND to_no = 0 OR from_no = 0 AND to_no = ?)`, tenant, relationNo(p.Edge.Relation), from, to, from, to)
		if err != nil {
			return false, err
		}
		if len(last) > 0 && last[0]+c.Skew.Microseconds() >= toMicros(p.Published) {
			return false, nil
		}
		if err := tx.note(ctx, tenant, p.Edge.Relation, from, to, toMicros(p.Published)); err != nil {
			return false, err
		}
	}
	return true, tx.setEdge(ctx, tenant, toMicros(c.At), from, to, p)
}

// setEarly sets an edge of whose ends one is not known yet.
func (tx *Tx) setEarly(ctx context.Context, tenant, at int64, p inventory.Pair) error {
	from, err := tx.entityNumbers(ctx, tenant, p.Edge.From.Kind, []string{p.Edge.From.ID})
	if err != nil {
		return err
	}
	to, err := tx.entityNumbers(ctx, tenant, p.Edge.To.Kind, []string{p.Edge.To.ID})
	if err != nil {
		return err
	}
	return tx.setEdge(ctx, tenant, at, from[p.Edge.From.ID], to[p.Edge.To.ID], p)
}

// knownNumber returns the number of an entity that is there.
func (tx *Tx) knownNumber(ctx context.Context, tenant int64, of inventory.Ref) (int64, bool, error) {
	no, err := one(ctx, tx, "entity", scalar[int64], `SELECT e.no FROM inventory_entity e JOIN inventory_version v ON v.entity = e.no
		WHERE e.tenant = ? AND e.kind = ? AND e.okta_id = ? AND v.valid_to = ?`, tenant, string(of.Kind), of.ID, int64(still))
	if errs.KindOf(err) == errs.NotFound {
		return 0, false, nil
	}
	return no, err == nil, err
}

// setEdge makes an edge that has no id be as it is given, or be over.
func (tx *Tx) setEdge(ctx context.Context, tenant, at, from, to int64, p inventory.Pair) error {
	relation, body := relationNo(p.Edge.Relation), string(p.Edge.Body)
	have, err := list(ctx, tx, func(rows *sql.Rows) (e edgeRow, err error) { return e, rows.Scan(&e.since, &e.body) },
		`SELECT valid_from, body FROM inventory_edge WHERE from_no = ? AND relation = ? AND to_no = ? AND okta_id = '' AND valid_to = ?`, from, relation, to, int64(still))
	if err != nil || len(have) > 0 && p.There && have[0].body == body || len(have) == 0 && !p.There {
		return err
	}
	if len(have) > 0 {
		if _, err := tx.exec(ctx, `UPDATE inventory_edge SET valid_to = ? WHERE from_no = ? AND relation = ? AND to_no = ? AND okta_id = '' AND valid_from = ?`,
			max(at, have[0].since), from, relation, to, have[0].since); err != nil {
			return err
		}
	}
	if !p.There {
		return nil
	}
	return tx.insertMany(ctx, "inventory_edge", "from_no, relation, to_no, okta_id, valid_from, valid_to, tenant, body",
		"ON CONFLICT (from_no, relation, to_no, okta_id, valid_from) DO UPDATE SET valid_to = excluded.valid_to, body = excluded.body",
		[][]any{{from, relation, to, "", at, int64(still), tenant, body}})
}

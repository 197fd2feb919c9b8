package store

import (
	"context"
	"database/sql"
	"encoding/json"

	"sallyport/internal/inventory"
	"sallyport/internal/okta"
)

// Settle implements [inventory.Shelf].
func (t Inventory) Settle(ctx context.Context, s inventory.Sync, done inventory.Settlement) error {
	for _, kind := range done.Kinds {
		if err := t.db.Write(ctx, func(tx *Tx) error { return tx.endUnseen(ctx, s, kind) }); err != nil {
			return err
		}
	}
	for relation, anchors := range done.Relations {
		if err := t.db.Write(ctx, func(tx *Tx) error { return tx.endUnread(ctx, s, relation, anchors) }); err != nil {
			return err
		}
	}
	sights, err := json.Marshal(done.Sights)
	if err != nil {
		return err
	}
	progress, err := json.Marshal(s.Progress)
	if err != nil {
		return err
	}
	return t.db.Write(ctx, func(tx *Tx) error {
		a, err := tx.sync(ctx, s)
		if err != nil {
			return err
		}
		if err := tx.keepSights(ctx, a.tenant, done.Sights); err != nil {
			return err
		}
		now := toMicros(t.now())
		if _, err := tx.exec(ctx, `UPDATE inventory_sync SET state = ?, beat_at = ?, ended_at = ?, progress = ?, sights = ? WHERE no = ?`,
			inventory.SyncDone, now, now, string(progress), string(sights), a.no); err != nil {
			return err
		}
		return tx.forgetTasks(ctx, a.no)
	})
}

// endUnseen ends the entities of a kind that a sync has not seen.
func (tx *Tx) endUnseen(ctx context.Context, s inventory.Sync, kind inventory.Kind) error {
	a, err := tx.sync(ctx, s)
	if err != nil {
		return err
	}
	pages, err := list(ctx, tx, scalar[[]byte], `SELECT body FROM inventory_page WHERE sync_no = ? AND kind = ?`, a.no, string(kind))
	if err != nil {
		return err
	}
	seen := map[int64]bool{}
	for _, p := range pages {
		if err := unpackNumbers(p, func(no int64) { seen[no] = true }); err != nil {
			return err
		}
	}
	there, err := list(ctx, tx, scalar[int64], `SELECT entity FROM inventory_version WHERE tenant = ? AND kind = ? AND valid_to = ? AND valid_from < ?`, a.tenant, string(kind), int64(still), a.at)
	if err != nil {
		return err
	}
	var gone []int64
	for _, no := range there {
		if !seen[no] {
			gone = append(gone, no)
		}
	}
	return tx.endEntities(ctx, a.at, gone)
}

// endUnread ends the edges of a relation around entities that a sync has not read
// it around: those have none any more.
func (tx *Tx) endUnread(ctx context.Context, s inventory.Sync, relation inventory.Relation, anchors []inventory.Ref) error {
	a, err := tx.sync(ctx, s)
	if err != nil {
		return err
	}
	byKind := map[inventory.Kind][]string{}
	for _, r := range anchors {
		byKind[r.Kind] = append(byKind[r.Kind], r.ID)
	}
	read := map[int64]bool{}
	for kind, ids := range byKind {
		nos, err := tx.entityNumbers(ctx, a.tenant, kind, ids)
		if err != nil {
			return err
		}
		for _, no := range nos {
			read[no] = true
		}
	}
	end := "to_no"
	if relation.AnchoredFrom() {
		end = "from_no"
	}
	there, err := list(ctx, tx, scalar[int64], `SELECT DISTINCT `+end+` FROM inventory_edge WHERE tenant = ? AND relation = ? AND valid_to = ?`, a.tenant, relationNo(relation), int64(still))
	if err != nil {
		return err
	}
	for _, no := range there {
		if read[no] {
			continue
		}
		if _, err := tx.exec(ctx, `UPDATE inventory_edge SET valid_to = ? WHERE `+end+` = ? AND relation = ? AND valid_to = ? AND valid_from < ?`,
			a.at, no, relationNo(relation), int64(still), a.at); err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) keepSights(ctx context.Context, tenant int64, sights map[string]inventory.Sight) error {
	for name, s := range sights {
		if _, err := tx.exec(ctx, `INSERT INTO inventory_sight (tenant, name, visible, said, full_at, delta_at, truncated) VALUES (?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (tenant, name) DO UPDATE SET visible = excluded.visible, said = excluded.said, full_at = excluded.full_at, delta_at = excluded.delta_at, truncated = excluded.truncated`,
			tenant, name, string(s.Visible), s.Said, toMicros(s.Full), toMicros(s.Delta), s.Truncated); err != nil {
			return err
		}
	}
	return nil
}

// Sights implements [inventory.Shelf].
func (t Inventory) Sights(ctx context.Context, s inventory.Sync) (map[string]inventory.Sight, error) {
	return t.sights(ctx, s.Org, s.Tenant)
}

func (t Inventory) sights(ctx context.Context, org, tenant string) (map[string]inventory.Sight, error) {
	type named struct {
		name string
		inventory.Sight
	}
	rows, err := list(ctx, t.db, func(rows *sql.Rows) (n named, err error) {
		var full, delta int64
		var visible string
		err = rows.Scan(&n.name, &visible, &n.Said, &full, &delta, &n.Truncated)
		n.Visible, n.Full, n.Delta = okta.Visible(visible), fromMicros(full), fromMicros(delta)
		return n, err
	}, `SELECT name, visible, said, full_at, delta_at, truncated FROM inventory_sight WHERE tenant = (SELECT no FROM tenant WHERE org_id = ? AND id = ?)`, org, tenant)
	out := make(map[string]inventory.Sight, len(rows))
	for _, n := range rows {
		out[n.name] = n.Sight
	}
	return out, err
}

// Last implements [inventory.Shelf].
func (t Inventory) Last(ctx context.Context, s inventory.Sync, of inventory.Ref) (json.RawMessage, error) {
	packed, err := list(ctx, t.db, scalar[[]byte], `SELECT v.body FROM inventory_entity e JOIN inventory_version v ON v.entity = e.no
		WHERE e.tenant = (SELECT no FROM tenant WHERE org_id = ? AND id = ?) AND e.kind = ? AND e.okta_id = ? ORDER BY v.valid_from DESC LIMIT 1`,
		s.Org, s.Tenant, string(of.Kind), of.ID)
	if err != nil || len(packed) == 0 {
		return nil, err
	}
	return unpack(packed[0])
}

package store

import (
	"context"
	"database/sql"
	"maps"
	"slices"

	"sallyport/internal/inventory"
)

// keepKeys keeps by what entities are found from another provider, of those that
// have such. Keys of what they were before stay: who finds something by a key looks
// whether it still has it.
func (tx *Tx) keepKeys(ctx context.Context, tenant int64, nos map[string]int64, entities map[string]inventory.Entity) error {
	var rows [][]any
	for _, id := range slices.Sorted(maps.Keys(entities)) {
		for _, key := range inventory.Keys(entities[id]) {
			rows = append(rows, []any{tenant, key, nos[id]})
		}
	}
	if len(rows) == 0 {
		return nil
	}
	return tx.insertMany(ctx, "inventory_key", "tenant, name, entity", "ON CONFLICT DO NOTHING", rows)
}

// FoundEntity is an entity as it is now, and whose.
type FoundEntity struct {
	inventory.Entity

	Tenant string // its id
}

func scanFound(rows *sql.Rows) (f FoundEntity, err error) {
	var packed []byte
	if err = rows.Scan(&f.Tenant, &f.Kind, &f.ID, &f.Name, &packed); err != nil {
		return f, err
	}
	f.Body, err = unpack(packed)
	return f, err
}

// Keyed returns what an organization has of a kind, in whatever tenant, that one of
// some keys led to once.
func (t Inventory) Keyed(ctx context.Context, org string, kind inventory.Kind, keys []string) ([]FoundEntity, error) {
	var out []FoundEntity
	for some := range slices.Chunk(keys, manyAtOnce) {
		cond, args := among(t.db, "k.name", "text", some)
		found, err := list(ctx, t.db, scanFound, `SELECT t.id, e.kind, e.okta_id, v.name, v.body FROM inventory_entity e JOIN tenant t ON t.no = e.tenant
			JOIN inventory_version v ON v.entity = e.no AND v.valid_to = ?
			WHERE t.org_id = ? AND e.kind = ? AND e.no IN (SELECT k.entity FROM inventory_key k JOIN tenant o ON o.no = k.tenant WHERE o.org_id = ? AND `+cond+`)
			ORDER BY t.id, e.okta_id`, append([]any{int64(still), org, string(kind), org}, args...)...)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	return out, nil
}

// ByIDs returns what an organization has of a kind, in whatever tenant, by ids.
func (t Inventory) ByIDs(ctx context.Context, org string, kind inventory.Kind, ids []string) ([]FoundEntity, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	cond, args := among(t.db, "e.okta_id", "text", ids)
	return list(ctx, t.db, scanFound, `SELECT t.id, e.kind, e.okta_id, v.name, v.body FROM tenant t JOIN inventory_entity e ON e.tenant = t.no
		JOIN inventory_version v ON v.entity = e.no AND v.valid_to = ?
		WHERE t.org_id = ? AND e.kind = ? AND `+cond+` ORDER BY t.id, e.okta_id`, append([]any{int64(still), org, string(kind)}, args...)...)
}

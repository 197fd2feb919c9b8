package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/inventory"
)

// At returns what reads a tenant as it was at a moment; the zero time is as it is
// known now.
func (t Inventory) At(org, tenant string, at time.Time) inventory.Reader {
	return inventoryReader{t, org, tenant, moment(at)}
}

// moment returns a time as it is compared to validities.
func moment(at time.Time) int64 {
	if at.IsZero() {
		return still - 1
	}
	return toMicros(at)
}

type inventoryReader struct {
	Inventory

	org, tenant string
	at          int64
}

func scanEntity(rows *sql.Rows) (e inventory.Entity, err error) {
	var packed []byte
	if err = rows.Scan(&e.Kind, &e.ID, &e.Name, &packed); err != nil {
		return e, err
	}
	e.Body, err = unpack(packed)
	return e, err
}

// Entities implements [inventory.Reader].
func (r inventoryReader) Entities(ctx context.Context, kind inventory.Kind, each func(inventory.Entity) error) error {
	no, err := tenantNo(ctx, r.db, r.org, r.tenant)
	if err != nil {
		return err
	}
	return scanEach(ctx, r.db, scanEntity, each, `SELECT e.kind, e.okta_id, v.name, v.body FROM inventory_entity e JOIN inventory_version v ON v.entity = e.no
		WHERE e.tenant = ? AND e.kind = ? AND v.valid_from <= ? AND v.valid_to > ? ORDER BY e.okta_id`, no, string(kind), r.at, r.at)
}

const edgeColumns = `e.relation, f.kind, f.okta_id, t.kind, t.okta_id, e.okta_id, e.body`

func scanEdge(rows *sql.Rows) (e inventory.Edge, err error) {
	var relation int64
	var body string
	err = rows.Scan(&relation, &e.From.Kind, &e.From.ID, &e.To.Kind, &e.To.ID, &e.ID, &body)
	if e.Relation = relationOf(relation); body != "" {
		e.Body = json.RawMessage(body)
	}
	return e, err
}

// Edges implements [inventory.Reader]. What leads from one entity is put in order
// here: the database finds the entities in theirs.
func (r inventoryReader) Edges(ctx context.Context, relation inventory.Relation, each func(inventory.Edge) error) error {
	no, err := tenantNo(ctx, r.db, r.org, r.tenant)
	if err != nil {
		return err
	}
	var from []inventory.Edge
	flush := func() error {
		slices.SortFunc(from, inventory.CompareEdges)
		for _, e := range from {
			if err := each(e); err != nil {
				return err
			}
		}
		from = from[:0]
		return nil
	}
	err = scanEach(ctx, r.db, scanEdge, func(e inventory.Edge) error {
		if len(from) > 0 && from[0].From != e.From {
			if err := flush(); err != nil {
				return err
			}
		}
		from = append(from, e)
		return nil
	}, `SELECT `+edgeColumns+` FROM inventory_entity f CROSS JOIN inventory_edge e CROSS JOIN inventory_entity t
		WHERE e.from_no = f.no AND t.no = e.to_no AND f.tenant = ? AND e.relation = ? AND e.valid_from <= ? AND e.valid_to > ? ORDER BY f.kind, f.okta_id`,
		no, relationNo(relation), r.at, r.at)
	if err != nil {
		return err
	}
	return flush()
}

// Sights implements [inventory.Reader]: of a moment that has passed, those of the
// last sync that had begun by then and came to its end.
func (r inventoryReader) Sights(ctx context.Context) (map[string]inventory.Sight, error) {
	if r.at == still-1 {
		return r.sights(ctx, r.org, r.tenant)
	}
	text, err := list(ctx, r.db, scalar[string], `SELECT sights FROM inventory_sync WHERE tenant = (SELECT no FROM tenant WHERE org_id = ? AND id = ?)
		AND state = ? AND started_at <= ? ORDER BY started_at DESC LIMIT 1`, r.org, r.tenant, inventory.SyncDone, r.at)
	out := map[string]inventory.Sight{}
	if err != nil || len(text) == 0 {
		return out, err
	}
	return out, json.Unmarshal([]byte(text[0]), &out)
}

// scanEach runs a query and hands on each row.
func scanEach[T any](ctx context.Context, on querier, scan func(*sql.Rows) (T, error), each func(T) error, q string, args ...any) error {
	rows, err := on.query(ctx, q, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return errs.Wrap(errs.KindOf(err), err, "read row")
		}
		if err := each(v); err != nil {
			return err
		}
	}
	return rows.Err()
}

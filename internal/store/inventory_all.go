package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"strconv"
	"time"

	"sallyport/internal/inventory"
	"sallyport/internal/posture"
)

// Stamp returns another text whenever what is known of a tenant may have changed:
// when a reading ended, and when events changed something.
func (t Inventory) Stamp(ctx context.Context, org, tenant string) (string, error) {
	return one(ctx, t.db, "tenant", func(rows *sql.Rows) (string, error) {
		var ended, changed int64
		err := rows.Scan(&ended, &changed)
		return strconv.FormatInt(ended, 36) + "." + strconv.FormatInt(changed, 36), err
	}, `SELECT COALESCE((SELECT max(s.ended_at) FROM inventory_sync s WHERE s.tenant = t.no), 0), COALESCE((SELECT d.changed_at FROM inventory_delta d WHERE d.tenant = t.no), 0)
		FROM tenant t WHERE t.org_id = ? AND t.id = ?`, org, tenant)
}

// Versions hands on what all entities of a tenant were like, each version with its
// time; the end of one that is still so is zero.
func (t Inventory) Versions(ctx context.Context, org, tenant string, each func(e inventory.Entity, from, until time.Time) error) error {
	no, err := tenantNo(ctx, t.db, org, tenant)
	if err != nil {
		return err
	}
	type version struct {
		inventory.Entity

		from, to int64
	}
	return scanEach(ctx, t.db, func(rows *sql.Rows) (v version, err error) {
		var packed []byte
		if err = rows.Scan(&v.Kind, &v.ID, &v.Name, &packed, &v.from, &v.to); err != nil {
			return v, err
		}
		v.Body, err = unpack(packed)
		return v, err
	}, func(v version) error { return each(v.Entity, fromMicros(v.from), endOf(v.to)) },
		`SELECT e.kind, e.okta_id, v.name, v.body, v.valid_from, v.valid_to FROM inventory_entity e JOIN inventory_version v ON v.entity = e.no
		WHERE e.tenant = ? ORDER BY e.kind, e.okta_id, v.valid_from`, no)
}

// EdgeVersions hands on which edges of a tenant there were, each with its time.
func (t Inventory) EdgeVersions(ctx context.Context, org, tenant string, each func(e inventory.Edge, from, until time.Time) error) error {
	no, err := tenantNo(ctx, t.db, org, tenant)
	if err != nil {
		return err
	}
	type version struct {
		inventory.Edge

		from, to int64
	}
	return scanEach(ctx, t.db, func(rows *sql.Rows) (v version, err error) {
		var relation int64
		var body string
		err = rows.Scan(&relation, &v.From.Kind, &v.From.ID, &v.To.Kind, &v.To.ID, &v.ID, &body, &v.from, &v.to)
		if v.Relation = relationOf(relation); body != "" {
			v.Body = json.RawMessage(body)
		}
		return v, err
	}, func(v version) error { return each(v.Edge, fromMicros(v.from), endOf(v.to)) },
		`SELECT `+edgeColumns+`, e.valid_from, e.valid_to FROM inventory_entity f CROSS JOIN inventory_edge e CROSS JOIN inventory_entity t
		WHERE e.from_no = f.no AND t.no = e.to_no AND f.tenant = ? ORDER BY f.kind, f.okta_id`, no)
}

// endOf is the end of a time; zero of one that has not ended.
func endOf(to int64) time.Time {
	if to == still {
		return time.Time{}
	}
	return fromMicros(to)
}

// Each hands on all findings of a tenant.
func (t Postures) Each(ctx context.Context, org, tenant string, each func(posture.Finding) error) error {
	return scanEach(ctx, t.db, scanFinding, each, `SELECT `+findingColumns+` FROM finding r`+ofTenant+` ORDER BY r.grave, r.id`, org, tenant)
}

package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"math"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/id"
	"sallyport/internal/inventory"
)

// Inventory is what is known of the Okta orgs that organizations look at: the
// tables tenant and inventory_….
type Inventory struct {
	db  *DB
	now func() time.Time
}

// still is until when something is valid that has not ended.
const still = math.MaxInt64

const tenantColumns = `id, org_id, okta_id, domain, name, connection_id, created_at, provider`

func scanTenant(rows *sql.Rows) (t inventory.Tenant, err error) {
	var created int64
	err = rows.Scan(&t.ID, &t.Org, &t.OktaID, &t.Domain, &t.Name, &t.Connection, &created, &t.Provider)
	t.CreatedAt = fromMicros(created)
	return t, err
}

// Tenants lists an organization's Okta orgs, by their domains.
func (t Inventory) Tenants(ctx context.Context, org string) ([]inventory.Tenant, error) {
	return t.TenantsOf(ctx, org, inventory.ByOkta)
}

// TenantsOf lists what an organization has of a provider, by domains.
func (t Inventory) TenantsOf(ctx context.Context, org string, p inventory.Provider) ([]inventory.Tenant, error) {
	return list(ctx, t.db, scanTenant, `SELECT `+tenantColumns+` FROM tenant WHERE org_id = ? AND provider = ? ORDER BY domain, id`, org, string(p))
}

// Tenant returns a tenant.
func (t Inventory) Tenant(ctx context.Context, org, id string) (inventory.Tenant, error) {
	return one(ctx, t.db, "tenant", scanTenant, `SELECT `+tenantColumns+` FROM tenant WHERE org_id = ? AND id = ?`, org, id)
}

// Meet returns the tenant that is an Okta org, or one of Auth0, made if it is not known yet. Domain,
// name and connection become those that are given.
func (t Inventory) Meet(ctx context.Context, met inventory.Tenant) (inventory.Tenant, error) {
	err := t.db.Write(ctx, func(tx *Tx) error {
		_, err := tx.exec(ctx, `INSERT INTO tenant (`+tenantColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (org_id, okta_id) DO UPDATE SET domain = excluded.domain, name = excluded.name, connection_id = excluded.connection_id`,
			id.At(t.now()), met.Org, met.OktaID, met.Domain, met.Name, met.Connection, toMicros(t.now()), string(cmp.Or(met.Provider, inventory.ByOkta)))
		return err
	})
	if err != nil {
		return met, err
	}
	return one(ctx, t.db, "tenant", scanTenant, `SELECT `+tenantColumns+` FROM tenant WHERE org_id = ? AND okta_id = ?`, met.Org, met.OktaID)
}

// tenantNo returns the number of an organization's tenant.
func tenantNo(ctx context.Context, on querier, org, id string) (int64, error) {
	return one(ctx, on, "tenant", scalar[int64], `SELECT no FROM tenant WHERE org_id = ? AND id = ?`, org, id)
}

const syncColumns = `s.id, t.org_id, t.id, s.state, s.started_at, s.beat_at, s.ended_at, s.error, s.progress`

func scanSync(rows *sql.Rows) (s inventory.Sync, err error) {
	var started, beat, ended int64
	var progress string
	if err = rows.Scan(&s.ID, &s.Org, &s.Tenant, &s.State, &started, &beat, &ended, &s.Error, &progress); err != nil {
		return s, err
	}
	s.StartedAt, s.BeatAt, s.EndedAt = fromMicros(started), fromMicros(beat), fromMicros(ended)
	return s, json.Unmarshal([]byte(progress), &s.Progress)
}

// Begin returns the sync of a tenant that is running, whoever works at it, or
// begins one.
func (t Inventory) Begin(ctx context.Context, of inventory.Tenant) (inventory.Sync, error) {
	err := t.db.Write(ctx, func(tx *Tx) error {
		no, err := tenantNo(ctx, tx, of.Org, of.ID)
		if err != nil {
			return err
		}
		now := toMicros(t.now())
		_, err = tx.exec(ctx, `INSERT INTO inventory_sync (id, tenant, state, started_at, beat_at, ended_at, error, progress, sights)
			VALUES (?, ?, ?, ?, 0, 0, '', '{}', '') ON CONFLICT DO NOTHING`, id.At(t.now()), no, inventory.Syncing, now)
		return err
	})
	if err != nil {
		return inventory.Sync{}, err
	}
	return one(ctx, t.db, "sync", scanSync, `SELECT `+syncColumns+` FROM inventory_sync s JOIN tenant t ON t.no = s.tenant
		WHERE t.org_id = ? AND t.id = ? AND s.state = ?`, of.Org, of.ID, inventory.Syncing)
}

// Syncs lists the syncs of a tenant, the newest first.
func (t Inventory) Syncs(ctx context.Context, org, tenant string, limit int) ([]inventory.Sync, error) {
	return list(ctx, t.db, scanSync, `SELECT `+syncColumns+` FROM inventory_sync s JOIN tenant t ON t.no = s.tenant
		WHERE t.org_id = ? AND t.id = ? ORDER BY s.no DESC LIMIT ?`, org, tenant, limit)
}

// Unfinished lists the syncs of all organizations that are running, and whose
// last sign of life is older than a time.
func (t Inventory) Unfinished(ctx context.Context, before time.Time) ([]inventory.Sync, error) {
	return list(ctx, t.db, scanSync, `SELECT `+syncColumns+` FROM inventory_sync s JOIN tenant t ON t.no = s.tenant
		WHERE s.state = ? AND s.beat_at < ? ORDER BY s.no`, inventory.Syncing, toMicros(before))
}

// Stale lists the tenants of all organizations that no sync was begun of since a
// time; those whose events were looked at since a third, since another.
func (t Inventory) Stale(ctx context.Context, since, followed, looked time.Time) ([]inventory.Tenant, error) {
	return list(ctx, t.db, scanTenant, `SELECT `+tenantColumns+` FROM tenant t
		WHERE NOT EXISTS (SELECT 1 FROM inventory_sync s WHERE s.tenant = t.no AND (s.started_at >= ? OR s.state = ?))
		AND NOT EXISTS (SELECT 1 FROM inventory_sync s JOIN inventory_delta d ON d.tenant = s.tenant
			WHERE s.tenant = t.no AND s.state = ? AND s.started_at >= ? AND d.looked_at >= ?) ORDER BY no`,
		toMicros(since), inventory.Syncing, string(inventory.SyncDone), toMicros(followed), toMicros(looked))
}

// atSync is a sync that a transaction is about.
type atSync struct {
	no, tenant, at int64
}

// sync finds a sync that is running, and keeps it from ending meanwhile.
func (tx *Tx) sync(ctx context.Context, s inventory.Sync) (atSync, error) {
	found, err := list(ctx, tx, func(rows *sql.Rows) (a atSync, err error) { return a, rows.Scan(&a.no, &a.tenant, &a.at) },
		`SELECT s.no, s.tenant, s.started_at FROM inventory_sync s
		WHERE s.id = ? AND s.state = ? AND s.tenant = (SELECT no FROM tenant WHERE org_id = ? AND id = ?)`+tx.db.d.forUpdate,
		s.ID, inventory.Syncing, s.Org, s.Tenant)
	if err != nil {
		return atSync{}, err
	}
	if len(found) == 0 {
		return atSync{}, errs.New(errs.Conflict, "the sync has ended")
	}
	return found[0], nil
}

// Beat implements [inventory.Shelf].
func (t Inventory) Beat(ctx context.Context, s inventory.Sync) error {
	progress, err := json.Marshal(s.Progress)
	if err != nil {
		return err
	}
	return t.db.Write(ctx, func(tx *Tx) error {
		a, err := tx.sync(ctx, s)
		if err != nil {
			return err
		}
		_, err = tx.exec(ctx, `UPDATE inventory_sync SET beat_at = ?, progress = ? WHERE no = ?`, toMicros(t.now()), string(progress), a.no)
		return err
	})
}

// Fail ends a sync before its end. What it read stays; its tasks are forgotten.
func (t Inventory) Fail(ctx context.Context, s inventory.Sync, why string) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		a, err := tx.sync(ctx, s)
		if err != nil {
			return err
		}
		_, err = tx.exec(ctx, `UPDATE inventory_sync SET state = ?, error = ?, ended_at = ? WHERE no = ?`, inventory.SyncFailed, why, toMicros(t.now()), a.no)
		if err != nil {
			return err
		}
		return tx.forgetTasks(ctx, a.no)
	})
}

func (tx *Tx) forgetTasks(ctx context.Context, sync int64) error {
	if _, err := tx.exec(ctx, `DELETE FROM inventory_task WHERE sync_no = ?`, sync); err != nil {
		return err
	}
	_, err := tx.exec(ctx, `DELETE FROM inventory_page WHERE sync_no = ?`, sync)
	return err
}

package store

import (
	"context"
	"database/sql"
	"time"

	"sallyport/internal/inventory"
)

// DeltaState is how far the events of a tenant were applied.
type DeltaState struct {
	Cursor    int64     // the number of the last event
	LookedAt  time.Time // when events were last looked at
	NetAt     time.Time // when what changed was last read, whatever events said
	ChangedAt time.Time // when something was last found changed
}

func scanDelta(rows *sql.Rows) (s DeltaState, err error) {
	var looked, net, changed int64
	err = rows.Scan(&s.Cursor, &looked, &net, &changed)
	s.LookedAt, s.NetAt, s.ChangedAt = fromMicros(looked), fromMicros(net), fromMicros(changed)
	return s, err
}

// Delta returns how far the events of a tenant were applied; before the first delta
// it begins with the events that were published since a time.
func (t Inventory) Delta(ctx context.Context, of inventory.Tenant, since time.Time) (DeltaState, error) {
	found, err := list(ctx, t.db, scanDelta, `SELECT d.cursor, d.looked_at, d.net_at, d.changed_at FROM inventory_delta d JOIN tenant t ON t.no = d.tenant
		WHERE t.org_id = ? AND t.id = ?`, of.Org, of.ID)
	if err != nil || len(found) > 0 {
		return append(found, DeltaState{})[0], err
	}
	first, err := list(ctx, t.db, scalar[int64], `SELECT seq - 1 FROM event WHERE org_id = ? AND published_at >= ? ORDER BY seq LIMIT 1`, of.Org, toMicros(since))
	if err != nil || len(first) > 0 {
		return DeltaState{Cursor: append(first, 0)[0], NetAt: since}, err
	}
	last, err := t.db.Events.newest(ctx)
	return DeltaState{Cursor: last, NetAt: since}, err
}

// Advance keeps how far events were applied, and that collections were brought up to
// date; it reports whether a delta of that moment found anything changed.
func (t Inventory) Advance(ctx context.Context, of inventory.Tenant, s DeltaState, names []string) (changed bool, err error) {
	err = t.db.Write(ctx, func(tx *Tx) error {
		no, err := tenantNo(ctx, tx, of.Org, of.ID)
		if err != nil {
			return err
		}
		at := toMicros(s.LookedAt)
		found, err := list(ctx, tx, scalar[int64], `SELECT 1 WHERE EXISTS (SELECT 1 FROM inventory_version WHERE tenant = ? AND valid_from = ?)
			OR EXISTS (SELECT 1 FROM inventory_version WHERE tenant = ? AND valid_to = ? AND valid_to <> 9223372036854775807)
			OR EXISTS (SELECT 1 FROM inventory_edge WHERE tenant = ? AND valid_from = ?)
			OR EXISTS (SELECT 1 FROM inventory_edge WHERE tenant = ? AND valid_to = ? AND valid_to <> 9223372036854775807)`, no, at, no, at, no, at, no, at)
		if err != nil {
			return err
		}
		if changed = len(found) > 0; changed {
			s.ChangedAt = s.LookedAt
		}
		if _, err := tx.exec(ctx, `INSERT INTO inventory_delta (tenant, cursor, looked_at, net_at, changed_at) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (tenant) DO UPDATE SET cursor = excluded.cursor, looked_at = excluded.looked_at, net_at = excluded.net_at, changed_at = excluded.changed_at`,
			no, s.Cursor, at, toMicros(s.NetAt), toMicros(s.ChangedAt)); err != nil {
			return err
		}
		if len(names) > 0 {
			cond, args := among(tx.db, "name", "text", names)
			if _, err := tx.exec(ctx, `UPDATE inventory_sight SET delta_at = ? WHERE tenant = ? AND `+cond, append([]any{at, no}, args...)...); err != nil {
				return err
			}
		}
		_, err = tx.exec(ctx, `DELETE FROM inventory_told WHERE tenant = ? AND at < ?`, no, toMicros(s.LookedAt.Add(-time.Hour)))
		return err
	})
	return changed, err
}

// Numbered is an event as it was stored.
type Numbered struct {
	Seq    int64
	Source string
	Type   string
	Raw    []byte // nil where its type was not wanted
}

// Since returns events of an organization in the order in which they were stored,
// after a number, the bodies of those of some types; and the number up to which there
// are no others. None with a number up to that is still to be stored. An organization's
// index by its events is of no use here, which the query says to the planner.
func (t Events) Since(ctx context.Context, org string, after int64, limit int, want func(eventType string) bool) ([]Numbered, int64, error) {
	to, err := t.newest(ctx)
	if err != nil || to <= after {
		return nil, max(to, after), err
	}
	rows, err := list(ctx, t.db, func(rows *sql.Rows) (n Numbered, err error) {
		var packed []byte
		if err = rows.Scan(&n.Seq, &n.Source, &n.Type, &packed); err == nil && want(n.Type) {
			n.Raw, err = unpack(packed)
		}
		return n, err
	}, `SELECT seq, source_id, type, raw FROM event WHERE seq > ? AND seq <= ? AND org_id || '' = ? ORDER BY seq LIMIT ?`, after, to, org, limit)
	if err == nil && len(rows) == limit {
		to = rows[limit-1].Seq
	}
	return rows, to, err
}

// newest returns a number that no event will be stored below any more.
func (t Events) newest(ctx context.Context) (to int64, err error) {
	const newest = `SELECT COALESCE(max(seq), 0) FROM event`
	if t.db.pool == nil {
		return one(ctx, t.db, "event", scalar[int64], newest)
	}
	err = t.db.Write(ctx, func(tx *Tx) error {
		if _, err := tx.exec(ctx, `SELECT pg_advisory_xact_lock(?)`, acceptLock); err != nil {
			return err
		}
		to, err = one(ctx, tx, "event", scalar[int64], newest)
		return err
	})
	return to, err
}

// Followed lists the Okta orgs of all organizations of which all was read, and that
// nobody reads now, and when that reading began and ended.
func (t Inventory) Followed(ctx context.Context) ([]Followed, error) {
	return list(ctx, t.db, func(rows *sql.Rows) (f Followed, err error) {
		var created, from, to int64
		err = rows.Scan(&f.ID, &f.Org, &f.OktaID, &f.Domain, &f.Name, &f.Connection, &created, &f.Provider, &from, &to)
		f.CreatedAt, f.Read = fromMicros(created), inventory.Span{From: fromMicros(from), To: fromMicros(to)}
		return f, err
	}, `SELECT t.id, t.org_id, t.okta_id, t.domain, t.name, t.connection_id, t.created_at, t.provider, s.started_at, s.ended_at
		FROM tenant t JOIN inventory_sync s ON s.no = (SELECT max(l.no) FROM inventory_sync l WHERE l.tenant = t.no AND l.state = ?)
		WHERE t.provider = ? AND NOT EXISTS (SELECT 1 FROM inventory_sync r WHERE r.tenant = t.no AND r.state = ?) ORDER BY t.no`,
		string(inventory.SyncDone), string(inventory.ByOkta), string(inventory.Syncing))
}

// Followed is a tenant with its last reading.
type Followed struct {
	inventory.Tenant

	Read inventory.Span
}

// Known implements [inventory.DeltaShelf].
func (t Inventory) Known(ctx context.Context, of inventory.Tenant, ref inventory.Ref) (bool, error) {
	n, err := one(ctx, t.db, "count", scalar[int], `SELECT count(*) FROM inventory_entity e JOIN inventory_version v ON v.entity = e.no
		WHERE e.tenant = (SELECT no FROM tenant WHERE org_id = ? AND id = ?) AND e.kind = ? AND e.okta_id = ? AND v.valid_to = ?`,
		of.Org, of.ID, string(ref.Kind), ref.ID, int64(still))
	return n > 0, err
}

// Holders implements [inventory.DeltaShelf].
func (t Inventory) Holders(ctx context.Context, of inventory.Tenant) ([]inventory.Ref, error) {
	return list(ctx, t.db, func(rows *sql.Rows) (r inventory.Ref, err error) { return r, rows.Scan(&r.Kind, &r.ID) },
		`SELECT DISTINCT e.kind, e.okta_id FROM inventory_edge g JOIN inventory_entity e ON e.no = g.from_no
		WHERE g.tenant = (SELECT no FROM tenant WHERE org_id = ? AND id = ?) AND g.relation = ? AND g.valid_to = ? ORDER BY e.kind, e.okta_id`,
		of.Org, of.ID, relationNo(inventory.HasRole), int64(still))
}

// parsed is what an event says of a change.
func (n Numbered) parsed() (inventory.LogEvent, error) { return inventory.ParseLogEvent(n.Raw) }

// Changes returns what events say, but those of other sources, and those that say
// nothing that can be understood.
func Changes(events []Numbered, sources map[string]bool) []inventory.LogEvent {
	var out []inventory.LogEvent
	for _, n := range events {
		if n.Raw == nil || !sources[n.Source] {
			continue
		}
		if e, err := n.parsed(); err == nil {
			out = append(out, e)
		}
	}
	return out
}

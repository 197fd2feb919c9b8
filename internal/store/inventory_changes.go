package store

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"sallyport/internal/inventory"
)

// ChangeKind says what became of an entity or an edge between two moments.
type ChangeKind string

// The kinds of changes.
const (
	Added   ChangeKind = "added"
	Removed ChangeKind = "removed"
	Changed ChangeKind = "changed"
)

// ChangeKinds lists them.
func ChangeKinds() []ChangeKind { return []ChangeKind{Added, Removed, Changed} }

// ChangeQuery says between which moments changes are looked for.
type ChangeQuery struct {
	Since, Until time.Time
	Kind         inventory.Kind     // of entities; empty is all
	Relation     inventory.Relation // of edges; empty is all
	After        EdgeSpot           // of entities, From alone
	Limit        int                // candidates that are looked at; what came back to what it was is no change
}

// EdgeSpot is a place among the edges, or among the entities, of a tenant.
type EdgeSpot struct {
	From, Relation, To int64
	ID                 string
}

// EntityChange is what became of an entity.
type EntityChange struct {
	Change ChangeKind
	Of     inventory.Ref
	Name   string
	Before json.RawMessage // nil where it was not there
	After  json.RawMessage // nil where it is not there
	At     time.Time       // when it last changed in that time
}

// EntityChanges lists what became of entities between two moments, and where the
// list goes on; the zero place is its end.
func (t Inventory) EntityChanges(ctx context.Context, org, tenant string, q ChangeQuery) ([]EntityChange, EdgeSpot, error) {
	no, err := tenantNo(ctx, t.db, org, tenant)
	if err != nil {
		return nil, EdgeSpot{}, err
	}
	since, until := toMicros(q.Since), toMicros(q.Until)
	var w where
	w.add("v.tenant = ?", no)
	w.add("(v.valid_from > ? AND v.valid_from <= ? OR v.valid_to > ? AND v.valid_to <= ?)", since, until, since, until)
	w.addIf(q.Kind != "", "v.kind = ?", string(q.Kind))
	w.add("v.entity > ?", q.After.From)
	touched, err := list(ctx, t.db, scalar[int64], `SELECT DISTINCT v.entity FROM inventory_version v `+w.text()+` ORDER BY v.entity LIMIT ?`, append(w.args, q.Limit+1)...)
	if err != nil {
		return nil, EdgeSpot{}, err
	}
	var next EdgeSpot
	if len(touched) > q.Limit {
		touched = touched[:q.Limit]
		next.From = touched[len(touched)-1]
	}
	out := []EntityChange{}
	for _, entity := range touched {
		c, changed, err := t.entityChange(ctx, entity, since, until)
		if err != nil {
			return nil, next, err
		}
		if changed {
			out = append(out, c)
		}
	}
	return out, next, nil
}

// entityChange compares an entity of two moments.
func (t Inventory) entityChange(ctx context.Context, entity, since, until int64) (c EntityChange, changed bool, err error) {
	type version struct {
		inventory.Entity

		from, to int64
		digest   []byte
	}
	all, err := list(ctx, t.db, func(rows *sql.Rows) (v version, err error) {
		var packed []byte
		if err = rows.Scan(&v.Kind, &v.ID, &v.Name, &packed, &v.from, &v.to, &v.digest); err != nil {
			return v, err
		}
		v.Body, err = unpack(packed)
		return v, err
	}, `SELECT e.kind, e.okta_id, v.name, v.body, v.valid_from, v.valid_to, v.digest FROM inventory_version v JOIN inventory_entity e ON e.no = v.entity
		WHERE v.entity = ? AND v.valid_from <= ? AND v.valid_to > ? ORDER BY v.valid_from`, entity, until, since)
	if err != nil || len(all) == 0 {
		return c, false, err
	}
	first, last := all[0], all[len(all)-1]
	c = EntityChange{Of: last.Ref, Name: last.Name}
	was, is := first.from <= since, last.to > until
	at := last.from
	if !is {
		at = last.to
	}
	c.At = fromMicros(at)
	if was {
		c.Before = first.Body
	}
	if is {
		c.After = last.Body
	}
	c.Change = changeOf(was, is)
	changed = c.Change != "" && (c.Change != Changed || !bytes.Equal(inventory.SteadyDigest(first.digest), inventory.SteadyDigest(last.digest)))
	return c, changed, nil
}

// changeOf says what became of something that was there or not, and is or not.
func changeOf(was, is bool) ChangeKind {
	switch {
	case was && is:
		return Changed
	case was:
		return Removed
	case is:
		return Added
	}
	return ""
}

// EdgeChange is what became of an edge.
type EdgeChange struct {
	Change ChangeKind
	inventory.Edge

	FromName, ToName string
	Before           json.RawMessage // its body, where it was there
	At               time.Time
}

// EdgeChanges lists what became of edges between two moments, and where the list
// goes on; the zero place is its end.
func (t Inventory) EdgeChanges(ctx context.Context, org, tenant string, q ChangeQuery) ([]EdgeChange, EdgeSpot, error) {
	no, err := tenantNo(ctx, t.db, org, tenant)
	if err != nil {
		return nil, EdgeSpot{}, err
	}
	since, until, p := toMicros(q.Since), toMicros(q.Until), q.After
	var w where
	w.add("tenant = ?", no)
	w.add("(valid_from > ? AND valid_from <= ? OR valid_to > ? AND valid_to <= ?)", since, until, since, until)
	w.addIf(q.Relation != "", "relation = ?", relationNo(q.Relation))
	w.addIf(p.From > 0, "(from_no, relation, to_no, okta_id) > (?, ?, ?, ?)", p.From, p.Relation, p.To, p.ID)
	touched, err := list(ctx, t.db, func(rows *sql.Rows) (s EdgeSpot, err error) { return s, rows.Scan(&s.From, &s.Relation, &s.To, &s.ID) },
		`SELECT DISTINCT from_no, relation, to_no, okta_id FROM inventory_edge `+w.text()+` ORDER BY from_no, relation, to_no, okta_id LIMIT ?`, append(w.args, q.Limit+1)...)
	if err != nil {
		return nil, EdgeSpot{}, err
	}
	var next EdgeSpot
	if len(touched) > q.Limit {
		touched = touched[:q.Limit]
		next = touched[len(touched)-1]
	}
	out := []EdgeChange{}
	for _, spot := range touched {
		c, changed, err := t.edgeChange(ctx, spot, since, until)
		if err != nil {
			return nil, next, err
		}
		if changed {
			out = append(out, c)
		}
	}
	return out, next, nil
}

// edgeChange compares an edge of two moments.
func (t Inventory) edgeChange(ctx context.Context, s EdgeSpot, since, until int64) (c EdgeChange, changed bool, err error) {
	type version struct {
		inventory.Edge

		from, to         int64
		fromName, toName sql.NullString
	}
	all, err := list(ctx, t.db, func(rows *sql.Rows) (v version, err error) {
		var relation int64
		var body string
		err = rows.Scan(&relation, &v.From.Kind, &v.From.ID, &v.To.Kind, &v.To.ID, &v.ID, &body, &v.from, &v.to, &v.fromName, &v.toName)
		if v.Relation = relationOf(relation); body != "" {
			v.Body = json.RawMessage(body)
		}
		return v, err
	}, `SELECT `+edgeColumns+`, e.valid_from, e.valid_to,
			(SELECT n.name FROM inventory_version n WHERE n.entity = e.from_no ORDER BY n.valid_from DESC LIMIT 1),
			(SELECT n.name FROM inventory_version n WHERE n.entity = e.to_no ORDER BY n.valid_from DESC LIMIT 1)
		FROM inventory_edge e JOIN inventory_entity f ON f.no = e.from_no JOIN inventory_entity t ON t.no = e.to_no
		WHERE e.from_no = ? AND e.relation = ? AND e.to_no = ? AND e.okta_id = ? AND e.valid_from <= ? AND e.valid_to > ? ORDER BY e.valid_from`,
		s.From, s.Relation, s.To, s.ID, until, since)
	if err != nil || len(all) == 0 {
		return c, false, err
	}
	first, last := all[0], all[len(all)-1]
	was, is := first.from <= since, last.to > until
	at := last.from
	if !is {
		at = last.to
	}
	c = EdgeChange{Change: changeOf(was, is), Edge: last.Edge, FromName: last.fromName.String, ToName: last.toName.String, At: fromMicros(at)}
	if was {
		c.Before = first.Body
	}
	return c, c.Change != "" && (c.Change != Changed || !bytes.Equal(first.Body, last.Body)), nil
}

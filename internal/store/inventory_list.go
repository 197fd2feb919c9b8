package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"sallyport/internal/inventory"
)

// EntityQuery says which entities of a tenant are listed.
type EntityQuery struct {
	Kind  inventory.Kind // empty is all
	Text  string         // in the name, or the whole id; empty is all
	At    time.Time      // as it was then; zero is now
	After EntityPlace
	Limit int
}

// EntityPlace is an entity's place in a list that is ordered by name.
type EntityPlace struct {
	Folded string
	No     int64
}

// EntityRow is an entity in a list, and its place.
type EntityRow struct {
	inventory.Entity

	Since time.Time // that it is like this
	Place EntityPlace
}

func scanEntityRow(rows *sql.Rows) (e EntityRow, err error) {
	var since int64
	var packed []byte
	if err = rows.Scan(&e.Kind, &e.ID, &e.Name, &packed, &since, &e.Place.Folded, &e.Place.No); err != nil {
		return e, err
	}
	e.Since = fromMicros(since)
	e.Body, err = unpack(packed)
	return e, err
}

// Entities lists entities of a tenant by their names.
func (t Inventory) Entities(ctx context.Context, org, tenant string, q EntityQuery) ([]EntityRow, error) {
	no, err := tenantNo(ctx, t.db, org, tenant)
	if err != nil {
		return nil, err
	}
	var w where
	w.add("v.tenant = ?", no)
	w.addIf(q.Kind != "", "v.kind = ?", string(q.Kind))
	if q.At.IsZero() {
		w.add("v.valid_to = 9223372036854775807") // as the index has it
	} else {
		w.add("v.valid_from <= ? AND v.valid_to > ?", toMicros(q.At), toMicros(q.At))
	}
	if text := strings.ToLower(strings.TrimSpace(q.Text)); text != "" {
		like := "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(text) + "%"
		w.add(`(v.folded LIKE ? ESCAPE '\' OR e.okta_id = ?)`, like, strings.TrimSpace(q.Text))
	}
	w.addIf(q.After.No > 0, "(v.folded > ? OR v.folded = ? AND v.entity > ?)", q.After.Folded, q.After.Folded, q.After.No)
	return list(ctx, t.db, scanEntityRow, `SELECT v.kind, e.okta_id, v.name, v.body, v.valid_from, v.folded, v.entity
		FROM inventory_version v JOIN inventory_entity e ON e.no = v.entity `+w.text()+` ORDER BY v.folded, v.entity LIMIT ?`, append(w.args, q.Limit)...)
}

// EntityVersion is what an entity was like for a time.
type EntityVersion struct {
	Name  string
	Body  json.RawMessage
	Since time.Time
	Until time.Time // zero while it is like this still
}

func scanEntityVersion(rows *sql.Rows) (v EntityVersion, err error) {
	var since, until int64
	var packed []byte
	if err = rows.Scan(&v.Name, &packed, &since, &until); err != nil {
		return v, err
	}
	v.Since = fromMicros(since)
	if until != still {
		v.Until = fromMicros(until)
	}
	v.Body, err = unpack(packed)
	return v, err
}

// History returns the newest versions of an entity, the newest first.
func (t Inventory) History(ctx context.Context, org, tenant string, of inventory.Ref, limit int) ([]EntityVersion, error) {
	return list(ctx, t.db, scanEntityVersion, `SELECT v.name, v.body, v.valid_from, v.valid_to FROM inventory_entity e JOIN inventory_version v ON v.entity = e.no
		WHERE e.tenant = (SELECT no FROM tenant WHERE org_id = ? AND id = ?) AND e.kind = ? AND e.okta_id = ? ORDER BY v.valid_from DESC LIMIT ?`,
		org, tenant, string(of.Kind), of.ID, limit)
}

// EdgeQuery says which edges at an entity are listed.
type EdgeQuery struct {
	Of       inventory.Ref
	Inward   bool // those that lead to it, not those from it
	Relation inventory.Relation
	At       time.Time // as it was then; zero is now
	After    EdgePlace
	Limit    int
}

// EdgePlace is an edge's place among those of one relation at an entity.
type EdgePlace struct {
	Relation int64
	No       int64 // of the entity at its other end
	ID       string
}

// EdgeRow is an edge in a list, with the name of the entity at its other end.
type EdgeRow struct {
	inventory.Edge

	Name  string
	Since time.Time
	Place EdgePlace
}

// Edges lists the edges at an entity.
func (t Inventory) Edges(ctx context.Context, org, tenant string, q EdgeQuery) ([]EdgeRow, error) {
	own, other := "from_no", "to_no"
	if q.Inward {
		own, other = other, own
	}
	at := moment(q.At)
	var w where
	w.add("e."+own+" = (SELECT no FROM inventory_entity WHERE tenant = (SELECT no FROM tenant WHERE org_id = ? AND id = ?) AND kind = ? AND okta_id = ?)", org, tenant, string(q.Of.Kind), q.Of.ID)
	w.add("e.valid_from <= ? AND e.valid_to > ?", at, at)
	w.addIf(q.Relation != "", "e.relation = ?", relationNo(q.Relation))
	p := q.After
	w.addIf(p.Relation > 0, "(e.relation > ? OR e.relation = ? AND (e."+other+" > ? OR e."+other+" = ? AND e.okta_id > ?))", p.Relation, p.Relation, p.No, p.No, p.ID)
	return list(ctx, t.db, func(rows *sql.Rows) (e EdgeRow, err error) {
		var since int64
		var body string
		var name sql.NullString
		err = rows.Scan(&e.Place.Relation, &e.From.Kind, &e.From.ID, &e.To.Kind, &e.To.ID, &e.ID, &body, &since, &e.Place.No, &name)
		e.Relation, e.Since, e.Name, e.Place.ID = relationOf(e.Place.Relation), fromMicros(since), name.String, e.ID
		if body != "" {
			e.Body = json.RawMessage(body)
		}
		return e, err
	}, `SELECT e.relation, f.kind, f.okta_id, t.kind, t.okta_id, e.okta_id, e.body, e.valid_from, e.`+other+`,
			(SELECT v.name FROM inventory_version v WHERE v.entity = e.`+other+` AND v.valid_from <= ? ORDER BY v.valid_from DESC LIMIT 1)
		FROM inventory_edge e JOIN inventory_entity f ON f.no = e.from_no JOIN inventory_entity t ON t.no = e.to_no `+w.text()+`
		ORDER BY e.relation, e.`+other+`, e.okta_id LIMIT ?`, append(append([]any{at}, w.args...), q.Limit)...)
}

// Counts returns how many entities of each kind and edges of each relation there
// are, by the names of their collections.
func (t Inventory) Counts(ctx context.Context, org, tenant string) (map[string]int, error) {
	no, err := tenantNo(ctx, t.db, org, tenant)
	if err != nil {
		return nil, err
	}
	out, err := counts[string](ctx, t.db, `SELECT kind, count(*) FROM inventory_version WHERE tenant = ? AND valid_to = 9223372036854775807 GROUP BY kind`, no)
	if err != nil {
		return nil, err
	}
	// Not by GROUP BY: no index has the edges by relation, and SQLite would hold all
	// of them in memory to sort them.
	var sums []string
	relations := relationNumbers()
	for _, r := range relations {
		sums = append(sums, fmt.Sprintf("coalesce(sum(CASE WHEN relation = %d THEN 1 ELSE 0 END), 0)", relationNo(r)))
	}
	edges, err := one(ctx, t.db, "edges", func(rows *sql.Rows) ([]int, error) {
		n := make([]int, len(relations))
		into := make([]any, len(n))
		for i := range n {
			into[i] = &n[i]
		}
		return n, rows.Scan(into...)
	}, `SELECT `+strings.Join(sums, ", ")+` FROM inventory_edge WHERE tenant = ? AND valid_to = ?`, no, int64(still))
	for i, n := range edges {
		if n > 0 {
			out[string(relations[i])] = n
		}
	}
	return out, err
}

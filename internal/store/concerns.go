package store

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"time"

	"sallyport/internal/alert"
	"sallyport/internal/flow"
	"sallyport/internal/guard"
	"sallyport/internal/remedy"
	"sallyport/internal/timeline"
)

// The kinds of what has a row in the table concern.
const (
	runConcern  = "run"
	planConcern = "plan"
)

// addConcerns notes what something that was made at a time is about.
func (tx *Tx) addConcerns(ctx context.Context, rows [][]any) error {
	if len(rows) == 0 {
		return nil
	}
	return tx.insertMany(ctx, "concern", "org_id, object, kind, at, of_id", "ON CONFLICT DO NOTHING", rows)
}

func concerns(org, kind, id string, at time.Time, objects []string) [][]any {
	var rows [][]any
	for i, o := range objects {
		if o != "" && !slices.Contains(objects[:i], o) {
			rows = append(rows, []any{org, o, kind, toMicros(at), id})
		}
	}
	return rows
}

// ask adds that a row is one of those that a timeline asks for, by its time and id.
func (w *where) ask(a timeline.Ask, at, id string) {
	n := toMicros(a.At)
	if a.ID == "" {
		w.add(at+" < ?", n)
	} else {
		w.add(at+" <= ? AND ("+at+" < ? OR "+id+" < ?)", n, n, a.ID)
	}
	w.addIf(!a.Since.IsZero(), at+" >= ?", toMicros(a.Since))
}

// spotted is a row's id and time.
type spotted struct {
	at int64
	id string
}

// perKey reads the newest rows of each of a few keys, and returns the newest of all,
// each once. Of several keys at once both databases would rather go through all that
// an organization has, by time.
func perKey[T any](keys []string, limit int, read func(key string) ([]T, error), at func(T) spotted) ([]T, error) {
	var out []T
	for _, key := range keys {
		rows, err := read(key)
		if err != nil {
			return nil, err
		}
		out = append(out, rows...)
	}
	slices.SortFunc(out, func(a, b T) int {
		x, y := at(a), at(b)
		return cmp.Or(cmp.Compare(y.at, x.at), cmp.Compare(y.id, x.id))
	})
	out = slices.CompactFunc(out, func(a, b T) bool { return at(a) == at(b) })
	return out[:min(len(out), limit)], nil
}

// concerning returns the ids of what is about one of some objects, the newest first.
func (db *DB) concerning(ctx context.Context, org, kind string, objects []string, a timeline.Ask) ([]string, error) {
	found, err := perKey(objects, a.Limit, func(object string) ([]spotted, error) {
		var w where
		w.add("org_id = ? AND object = ? AND kind = ?", org, object, kind)
		w.ask(a, "at", "of_id")
		return list(ctx, db, func(rows *sql.Rows) (s spotted, err error) { return s, rows.Scan(&s.at, &s.id) },
			`SELECT at, of_id FROM concern `+w.text()+` ORDER BY at DESC, of_id DESC LIMIT ?`, append(w.args, a.Limit)...)
	}, func(s spotted) spotted { return s })
	ids := make([]string, len(found))
	for i, s := range found {
		ids[i] = s.id
	}
	return ids, err
}

// Concerning returns the runs that are about one of some objects, the newest first.
func (t Runs) Concerning(ctx context.Context, org string, objects []string, a timeline.Ask) ([]flow.Run, error) {
	ids, err := t.db.concerning(ctx, org, runConcern, objects, a)
	if err != nil {
		return nil, err
	}
	found, err := some(ids, func(ids []any) ([]flow.Run, error) {
		return list(ctx, t.db, scanRun, `SELECT `+runColumns+` FROM flow_run WHERE org_id = ? AND id IN `+in(len(ids)), append([]any{org}, ids...)...)
	}, func(r flow.Run) string { return r.ID })
	return inOrder(ids, found), err
}

// Concerning returns the plans that are about one of some objects, without their
// steps, the newest first.
func (t Remedies) Concerning(ctx context.Context, org string, objects []string, a timeline.Ask) ([]remedy.Plan, error) {
	ids, err := t.db.concerning(ctx, org, planConcern, objects, a)
	if err != nil {
		return nil, err
	}
	found, err := some(ids, func(ids []any) ([]remedy.Plan, error) {
		return list(ctx, t.db, scanPlan, `SELECT doc FROM remedy_plan WHERE org_id = ? AND id IN `+in(len(ids)), append([]any{org}, ids...)...)
	}, func(p remedy.Plan) string { return p.ID })
	return inOrder(ids, found), err
}

// inOrder returns what was found of some ids, in their order.
func inOrder[T any](ids []string, found map[string]T) []T {
	out := make([]T, 0, len(ids))
	for _, id := range ids {
		if v, ok := found[id]; ok {
			out = append(out, v)
		}
	}
	return out
}

// About returns the alerts about an entity of a kind, which goes by one of some
// keys, the newest first.
func (t Alerts) About(ctx context.Context, org, kind string, keys []string, a timeline.Ask) ([]alert.Alert, error) {
	return perKey(keys, a.Limit, func(key string) ([]alert.Alert, error) {
		var w where
		w.add("org_id = ? AND entity_kind = ? AND entity_key = ?", org, kind, key)
		w.ask(a, "created_at", "id")
		return list(ctx, t.db, scanAlert, `SELECT `+alertColumns+` FROM alert `+w.text()+` ORDER BY created_at DESC, id DESC LIMIT ?`, append(w.args, a.Limit)...)
	}, func(x alert.Alert) spotted { return spotted{toMicros(x.CreatedAt), x.ID} })
}

// Upon returns the actions on a target, which goes by one of some ids, the newest first.
func (t Actions) Upon(ctx context.Context, org string, targets []string, a timeline.Ask) ([]guard.Entry, error) {
	return perKey(targets, a.Limit, func(target string) ([]guard.Entry, error) {
		var w where
		w.add("org_id = ? AND target_id = ?", org, target)
		w.ask(a, "started_at", "id")
		return list(ctx, t.db, scanAction, `SELECT `+actionColumns+` FROM guard_action `+w.text()+` ORDER BY started_at DESC, id DESC LIMIT ?`, append(w.args, a.Limit)...)
	}, func(e guard.Entry) spotted { return spotted{toMicros(e.StartedAt), e.ID} })
}

// ByEvent returns the alerts that events are part of, by the events' uuids, the
// newest first.
func (t Alerts) ByEvent(ctx context.Context, org string, uuids []string) (map[string][]alert.Alert, error) {
	out := map[string][]alert.Alert{}
	if len(uuids) == 0 {
		return out, nil
	}
	type pair struct{ uuid, alert string }
	pairs, err := list(ctx, t.db, func(rows *sql.Rows) (p pair, err error) { return p, rows.Scan(&p.uuid, &p.alert) },
		`SELECT event_uuid, alert_id FROM alert_event WHERE org_id = ? AND event_uuid IN `+in(len(uuids))+` ORDER BY event_uuid, alert_id DESC`, append([]any{org}, anys(uuids)...)...)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, p := range pairs {
		if !slices.Contains(ids, p.alert) {
			ids = append(ids, p.alert)
		}
	}
	found, err := t.Some(ctx, org, ids)
	for _, p := range pairs {
		if a, ok := found[p.alert]; ok {
			out[p.uuid] = append(out[p.uuid], a)
		}
	}
	return out, err
}

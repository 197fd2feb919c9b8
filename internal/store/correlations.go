package store

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"sallyport/internal/detect/correlate"
	"sallyport/internal/event"
)

// correlations is the correlation table in the transaction of a batch: what the
// organization's rules have counted so far. It is what [Batch.Alone] keeps to one
// batch at a time.
type correlations struct {
	tx  *Tx
	org string
}

// storedGroup is a group as its row keeps it.
type storedGroup struct {
	correlate.Key
	state []byte
}

func scanGroup(rows *sql.Rows) (g storedGroup, err error) {
	return g, rows.Scan(&g.Spec, &g.Group, &g.state)
}

// Correlations returns what the organization's rules have counted.
func (b *Batch) Correlations() correlate.Store { return correlations{b.tx, b.b.Org} }

// maxGroups bounds the groups that are looked at for what is due, maxAsked those
// that one query asks for: SQLite's driver takes long to bind very many.
const (
	maxGroups = 500
	maxAsked  = 128
)

// Groups returns those of the groups that are kept.
func (c correlations) Groups(ctx context.Context, keys []correlate.Key, open correlate.Open) (map[correlate.Key]*correlate.Group, error) {
	out := make(map[correlate.Key]*correlate.Group, len(keys))
	ask := c.each
	if c.tx.db.pool != nil {
		ask = c.together
	}
	got, err := ask(ctx, keys)
	for _, g := range got {
		if opened := open(g.Key, g.state); opened != nil {
			out[g.Key] = opened
		}
	}
	return out, err
}

// together asks PostgreSQL once: every question is a way there and back, while
// other batches wait.
func (c correlations) together(ctx context.Context, keys []correlate.Key) ([]storedGroup, error) {
	specs, groups := make([]string, len(keys)), make([]string, len(keys))
	for i, k := range keys {
		specs[i], groups[i] = k.Spec, k.Group
	}
	return list(ctx, c.tx, scanGroup, `SELECT c.rule_id, c.group_key, c.state FROM unnest(?::text[], ?::text[]) AS k (spec, grp)
		JOIN correlation c ON c.org_id = ? AND c.rule_id = k.spec AND c.group_key = k.grp`, specs, groups, c.org)
}

// each asks SQLite for the groups of one rule after another, some at a time.
func (c correlations) each(ctx context.Context, keys []correlate.Key) ([]storedGroup, error) {
	var out []storedGroup
	bySpec := map[string][]any{}
	for _, k := range keys {
		bySpec[k.Spec] = append(bySpec[k.Spec], k.Group)
	}
	for spec, groups := range bySpec {
		for len(groups) > 0 {
			n := chunk(len(groups), 1, maxAsked)
			got, err := list(ctx, c.tx, scanGroup, `SELECT rule_id, group_key, state FROM correlation WHERE org_id = ? AND rule_id = ? AND group_key IN `+in(n),
				append([]any{c.org, spec}, groups[:n]...)...)
			if err != nil {
				return nil, err
			}
			groups, out = groups[n:], append(out, got...)
		}
	}
	return out, nil
}

// Keep writes groups as they are now, and deletes those that are nil.
func (c correlations) Keep(ctx context.Context, changed map[correlate.Key]*correlate.Group) error {
	var rows [][]any
	for k, g := range changed {
		if g != nil {
			rows = append(rows, []any{c.org, k.Spec, k.Group, g.Encode(), toMicros(g.Until())})
			continue
		}
		if _, err := c.tx.exec(ctx, `DELETE FROM correlation WHERE org_id = ? AND rule_id = ? AND group_key = ?`, c.org, k.Spec, k.Group); err != nil {
			return err
		}
	}
	if len(rows) == 0 {
		return nil
	}
	// In the order of the index one page after another is written, and each once.
	slices.SortFunc(rows, func(a, b []any) int {
		for _, column := range []int{1, 2} { // rule and group: strings, as put there above
			x, _ := a[column].(string)
			y, _ := b[column].(string)
			if x != y {
				return strings.Compare(x, y)
			}
		}
		return 0
	})
	return c.tx.upsertEach(ctx, bulk{
		table: "correlation", conflict: "org_id, rule_id, group_key", columns: []string{"org_id", "rule_id", "group_key", "state", "ends_at"},
		types: []string{"text", "text", "text", "bytea", "bigint"},
	}, rows)
}

// Due returns groups of which time alone decides something now, and those that
// are over. Those of rules that there are no more are nil.
func (c correlations) Due(ctx context.Context, now time.Time, open correlate.Open) (map[correlate.Key]*correlate.Group, error) {
	got, err := list(ctx, c.tx, scanGroup, `SELECT rule_id, group_key, state FROM correlation WHERE org_id = ? AND ends_at <= ? ORDER BY ends_at LIMIT ?`, c.org, toMicros(now), maxGroups)
	out := make(map[correlate.Key]*correlate.Group, len(got))
	for _, g := range got {
		out[g.Key] = open(g.Key, g.state)
	}
	return out, err
}

// DueOrganizations returns the organizations that have groups which are due:
// whoever looks need not open a transaction for nothing.
func (t Rules) DueOrganizations(ctx context.Context, now time.Time) ([]string, error) {
	// One organization after another: of their groups in order SQLite would read all.
	return list(ctx, t.db, scalar[string], `SELECT id FROM organization o WHERE EXISTS (SELECT 1 FROM correlation c WHERE c.org_id = o.id AND c.ends_at <= ?) ORDER BY id`, toMicros(now))
}

// SeenUntil returns up to when all of an organization's events are known to have
// come in: until its source whose log was read to the end longest ago was, and now
// where none is polled. While one catches up nothing is decided of what it has not
// read, and nothing is forgotten that it may add to.
func (t Rules) SeenUntil(ctx context.Context, org string, now time.Time) (time.Time, error) {
	at, err := list(ctx, t.db, scalar[int64], `SELECT last_poll_at FROM source WHERE org_id = ? AND enabled AND poll ORDER BY last_poll_at LIMIT 1`, org)
	if err != nil || len(at) == 0 {
		return now, err
	}
	if seen := fromMicros(at[0]); seen.Before(now) {
		return seen, nil
	}
	return now, nil
}

// Event returns a stored event, as the transaction of a batch sees it.
func (b *Batch) Event(ctx context.Context, uuid string) (event.Event, bool, error) {
	got, err := byKeys(ctx, b.tx.db, b.tx, scanEvent, keyedBy(eventColumns, b.b.Org, uuid))
	if err != nil || len(got) == 0 {
		return event.Event{}, false, err
	}
	return got[0].Event, true, nil
}

package store

import (
	"context"
	"database/sql"
	"time"

	"sallyport/internal/detect/correlate"
)

// Correlations is the correlation table in the transaction of a batch: what the
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

// maxGroups bounds the groups that one query reads.
const maxGroups = 500

// Groups returns those of the groups that are kept.
func (c correlations) Groups(ctx context.Context, keys []correlate.Key, open correlate.Open) (map[correlate.Key]*correlate.Group, error) {
	out := make(map[correlate.Key]*correlate.Group, len(keys))
	bySpec := map[string][]any{}
	for _, k := range keys {
		bySpec[k.Spec] = append(bySpec[k.Spec], k.Group)
	}
	for spec, groups := range bySpec {
		for len(groups) > 0 {
			n := chunk(len(groups), 1, maxGroups)
			got, err := list(ctx, c.tx, scanGroup, `SELECT rule_id, group_key, state FROM correlation WHERE org_id = ? AND rule_id = ? AND group_key IN `+in(n),
				append([]any{c.org, spec}, groups[:n]...)...)
			if err != nil {
				return nil, err
			}
			groups = groups[n:]
			for _, g := range got {
				if opened := open(g.Key, g.state); opened != nil {
					out[g.Key] = opened
				}
			}
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
	return c.tx.insertMany(ctx, "correlation", "org_id, rule_id, group_key, state, ends_at",
		`ON CONFLICT (org_id, rule_id, group_key) DO UPDATE SET state = excluded.state, ends_at = excluded.ends_at`, rows)
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

// AnyDue reports whether an organization has groups that are due: whoever looks
// need not open a transaction for nothing.
func (t Rules) AnyDue(ctx context.Context, org string, now time.Time) (bool, error) {
	got, err := list(ctx, t.db, scalar[int64], `SELECT ends_at FROM correlation WHERE org_id = ? AND ends_at <= ? LIMIT 1`, org, toMicros(now))
	return len(got) > 0, err
}

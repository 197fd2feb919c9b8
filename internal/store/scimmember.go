package store

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	"sallyport/internal/scim"
)

// moved are users who came into a group, and who left it; renamed says that one is
// called otherwise.
type moved struct {
	added, removed []string
	renamed        bool
}

func (m moved) empty() bool { return len(m.added) == 0 && len(m.removed) == 0 && !m.renamed }

// maxTold is how many things of one sort an entry of the audit log names.
const maxTold = 50

func (m moved) tell(detail map[string]any) {
	for what, ids := range map[string][]string{"added": m.added, "removed": m.removed} {
		if len(ids) > 0 {
			detail[what], detail[what+"Count"] = ids[:min(len(ids), maxTold)], len(ids)
		}
	}
}

// applyMembers changes who is in a group; see [scim.Delta].
func (c scimChange) applyMembers(ctx context.Context, group string, d scim.Delta) (moved, error) {
	if d.Empty() {
		return moved{}, nil
	}
	add := make(map[string]bool, len(d.Add))
	asked := slices.Clone(d.Remove)
	for _, m := range d.Add {
		add[m.ID] = true
		asked = append(asked, m.ID)
	}
	if d.Clear {
		asked = nil // all of them
	}
	there, err := c.members(ctx, group, asked)
	if err != nil {
		return moved{}, err
	}
	var out moved
	for id := range there {
		if !add[id] {
			out.removed = append(out.removed, id)
		}
	}
	slices.Sort(out.removed)
	if err := c.takeOut(ctx, group, out.removed); err != nil {
		return out, err
	}
	return out, c.putIn(ctx, group, d.Add, there, &out)
}

// putIn adds those of members who are users and are not there, and renames those
// who are.
func (c scimChange) putIn(ctx context.Context, group string, add []scim.Member, there map[string]string, out *moved) error {
	var fresh []string
	for _, m := range add {
		switch name, in := there[m.ID]; {
		case !in:
			fresh = append(fresh, m.ID)
		case m.Display != "" && clip(m.Display) != name:
			out.renamed = true
			if _, err := c.tx.exec(ctx, `UPDATE scim_member SET display = ? WHERE org_id = ? AND group_id = ? AND user_id = ?`, clip(m.Display), c.org.ID, group, m.ID); err != nil {
				return err
			}
		}
	}
	known, err := some(fresh, func(ids []any) ([]string, error) {
		texts := make([]string, len(ids))
		for i, v := range ids {
			texts[i], _ = v.(string)
		}
		these, args := among(c.db, "id", "text", texts)
		return list(ctx, c.tx, scalar[string], `SELECT id FROM scim_record WHERE org_id = ? AND kind = ? AND `+these, append([]any{c.org.ID, scim.User}, args...)...)
	}, func(id string) string { return id })
	if err != nil {
		return err
	}
	var rows [][]any
	for _, m := range add {
		if _, in := there[m.ID]; !in && known[m.ID] != "" {
			out.added = append(out.added, m.ID)
			rows = append(rows, []any{c.org.ID, group, m.ID, clip(m.Display)})
		}
	}
	return c.tx.insertMany(ctx, "scim_member", "org_id, group_id, user_id, display", "", rows)
}

// clip bounds what a client calls a member.
func clip(s string) string { return strings.ToValidUTF8(s[:min(len(s), maxSCIMKey)], "") }

// members returns what those of a group's members are called that are asked for;
// all of them for nil.
func (c scimChange) members(ctx context.Context, group string, asked []string) (map[string]string, error) {
	out := map[string]string{}
	scan := func(rows *sql.Rows) (id string, err error) {
		var display string
		err = rows.Scan(&id, &display)
		out[id] = display
		return id, err
	}
	const q = `SELECT user_id, display FROM scim_member WHERE org_id = ? AND group_id = ?`
	if asked == nil {
		_, err := list(ctx, c.tx, scan, q, c.org.ID, group)
		return out, err
	}
	for ids := range slices.Chunk(asked, 500) {
		these, args := among(c.db, "user_id", "text", ids)
		if _, err := list(ctx, c.tx, scan, q+` AND `+these, append([]any{c.org.ID, group}, args...)...); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (c scimChange) memberIDs(ctx context.Context, group string) ([]string, error) {
	return list(ctx, c.tx, scalar[string], `SELECT user_id FROM scim_member WHERE org_id = ? AND group_id = ? ORDER BY user_id`, c.org.ID, group)
}

func (c scimChange) takeOut(ctx context.Context, group string, users []string) error {
	for ids := range slices.Chunk(users, 500) {
		these, args := among(c.db, "user_id", "text", ids)
		if _, err := c.tx.exec(ctx, `DELETE FROM scim_member WHERE org_id = ? AND group_id = ? AND `+these, append([]any{c.org.ID, group}, args...)...); err != nil {
			return err
		}
	}
	return nil
}

package access

import (
	"context"
	"slices"

	"sallyport/internal/inventory"
)

// WhatIf is what some changes would do.
type WhatIf struct {
	Changes []Change `json:"changes"`
	Steps   int      `json:"steps"`  // that they take away
	Before  int      `json:"before"` // who reaches tier 0
	After   int      `json:"after"`
	Freed   []Path   `json:"freed"`  // paths of those who no longer do, as many as asked for
	Longer  []Path   `json:"longer"` // the ways that are left to those who had a shorter one
}

// Without tells what would be if changes were made, without reading the org
// again: steps go away, none appear, and an edit of a field takes away all of
// the step that it is said of, also where it would leave some of its ends. Of
// paths, limit are listed; all if it is zero. [Omit] is the slow way, by which new steps appear, too.
func (g *Graph) Without(limit int, changes ...Change) WhatIf {
	banned, n := g.banned(changes)
	before, after := g.toward([]uint32{g.top}, nil), g.toward([]uint32{g.top}, banned)
	out := WhatIf{Changes: changes, Steps: n}
	room := func(list []Path) bool { return limit <= 0 || len(list) < limit }
	for i := range g.nodes {
		at := uint32(i)
		if before.cost[i] == unreached || !g.principal(at) {
			continue
		}
		out.Before++
		switch {
		case after.cost[i] == unreached:
			if room(out.Freed) {
				out.Freed = append(out.Freed, g.shortest(at, before))
			}
			continue
		case after.cost[i] > before.cost[i] && room(out.Longer):
			out.Longer = append(out.Longer, g.shortest(at, after))
		}
		out.After++
	}
	return out
}

// banned returns the steps that changes take away, and how many they are.
func (g *Graph) banned(changes []Change) (bans, int) {
	out, n := make(bans, len(g.from)/64+1), 0
	of := make([]bool, len(g.infos))
	for i, x := range g.infos {
		of[i] = slices.ContainsFunc(changes, x.change.within)
	}
	for i := range g.from {
		e := uint32(i)
		if of[g.info[e]] || slices.ContainsFunc(changes, func(c Change) bool { return g.takes(c, e) }) {
			out.add(e)
			n++
		}
	}
	return out, n
}

// within reports whether a wider change is this one, too: one without an id is
// of all edges between its ends.
func (c Change) within(wide Change) bool {
	if wide.ID == "" {
		c.ID = ""
	}
	return c.Do != "" && c == wide
}

// takes reports whether a change takes away a step that does not say so itself.
func (g *Graph) takes(c Change, e uint32) bool {
	from, to := &g.nodes[g.from[e]], &g.nodes[g.to[e]]
	switch c.Do {
	case Deactivate, Revoke:
		return from.Ref == c.Entity || to.Ref == c.Entity
	case Remove:
		return relationOf(g.kind(e)) == c.Relation && from.Ref == c.From && to.Ref == c.To
	default:
		return false
	}
}

func relationOf(k EdgeKind) inventory.Relation {
	switch k {
	case MemberOf:
		return inventory.MemberOf
	case Assigned:
		return inventory.Assigned
	case AssignedVia:
		return inventory.AssignedVia
	default:
		return "none"
	}
}

// Omit returns a reader of the org as it would be after changes: relations are
// not there, entities are not. Edits of fields are not made.
func Omit(r inventory.Reader, changes ...Change) inventory.Reader { return omitted{r, changes} }

type omitted struct {
	inventory.Reader
	changes []Change
}

// Entities implements [inventory.Reader].
func (o omitted) Entities(ctx context.Context, kind inventory.Kind, each func(inventory.Entity) error) error {
	return o.Reader.Entities(ctx, kind, func(e inventory.Entity) error { //nolint:wrapcheck // the reader's own
		gone := slices.ContainsFunc(o.changes, func(c Change) bool { return (c.Do == Deactivate || c.Do == Revoke) && c.Entity == e.Ref })
		if gone {
			return nil
		}
		return each(e)
	})
}

// Edges implements [inventory.Reader].
func (o omitted) Edges(ctx context.Context, relation inventory.Relation, each func(inventory.Edge) error) error {
	return o.Reader.Edges(ctx, relation, func(e inventory.Edge) error { //nolint:wrapcheck // the reader's own
		gone := slices.ContainsFunc(o.changes, func(c Change) bool {
			return c.Do == Remove && removal(e.Relation, e.From, e.To, e.ID).within(c)
		})
		if gone {
			return nil
		}
		return each(e)
	})
}

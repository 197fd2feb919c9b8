package access

import (
	"cmp"
	"maps"
	"slices"
)

// Difference is what became of the ways to tier 0 between two moments.
type Difference struct {
	Gained []Path `json:"gained"` // of those who reach it now and did not
	Lost   []Path `json:"lost"`   // of those who did and no longer do
	// Appeared has a path through each step that is new and leads there; Vanished
	// one through each that is gone.
	Appeared []Path `json:"appeared"`
	Vanished []Path `json:"vanished"`
	// Blind says that the newer graph, or the older, did not see something that
	// the other did: then a difference may be one of sight.
	Blind []Gap `json:"blind,omitempty"`
}

// Diff compares an org with what it was. Of each list, limit are returned; all
// if it is zero.
func Diff(older, newer *Graph, limit int) Difference {
	var d Difference
	d.Appeared, d.Gained = newer.beyond(older, limit)
	d.Vanished, d.Lost = older.beyond(newer, limit)
	for _, x := range []struct{ a, b *Graph }{{older, newer}, {newer, older}} {
		for _, gap := range x.a.gaps {
			if !slices.ContainsFunc(x.b.gaps, func(other Gap) bool { return other.Collection == gap.Collection }) {
				d.Blind = append(d.Blind, gap)
			}
		}
	}
	return d
}

// beyond returns what leads to tier 0 here and does not in another graph: paths
// by steps that are not there, and the paths of who does not reach it there.
func (g *Graph) beyond(other *Graph, limit int) (steps, starts []Path) {
	var principals []uint32
	for i := range g.nodes {
		if n := uint32(i); g.principal(n) {
			principals = append(principals, n)
		}
	}
	there, here := other.toward([]uint32{other.top}, nil), g.toward([]uint32{g.top}, nil)
	before := g.onward(principals, bansFrom(g, g.top))
	room := func(list []Path) bool { return limit <= 0 || len(list) < limit }
	for _, n := range principals {
		if here.cost[n] == unreached || !room(starts) {
			continue
		}
		if at, ok := other.find(g.nodes[n]); !ok || there.cost[at] == unreached || !other.principal(at) {
			starts = append(starts, g.shortest(n, here))
		}
	}
	seen := map[string]bool{}
	for _, e := range g.stepsBeyond(other, here, before) {
		if !room(steps) {
			break
		}
		if p, ok := g.through(e, before, here); ok && !seen[p.key()] {
			seen[p.key()] = true
			steps = append(steps, p)
		}
	}
	return steps, starts
}

// identity is what makes steps of two graphs the same.
type identity struct {
	to   Node
	kind EdgeKind
	id   string
}

func (g *Graph) identity(e uint32) identity {
	i := g.infos[g.info[e]]
	return identity{g.nodes[g.to[e]], i.kind, i.id}
}

// stepsBeyond returns the steps between principals and tier 0 that another
// graph does not have, those of the cheapest paths first.
func (g *Graph) stepsBeyond(other *Graph, here, before *field) []uint32 {
	var out []uint32
	for i := range g.nodes {
		n := uint32(i)
		if before.cost[n] == unreached || here.cost[n] == unreached || n == g.top {
			continue
		}
		lead := map[identity]uint32{}
		for e := g.first[n]; e < g.first[n+1]; e++ {
			if here.cost[g.to[e]] != unreached && g.walks(e) {
				lead[g.identity(e)] = e
			}
		}
		if at, ok := other.find(g.nodes[n]); ok && len(lead) > 0 {
			for e := other.first[at]; e < other.first[at+1]; e++ {
				delete(lead, other.identity(e))
			}
		}
		out = slices.AppendSeq(out, maps.Values(lead))
	}
	total := func(e uint32) uint32 { return before.cost[g.from[e]] + g.price(e) + here.cost[g.to[e]] }
	slices.SortFunc(out, func(a, b uint32) int { return cmp.Or(cmp.Compare(total(a), total(b)), cmp.Compare(a, b)) })
	return out
}

// through returns the cheapest path by a step, if it visits no node twice.
func (g *Graph) through(e uint32, before, here *field) (Path, bool) {
	var steps []uint32
	for n := g.from[e]; before.step[n] != unreached; n = g.from[before.step[n]] {
		steps = append(steps, before.step[n])
	}
	slices.Reverse(steps)
	steps = append(steps, e)
	for n := g.to[e]; here.step[n] != unreached; n = g.to[here.step[n]] {
		steps = append(steps, here.step[n])
	}
	seen := map[uint32]bool{g.from[steps[0]]: true}
	for _, s := range steps {
		if seen[g.to[s]] {
			return Path{}, false
		}
		seen[g.to[s]] = true
	}
	return g.path(steps), true
}

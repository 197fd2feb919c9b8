package access

import (
	"cmp"
	"slices"

	"sallyport/internal/errs"
	"sallyport/internal/inventory"
)

// Blast is what somebody reaches who controls a node: at once and by further
// steps.
type Blast struct {
	Start Node `json:"start"`
	// Top is whether the role of super administrator is among it: then it is all.
	Top    bool                   `json:"top"`
	Counts map[inventory.Kind]int `json:"counts"` // of what can be signed in to, been in, been or held, by kind
	Nodes  []BlastNode            `json:"nodes"`  // the nearest first, as many as asked for
	Gaps   []Gap                  `json:"gaps"`
}

// BlastNode is something within a blast.
type BlastNode struct {
	Node     Node   `json:"node"`
	Name     string `json:"name"`
	Distance int    `json:"distance"` // in steps
}

// Blast returns what controlling start gives. Of the nodes, limit are listed;
// all if it is zero. A group is somebody who is in it; an app is who uses it,
// and its credential (aspect [Credential]) is the client.
func (g *Graph) Blast(start Node, limit int) (Blast, error) {
	from, ok := g.find(start)
	if !ok || start.Aspect.passed() {
		return Blast{}, errs.New(errs.NotFound, "there is no %s in the graph", start)
	}
	f := g.onward([]uint32{from}, nil)
	out := Blast{Start: start, Top: f.cost[g.top] != unreached, Counts: map[inventory.Kind]int{}, Gaps: g.Gaps()}
	var reached []entry
	for n, cost := range f.cost {
		at := uint32(n)
		if cost == unreached || at == from || g.passed(at) {
			continue
		}
		if g.nodes[n].Aspect == Itself {
			out.Counts[g.nodes[n].Kind]++
		}
		reached = append(reached, entry{cost, at})
	}
	slices.SortFunc(reached, func(a, b entry) int { return cmp.Or(cmp.Compare(a.cost, b.cost), cmp.Compare(a.at, b.at)) })
	if limit > 0 && len(reached) > limit {
		reached = reached[:limit]
	}
	for _, x := range reached {
		out.Nodes = append(out.Nodes, BlastNode{g.nodes[x.at], g.names[x.at], int(x.cost / hop)})
	}
	return out, nil
}

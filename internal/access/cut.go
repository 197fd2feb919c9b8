package access

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"sallyport/internal/errs"
)

// maxCut is how many changes a cut has, at most.
const maxCut = 64

// Cut is the fewest steps that are between somebody and the role of super
// administrator, so that taking them away leaves no path.
type Cut struct {
	Start Node `json:"start"`
	// Possible is whether changes can do it: steps that none takes away are not
	// cut, nor are more than 64.
	Possible bool   `json:"possible"`
	Steps    []Step `json:"steps"`
}

// Cut returns the fewest steps to take away.
func (g *Graph) Cut(ctx context.Context, start Node) (Cut, error) {
	from, ok := g.find(start)
	if !ok || start.Aspect.passed() {
		return Cut{}, errs.New(errs.NotFound, "there is no %s in the graph", start)
	}
	out := Cut{Start: start}
	onward, toward := g.onward([]uint32{from}, bansFrom(g, g.top)), g.toward([]uint32{g.top}, nil)
	if toward.cost[from] == unreached || from == g.top {
		out.Possible = true
		return out, nil
	}
	n := network{of: map[uint32]int32{}, by: map[taken]int32{}}
	for e := range g.from {
		a, b := g.from[e], g.to[e]
		step := uint32(e)
		if onward.cost[a] == unreached || toward.cost[b] == unreached || !g.walks(step) || a == g.top {
			continue
		}
		n.add(a, b, step, g.changes(step))
	}
	flow, err := n.saturate(ctx, from, g.top)
	if err != nil || flow > maxCut {
		return out, err
	}
	out.Possible = true
	for _, e := range n.severed(from) {
		out.Steps = append(out.Steps, g.Step(e))
	}
	slices.SortFunc(out.Steps, func(a, b Step) int { return cmp.Or(compareNodes(a.From, b.From), compareNodes(a.To, b.To)) })
	return out, nil
}

func bansFrom(g *Graph, n uint32) bans {
	out := make(bans, len(g.from)/64+1)
	for e := g.first[n]; e < g.first[n+1]; e++ {
		out.add(e)
	}
	return out
}

// network is the part of a graph between two nodes, as pipes: those of steps
// that can be taken away let one unit through, the others any number.
type network struct {
	of    map[uint32]int32 // places by node
	by    map[taken]int32  // places between, by what is taken away
	out   [][]int32        // pipes by place
	pipes []pipe           // each with its reverse after it
}

type pipe struct {
	to, room int32
	step     uint32
}

// taken is a change of what begins at a node: it may take several steps away at
// once.
type taken struct {
	from   uint32
	change Change
}

const wide = 1 << 30

func (n *network) place(node uint32) int32 {
	at, ok := n.of[node]
	if !ok {
		at = int32(len(n.out)) //nolint:gosec // fewer nodes than 2^31
		n.of[node], n.out = at, append(n.out, nil)
	}
	return at
}

func (n *network) add(from, to, step uint32, changes []Change) {
	a, b := n.place(from), n.place(to)
	if len(changes) == 0 {
		n.pipe(a, b, wide, step)
		return
	}
	key := taken{from, changes[0]}
	mid, ok := n.by[key]
	if !ok {
		mid = int32(len(n.out)) //nolint:gosec // fewer steps than 2^31
		n.by[key], n.out = mid, append(n.out, nil)
		n.pipe(a, mid, 1, step)
	}
	n.pipe(mid, b, wide, step)
}

func (n *network) pipe(a, b, room int32, step uint32) {
	at := int32(len(n.pipes)) //nolint:gosec // fewer steps than 2^31
	n.pipes = append(n.pipes, pipe{b, room, step}, pipe{a, 0, step})
	n.out[a], n.out[b] = append(n.out[a], at), append(n.out[b], at+1)
}

// saturate fills the pipes and returns how much flows; more than maxCut when
// nothing can stop it.
func (n *network) saturate(ctx context.Context, from, to uint32) (int, error) {
	a, b := n.place(from), n.place(to)
	for flow := 0; ; flow++ {
		if err := ctx.Err(); err != nil {
			return 0, fmt.Errorf("look for a cut: %w", err)
		}
		by := n.reach(a)
		if by[b] < 0 {
			return flow, nil
		}
		room := int32(wide)
		for at := b; at != a; at = n.pipes[by[at]^1].to {
			room = min(room, n.pipes[by[at]].room)
		}
		if room > 1 || flow >= maxCut {
			return maxCut + 1, nil
		}
		for at := b; at != a; at = n.pipes[by[at]^1].to {
			n.pipes[by[at]].room--
			n.pipes[by[at]^1].room++
		}
	}
}

// reach returns by which pipe each place is reached from one; -1 for none.
func (n *network) reach(from int32) []int32 {
	by := make([]int32, len(n.out))
	for i := range by {
		by[i] = -1
	}
	by[from] = wide
	open := []int32{from}
	for len(open) > 0 {
		at := open[0]
		open = open[1:]
		for _, p := range n.out[at] {
			if to := n.pipes[p].to; n.pipes[p].room > 0 && by[to] < 0 {
				by[to] = p
				open = append(open, to)
			}
		}
	}
	return by
}

// severed are the steps from what is still reached to what is not.
func (n *network) severed(from uint32) []uint32 {
	by := n.reach(n.of[from])
	var out []uint32
	for i := 0; i < len(n.pipes); i += 2 {
		a, b := n.pipes[i+1].to, n.pipes[i].to
		if by[a] >= 0 && by[b] < 0 {
			out = append(out, n.pipes[i].step)
		}
	}
	return out
}

// Choke is a step that many shortest paths to tier 0 go by.
type Choke struct {
	Step  Step `json:"step"`
	Paths int  `json:"paths"` // how many principals' shortest path has it
}

// Chokes returns the steps that most of the shortest paths go by and that a
// change takes away, the busiest first: what is worth changing first.
func (g *Graph) Chokes(limit int) []Choke {
	f := g.toward([]uint32{g.top}, nil)
	count := map[uint32]int{}
	for i := range g.nodes {
		at := uint32(i)
		if f.cost[i] == unreached || !g.principal(at) {
			continue
		}
		for n := at; f.step[n] != unreached; n = g.to[f.step[n]] {
			count[f.step[n]]++
		}
	}
	list := make([]entry, 0, len(count))
	for e, n := range count {
		if len(g.changes(e)) > 0 {
			list = append(list, entry{uint32(n), e}) //nolint:gosec // fewer principals than 2^32
		}
	}
	slices.SortFunc(list, func(a, b entry) int { return cmp.Or(cmp.Compare(b.cost, a.cost), cmp.Compare(a.at, b.at)) })
	if limit > 0 && len(list) > limit {
		list = list[:limit]
	}
	out := make([]Choke, len(list))
	for i, x := range list {
		out[i] = Choke{g.stepThrough(x.at, f), int(x.cost)}
	}
	return out
}

// stepThrough joins a step with the one before or after it that is only passed.
func (g *Graph) stepThrough(e uint32, f *field) Step {
	if next := f.step[g.to[e]]; g.passed(g.to[e]) && next != unreached {
		return g.joined(g.Step(e), next)
	}
	return g.Step(e)
}

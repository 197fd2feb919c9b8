package access

import "math"

// unreached is the cost of what leads nowhere.
const unreached = math.MaxUint32

// hop is the cost of a step; its confidence costs little beside it, so that of
// two paths of one length the surer comes first.
const hop = 1 << 8

// field says of each node how far it is from where a search began, and by which
// step it is left or entered.
type field struct {
	cost []uint32
	step []uint32
}

// bans are steps that are not walked.
type bans []uint64

func (b bans) has(e uint32) bool { return b != nil && b[e>>6]&(1<<(e&63)) != 0 }
func (b bans) add(e uint32)      { b[e>>6] |= 1 << (e & 63) }

// walks reports whether a step is one that somebody may take.
func (g *Graph) walks(e uint32) bool { return g.kind(e) != Manager }

// price is the cost of a step: what leaves a node that is only passed through
// is no step of its own.
func (g *Graph) price(e uint32) uint32 {
	c := uint32(g.infos[g.info[e]].confidence)
	if g.passed(g.from[e]) {
		return c
	}
	return hop + c
}

// toward finds, for each node, the cheapest way to one of the goals.
func (g *Graph) toward(goals []uint32, banned bans) *field {
	return g.search(goals, banned, func(n uint32) []uint32 { return g.back[g.firstBack[n]:g.firstBack[n+1]] }, func(e uint32) uint32 { return g.from[e] })
}

// onward finds, for each node, the cheapest way to it from one of the starts.
func (g *Graph) onward(starts []uint32, banned bans) *field {
	steps := make([]uint32, 0, 64)
	return g.search(starts, banned, func(n uint32) []uint32 {
		steps = steps[:0]
		for e := g.first[n]; e < g.first[n+1]; e++ {
			steps = append(steps, e)
		}
		return steps
	}, func(e uint32) uint32 { return g.to[e] })
}

func (g *Graph) search(from []uint32, banned bans, steps func(uint32) []uint32, end func(uint32) uint32) *field {
	f := &field{cost: make([]uint32, len(g.nodes)), step: make([]uint32, len(g.nodes))}
	for i := range f.cost {
		f.cost[i], f.step[i] = unreached, unreached
	}
	var open queue
	for _, n := range from {
		f.cost[n] = 0
		open.push(entry{0, n})
	}
	for len(open) > 0 {
		x := open.pop()
		if x.cost > f.cost[x.at] {
			continue
		}
		for _, e := range steps(x.at) {
			if banned.has(e) || !g.walks(e) {
				continue
			}
			if n, cost := end(e), x.cost+g.price(e); cost < f.cost[n] {
				f.cost[n], f.step[n] = cost, e
				open.push(entry{cost, n})
			}
		}
	}
	return f
}

// entry is a node, or the place of something else, by its cost.
type entry struct{ cost, at uint32 }

// queue is a heap of entries, the cheapest first; of equal ones, that of the
// lower place.
type queue []entry

func (q queue) less(i, j int) bool {
	return q[i].cost < q[j].cost || q[i].cost == q[j].cost && q[i].at < q[j].at
}

func (q *queue) push(x entry) {
	*q = append(*q, x)
	for i := len(*q) - 1; i > 0; {
		up := (i - 1) / 2
		if !q.less(i, up) {
			return
		}
		(*q)[i], (*q)[up] = (*q)[up], (*q)[i]
		i = up
	}
}

func (q *queue) pop() entry {
	old := *q
	out, last := old[0], len(old)-1
	old[0] = old[last]
	*q = old[:last]
	for i := 0; ; {
		low := i
		for _, child := range []int{2*i + 1, 2*i + 2} {
			if child < last && q.less(child, low) {
				low = child
			}
		}
		if low == i {
			return out
		}
		(*q)[i], (*q)[low] = (*q)[low], (*q)[i]
		i = low
	}
}

package access

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"sallyport/internal/errs"
)

// maxPartial is how many beginnings of paths are looked at, at most, for the
// paths of one start.
const maxPartial = 200_000

// Paths returns the k cheapest paths from start to the role of super
// administrator, the shortest first and of one length the surest. None of them
// visits a node twice. They are fewer when 200,000 beginnings were looked at.
func (g *Graph) Paths(ctx context.Context, start Node, k int) ([]Path, error) {
	return g.PathsTo(ctx, start, Top(), k)
}

// PathsTo returns the k cheapest paths from start to end.
func (g *Graph) PathsTo(ctx context.Context, start, end Node, k int) ([]Path, error) {
	from, to, err := g.ends(start, end)
	if err != nil {
		return nil, err
	}
	return g.cheapest(ctx, from, to, k, g.toward([]uint32{to}, nil))
}

func (g *Graph) ends(start, end Node) (from, to uint32, err error) {
	for _, x := range []struct {
		n  Node
		at *uint32
	}{{start, &from}, {end, &to}} {
		at, ok := g.find(x.n)
		if !ok || x.n.Aspect.passed() {
			return 0, 0, errs.New(errs.NotFound, "there is no %s in the graph", x.n)
		}
		*x.at = at
	}
	return from, to, nil
}

// partial is the beginning of a path: the step that it ends with, and what came
// before.
type partial struct {
	node, step uint32
	before     int32
	cost       uint32
}

// cheapest searches the best beginnings first. What is left of each is known
// exactly, so the first that arrive are the cheapest.
func (g *Graph) cheapest(ctx context.Context, from, to uint32, k int, rest *field) ([]Path, error) {
	if rest.cost[from] == unreached || from == to || k <= 0 {
		return nil, nil
	}
	all := []partial{{node: from, step: unreached, before: -1}}
	open := queue{{rest.cost[from], 0}}
	var out []Path
	seen := map[string]bool{}
	for len(open) > 0 && len(out) < k && len(all) < maxPartial {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("look for paths: %w", err)
		}
		at := open.pop().at
		if all[at].node == to {
			if p := g.path(stepsOf(all, at)); !seen[p.key()] {
				seen[p.key()] = true
				out = append(out, p)
			}
			continue
		}
		x := all[at]
		for e := g.first[x.node]; e < g.first[x.node+1]; e++ {
			n := g.to[e]
			if rest.cost[n] == unreached || !g.walks(e) || visited(all, at, n) {
				continue
			}
			cost := x.cost + g.price(e)
			all = append(all, partial{n, e, int32(at), cost})           //nolint:gosec // at most maxPartial
			open.push(entry{cost + rest.cost[n], uint32(len(all) - 1)}) //nolint:gosec // at most maxPartial and a few
		}
	}
	return out, nil
}

func visited(all []partial, at, n uint32) bool {
	for i := int32(at); i >= 0; i = all[i].before { //nolint:gosec // at most maxPartial
		if all[i].node == n {
			return true
		}
	}
	return false
}

func stepsOf(all []partial, at uint32) []uint32 {
	var out []uint32
	for i := int32(at); all[i].before >= 0; i = all[i].before { //nolint:gosec // at most maxPartial
		out = append(out, all[i].step)
	}
	slices.Reverse(out)
	return out
}

// shortest returns the cheapest path from a node, by a field that leads to goals.
func (g *Graph) shortest(from uint32, f *field) Path {
	var steps []uint32
	for n := from; f.step[n] != unreached; n = g.to[f.step[n]] {
		steps = append(steps, f.step[n])
	}
	return g.path(steps)
}

// path makes a path of steps: two of them are one where a node is only passed
// through.
func (g *Graph) path(steps []uint32) Path {
	var out Path
	for i := 0; i < len(steps); i++ {
		s := g.Step(steps[i])
		if g.passed(g.to[steps[i]]) && i+1 < len(steps) {
			s = g.joined(s, steps[i+1])
			i++
		}
		out.Steps = append(out.Steps, s)
		out.Confidence = max(out.Confidence, s.Confidence)
	}
	if len(out.Steps) > 0 {
		out.Start, out.End = out.Steps[0].From, out.Steps[len(out.Steps)-1].To
	}
	return out
}

// Step returns a step as it is told.
func (g *Graph) Step(e uint32) Step {
	from, to := g.from[e], g.to[e]
	i := g.infos[g.info[e]]
	return Step{
		Kind: i.kind, From: g.nodes[from], To: g.nodes[to], FromName: g.names[from], ToName: g.names[to], Confidence: i.confidence,
		Why: g.why(e), Changes: g.changes(e),
	}
}

func (g *Graph) joined(s Step, e uint32) Step {
	next := g.Step(e)
	if next.Kind == ResetThenAdmin && (s.Kind == ResetPassword || s.Kind == ResetFactors || s.Kind == TemporaryAccessCode) {
		s.Kind = ResetThenAdmin
	}
	s.To, s.ToName = next.To, next.ToName
	s.Confidence = max(s.Confidence, next.Confidence)
	s.Changes = slices.Concat(s.Changes, next.Changes)
	if next.Why != "" {
		s.Why += "; " + next.Why
	}
	return s
}

// key tells paths apart: by their nodes and kinds of steps.
func (p Path) key() string {
	var b strings.Builder
	for _, s := range p.Steps {
		b.WriteString(s.From.String() + " " + string(s.Kind) + " ")
	}
	b.WriteString(p.End.String())
	return b.String()
}

// Steps gives each step of the graph, those through what is passed through
// joined, and stops at an error. In a large org they are hundreds of millions,
// for everybody who may do something to everybody: [Graph.WriteJSON] does not
// join them.
func (g *Graph) Steps(each func(Step) error) error {
	for e := range g.from {
		if err := g.eachStep(uint32(e), each); err != nil {
			return err
		}
	}
	return nil
}

func (g *Graph) eachStep(e uint32, each func(Step) error) error {
	if g.passed(g.from[e]) {
		return nil
	}
	if !g.passed(g.to[e]) {
		return each(g.Step(e))
	}
	s, mid := g.Step(e), g.to[e]
	for next := g.first[mid]; next < g.first[mid+1]; next++ {
		if g.to[next] == g.from[e] {
			continue
		}
		if err := each(g.joined(s, next)); err != nil {
			return err
		}
	}
	return nil
}

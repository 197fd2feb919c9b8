package app

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"sallyport/internal/access"
	"sallyport/internal/inventory"
	"sallyport/internal/store/storetest"
	"sallyport/sandbox/okta"
)

// graph returns the access graph of a tenant as it was at a moment.
func (b *syncBench) graph(tenant string, at time.Time) *access.Graph {
	b.t.Helper()
	g, err := access.Load(b.t.Context(), b.core.DB.Inventory.At(b.id, tenant, at), access.Options{})
	if err != nil {
		b.t.Fatal(err)
	}
	return g
}

// ways are the steps of a graph, for who looks for one of them.
type ways struct {
	t    *testing.T
	of   *access.Graph
	from map[access.Node][]access.Step
	all  map[access.Node]string
}

func waysOf(t *testing.T, g *access.Graph) ways {
	t.Helper()
	w := ways{t, g, map[access.Node][]access.Step{}, map[access.Node]string{}}
	if err := g.Steps(func(s access.Step) error {
		if s.Why == "" {
			t.Errorf("%s from %s to %s says not why", s.Kind, s.From, s.To)
		}
		w.from[s.From] = append(w.from[s.From], s)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if err := g.Nodes(func(n access.Node, name string) error { w.all[n] = name; return nil }); err != nil {
		t.Fatal(err)
	}
	return w
}

// named returns the nodes, of every aspect, that a plant means by kind/name.
func (w ways) named(text string) []access.Node {
	w.t.Helper()
	kind, name, _ := strings.Cut(text, "/")
	switch {
	case text == "setting/support_access": // who has it is outside of the org
		kind, name = string(access.Outside), "okta-support"
	case kind == "device": // that of somebody
		return w.begin(access.DeviceOfAdmin, w.named("user/"+name))
	}
	var out []access.Node
	for n, of := range w.all {
		if string(n.Kind) == kind && (of == name || n.ID == name || strings.HasPrefix(of, name+"@") || strings.HasPrefix(of, name+".")) {
			out = append(out, n)
		}
	}
	return out
}

// begin returns where the steps of a kind begin that end at some nodes.
func (w ways) begin(kind access.EdgeKind, to []access.Node) []access.Node {
	var out []access.Node
	for n, steps := range w.from {
		if slices.ContainsFunc(steps, func(s access.Step) bool { return s.Kind == kind && slices.Contains(to, s.To) }) {
			out = append(out, n)
		}
	}
	return out
}

// leads returns kinds of steps that lead from one node to another, those that are
// wanted among them in their order. What the org says by itself may lie between.
func (w ways) leads(from, to []access.Node, wanted []string, free func(access.Step) bool) []string {
	type place struct {
		at   access.Node
		done int
	}
	type reached struct {
		place
		kinds []string
	}
	seen, open := map[place]bool{}, []reached{}
	for _, n := range from {
		open = append(open, reached{place: place{n, 0}})
	}
	for len(open) > 0 {
		x := open[0]
		open = open[1:]
		if seen[x.place] {
			continue
		}
		seen[x.place] = true
		if x.done == len(wanted) && slices.Contains(to, x.at) {
			return append(x.kinds, "")
		}
		for _, s := range w.from[x.at] {
			kinds := append(slices.Clone(x.kinds), string(s.Kind))
			if x.done < len(wanted) && string(s.Kind) == wanted[x.done] {
				open = append(open, reached{place{s.To, x.done + 1}, kinds})
			}
			if free(s) {
				open = append(open, reached{place{s.To, x.done}, kinds})
			}
		}
	}
	return nil
}

// fact reports whether a step is what the org says by itself.
func fact(s access.Step) bool {
	k, _ := access.KindNamed(s.Kind)
	return k.Number == 0 && s.Kind != access.SuperAdminMay || s.Kind == access.RoleViaGroup || s.Kind == access.SuperAdminOf
}

// Each path that is planted in the weak org is found, and none that Okta forbids.
func TestPlantedPaths(t *testing.T) {
	planted, err := okta.Planted()
	if err != nil {
		t.Fatal(err)
	}
	b := syncingOf(t, storetest.Prepared(t), okta.Options{Seed: 7, Users: 60, Weak: true, Now: time.Now}, (*okta.Org).AdminToken)
	g := b.graph(b.sync().Tenant, time.Time{})
	w := waysOf(t, g)
	ranking := g.Ranked(access.RankOptions{})
	for _, gap := range g.Gaps() {
		if gap.Collection == "factor" { // those of people who are no admins are read little by little
			continue
		}
		t.Errorf("not seen: %s: %s", gap.Collection, gap.Said)
	}
	for _, p := range planted.Paths {
		from, to := w.named(p.From), w.named(p.To)
		if p.Edges[0] == string(access.KeyControl) { // is of who has the keys
			from = w.begin(access.KeyControl, from)
		}
		if w.leads(from, to, p.Edges, fact) == nil {
			t.Errorf("%v from %s %v to %s %v is not found: %s", p.Edges, p.From, from, p.To, to, p.Note)
		}
		if p.To == "role/SUPER_ADMIN" && !slices.ContainsFunc(ranking.Ranked, func(r access.Ranked) bool { return slices.Contains(from, r.Start) }) {
			t.Errorf("%s is not among those who reach super administrator: %s", p.From, p.Note)
		}
	}
	for _, f := range planted.Forbidden {
		from, to := w.named(f.From), w.named(f.To)
		if len(from) == 0 || len(to) == 0 {
			t.Errorf("%s or %s is not in the graph", f.From, f.To)
		}
		byThemselves := func(s access.Step) bool { return s.From != access.Top() && (s.From.Kind != inventory.User || slices.Contains(from, s.From)) }
		if kinds := w.leads(from, to, nil, byThemselves); kinds != nil {
			t.Errorf("%s leads from %s to %s, which %s forbids: %s", kinds, f.From, f.To, f.Barrier, f.Note)
		}
	}
	if len(planted.Paths) < 16 || len(planted.Forbidden) < 9 {
		t.Errorf("%d paths are planted, %d forbidden", len(planted.Paths), len(planted.Forbidden))
	}
}

// What leads to super administrator in the ordinary org is said with its reason,
// and that somebody is no longer in a group is known after the next sync.
func TestPathsComeAndGo(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		b := syncing(t, dsn, 20, (*okta.Org).AdminToken)
		user, group, _ := b.direct()
		b.call(http.MethodPost, "/api/v1/groups/"+group+"/roles", jsonObject{"type": "SUPER_ADMIN"}, nil)
		first := b.sync()
		before := b.graph(first.Tenant, time.Time{})
		start := access.Node{Ref: inventory.Ref{Kind: inventory.User, ID: user}}
		paths, err := before.Paths(t.Context(), start, 9)
		if err != nil || !slices.ContainsFunc(paths, func(p access.Path) bool { return p.Length() == 2 && p.Steps[0].To.ID == group }) {
			t.Fatalf("%+v, %v", paths, err)
		}
		for _, r := range before.Ranked(access.RankOptions{}).Ranked {
			for _, s := range r.Path.Steps {
				if s.Why == "" || s.FromName == "" || s.ToName == "" {
					t.Errorf("%s: %+v", r.Name, s)
				}
			}
		}
		b.call(http.MethodDelete, "/api/v1/groups/"+group+"/users/"+user, nil, nil)
		second := b.sync()
		after := b.graph(first.Tenant, time.Time{})
		paths, err = after.Paths(t.Context(), start, 9)
		if err != nil || slices.ContainsFunc(paths, func(p access.Path) bool { return p.Steps[0].To.ID == group }) {
			t.Errorf("%+v, %v", paths, err)
		}
		gone := func(p access.Path) bool { return p.Start == start && p.Steps[0].To.ID == group }
		d := access.Diff(b.graph(first.Tenant, first.StartedAt), b.graph(first.Tenant, second.StartedAt), 0)
		if !slices.ContainsFunc(d.Vanished, gone) || len(d.Appeared)+len(d.Gained)+len(d.Blind) > 0 {
			t.Errorf("%+v", d)
		}
	})
}

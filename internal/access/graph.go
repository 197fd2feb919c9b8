package access

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"sallyport/internal/inventory"
)

// Graph is what controlling one thing of an org gives. It is not changed once
// it is loaded, and may be asked by many at once.
//
// It is held as arrays: 16 bytes a step, of which there is one for each
// membership and assignment of an app, and for each end of what is passed
// through. What a person reaches by his groups is never stored.
type Graph struct {
	options Options
	org     *org
	nodes   []Node
	names   []string
	index   map[Node]uint32
	// Of step e: where it begins and ends, and what it is.
	from, to, info []uint32
	infos          []info
	first          []uint32 // the steps that begin at node n are first[n] to first[n+1]
	back           []uint32 // steps by where they end
	firstBack      []uint32
	gaps           []Gap
	top            uint32
}

// info is what steps of one origin have in common.
type info struct {
	kind       EdgeKind
	confidence Confidence
	why        string // empty: said from its ends, by what the kind is
	change     Change
	id         string
}

// Load reads an org and makes its graph.
func Load(ctx context.Context, r inventory.Reader, options Options) (*Graph, error) {
	o, err := readOrg(ctx, r)
	if err != nil {
		return nil, err
	}
	for _, x := range []struct {
		relation inventory.Relation
		each     func(inventory.Edge)
	}{{inventory.MemberOf, o.readMember}, {inventory.Assigned, o.readAssigned}, {inventory.AssignedVia, o.readAssignedVia}} {
		if err := r.Edges(ctx, x.relation, func(e inventory.Edge) error { x.each(e); return nil }); err != nil {
			return nil, fmt.Errorf("read %s: %w", x.relation, err)
		}
	}
	var owns, pushes []inventory.Edge
	for relation, into := range map[inventory.Relation]*[]inventory.Edge{inventory.Owns: &owns, inventory.PushesTo: &pushes} {
		if err := r.Edges(ctx, relation, func(e inventory.Edge) error { *into = append(*into, e); return nil }); err != nil {
			return nil, fmt.Errorf("read %s: %w", relation, err)
		}
	}
	for _, e := range owns {
		o.groups.add(e.To.ID, "", group{})
		if e.From.Kind == inventory.User {
			o.users.add(e.From.ID, "", user{}).body.owns = true
		}
	}
	for _, t := range o.tokens.rows {
		if t.body.UserID != "" {
			o.users.add(t.body.UserID, "", user{}).body.owns = true
		}
	}
	o.protect()
	b := newBuilder(o, options.filled())
	b.build(owns, pushes)
	return b.finish(), nil
}

func (o *org) readMember(e inventory.Edge) {
	o.users.add(e.From.ID, "", user{})
	g := o.groups.add(e.To.ID, "", group{})
	g.body.members = append(g.body.members, uint32(o.users.at[e.From.ID])) //nolint:gosec // an index
}

func (o *org) readAssigned(e inventory.Edge) {
	switch decode[statusBody](e.Body).Status {
	case "INACTIVE", "DEPROVISIONED", "SUSPENDED":
		return
	}
	o.users.add(e.From.ID, "", user{})
	a := o.apps.add(e.To.ID, "", app{})
	a.body.users = append(a.body.users, uint32(o.users.at[e.From.ID])) //nolint:gosec // an index
}

func (o *org) readAssignedVia(e inventory.Edge) {
	g := o.groups.add(e.From.ID, "", group{})
	g.body.apps++
	a := o.apps.add(e.To.ID, "", app{})
	a.body.groups = append(a.body.groups, uint32(o.groups.at[e.From.ID])) //nolint:gosec // an index
}

// builder makes a graph of an org.
type builder struct {
	*Graph
	o      *org
	shared map[EdgeKind]uint32
	made   map[Node]bool // what is passed through and has its ends
	bases  [2]uint32     // nodes of the first group and app; those of users begin at 0

	confidences map[EdgeKind]Confidence
	used        map[string][]string // attributes by rule
}

func newBuilder(o *org, options Options) *builder {
	b := &builder{
		Graph: &Graph{options: options, org: o, index: make(map[Node]uint32, len(o.users.rows)+len(o.groups.rows)+8*len(o.apps.rows))},
		o:     o, shared: map[EdgeKind]uint32{}, made: map[Node]bool{}, confidences: map[EdgeKind]Confidence{}, used: map[string][]string{},
	}
	for _, k := range Kinds() {
		b.confidences[k.Kind] = k.Confidence
	}
	intern(b, inventory.User, &o.users)
	b.bases[0] = uint32(len(b.nodes)) //nolint:gosec // fewer nodes than 2^32
	intern(b, inventory.Group, &o.groups)
	b.bases[1] = uint32(len(b.nodes)) //nolint:gosec // fewer nodes than 2^32
	intern(b, inventory.App, &o.apps)
	intern(b, inventory.APIToken, &o.tokens)
	intern(b, inventory.APIService, &o.services)
	intern(b, inventory.IdP, &o.idps)
	intern(b, inventory.Device, &o.devices)
	b.top = b.node(Top(), "Super Administrator")
	return b
}

func intern[T any](b *builder, kind inventory.Kind, t *table[T]) {
	for i := range t.rows {
		r := &t.rows[i]
		r.node = b.node(nodeOf(kind, r.id), r.name)
	}
}

func (b *builder) node(n Node, name string) uint32 {
	if at, ok := b.index[n]; ok {
		return at
	}
	at := uint32(len(b.nodes)) //nolint:gosec // fewer nodes than 2^32
	b.index[n] = at
	b.nodes = append(b.nodes, n)
	b.names = append(b.names, cmp.Or(name, n.ID))
	return at
}

// step adds a step that has its own reason.
func (b *builder) step(from, to uint32, i info) {
	if from == to {
		return
	}
	i.confidence = max(i.confidence, b.confidences[i.kind])
	b.infos = append(b.infos, i)
	b.link(from, to, uint32(len(b.infos)-1)) //nolint:gosec // fewer steps than 2^32
}

// fact adds a step of which there are many, and whose reason is said from its
// ends.
func (b *builder) fact(from, to uint32, kind EdgeKind) {
	at, ok := b.shared[kind]
	if !ok {
		b.infos = append(b.infos, info{kind: kind, confidence: b.confidences[kind]})
		at = uint32(len(b.infos) - 1) //nolint:gosec // fewer steps than 2^32
		b.shared[kind] = at
	}
	b.link(from, to, at)
}

func (b *builder) link(from, to, info uint32) {
	b.from, b.to, b.info = append(b.from, from), append(b.to, to), append(b.info, info)
}

// finish sorts the steps by where they begin, and lists them by where they end.
func (b *builder) finish() *Graph {
	g := b.Graph
	n := len(g.nodes)
	order := make([]uint32, len(g.from))
	g.first = sortBy(g.from, n, order)
	pick := func(list []uint32) []uint32 {
		out := make([]uint32, len(list))
		for i, at := range order {
			out[i] = list[at]
		}
		return out
	}
	g.from, g.to, g.info = pick(g.from), pick(g.to), pick(g.info)
	g.back = order
	g.firstBack = sortBy(g.to, n, g.back)
	g.names, g.nodes = slices.Clip(g.names), slices.Clip(g.nodes)
	g.gaps = gapsOf(b.o.sights)
	return g
}

// sortBy puts into order the places of keys, which are below n, by key, and
// returns where each key begins.
func sortBy(keys []uint32, n int, order []uint32) []uint32 {
	first := make([]uint32, n+1)
	for _, k := range keys {
		first[k+1]++
	}
	for i := range n {
		first[i+1] += first[i]
	}
	next := slices.Clone(first[:n])
	for i, k := range keys {
		order[next[k]] = uint32(i)
		next[k]++
	}
	return first
}

func (g *Graph) find(n Node) (uint32, bool) {
	at, ok := g.index[n]
	return at, ok
}

// kind returns what a step is.
func (g *Graph) kind(e uint32) EdgeKind { return g.infos[g.info[e]].kind }

// passed reports whether a node is only passed through.
func (g *Graph) passed(n uint32) bool { return g.nodes[n].Aspect.passed() }

// Name returns what people call a node, or a role, rule or resource set that is none.
func (g *Graph) Name(n Node) string {
	if at, ok := g.find(n); ok {
		return g.names[at]
	}
	name := ""
	switch n.Kind {
	case inventory.CustomRole:
		name = nameIn(&g.org.custom, n.ID)
	case inventory.ResourceSet:
		name = nameIn(&g.org.sets, n.ID)
	case inventory.GroupRule:
		name = nameIn(&g.org.rules, n.ID)
	default:
	}
	return cmp.Or(name, n.ID)
}

func nameIn[T any](t *table[T], id string) string {
	if r, ok := t.get(id); ok {
		return r.name
	}
	return ""
}

// Nodes gives each node that something may start or end at, in order.
func (g *Graph) Nodes(each func(Node, string) error) error {
	for i, n := range g.nodes {
		if n.Aspect.passed() {
			continue
		}
		if err := each(n, g.names[i]); err != nil {
			return err
		}
	}
	return nil
}

// Size returns how many nodes and steps the graph holds.
func (g *Graph) Size() (nodes, steps int) { return len(g.nodes), len(g.from) }

// Has reports whether there is such a node.
func (g *Graph) Has(n Node) bool { _, ok := g.find(n); return ok }

// Now is the moment that the graph's ages are counted from.
func (g *Graph) Now() time.Time { return g.options.Now }

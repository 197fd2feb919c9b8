package api

import (
	"context"
	"slices"
	"strings"
	"time"

	"sallyport/internal/portal"
	"sallyport/internal/store"
)

var _ = add("GET /api/v1/nodes", portal.MembersRead, doc{
	Summary: "The servers that work on the database, and what is in their queue",
	Help:    "All organizations share them: the figures are of all together, and of what servers read only the organization's own is named.",
}, listNodes)

// Nodes are the servers that work on one database, and their queue.
type Nodes struct {
	Database  string  `json:"database" enum:"sqlite,postgres" doc:"on sqlite there is one server"`
	Migration string  `json:"migration" doc:"the newest that the server which answers knows"`
	Nodes     []Node  `json:"nodes" doc:"the longest running first"`
	Queue     []Queue `json:"queue" doc:"by kind and priority"`
}

// Node is one server.
type Node struct {
	ID        string       `json:"id"`
	Host      string       `json:"host"`
	Addr      string       `json:"addr" doc:"that it listens on"`
	Version   string       `json:"version"`
	Migration string       `json:"migration" doc:"the newest that it knows"`
	State     string       `json:"state" enum:"running,silent,gone" doc:"silent: it gave no sign of life lately; gone: it ended without a word, and others have taken over"`
	Answers   bool         `json:"answers" doc:"it is the one that answers here"`
	Workers   int          `json:"workers" doc:"runs that it works at once"`
	Sources   []NodeSource `json:"sources" doc:"alert sources of the organization that it reads"`
	Others    int          `json:"others" doc:"sources of other organizations that it reads"`
	Duties    []string     `json:"duties" doc:"what else it alone does: syncs reads orgs, audit sends the audit log on, index indexes events"`
	StartedAt time.Time    `json:"startedAt"`
	SeenAt    time.Time    `json:"seenAt" doc:"its last sign of life"`
	GoneAt    time.Time    `json:"goneAt,omitzero"`
}

// NodeSource is an alert source that a node reads.
type NodeSource struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Queue is how much of a kind of work there is.
type Queue struct {
	Kind     string    `json:"kind" enum:"flow_run,notice,letter,remedy"`
	Priority int       `json:"priority" doc:"1 goes first"`
	Waiting  int       `json:"waiting" doc:"that could be worked at now"`
	Running  int       `json:"running"`
	Later    int       `json:"later" doc:"that wait for their time"`
	Failing  int       `json:"failing" doc:"that could not be worked at, and are tried again"`
	Dropped  int       `json:"dropped" doc:"that are not tried any more"`
	Oldest   time.Time `json:"oldest,omitzero" doc:"since when the first of those waits that could be worked at now"`
}

// States of a [Node].
const (
	nodeRunning = "running"
	nodeSilent  = "silent"
	nodeGone    = "gone"
)

func listNodes(ctx context.Context, d Deps, c portal.Caller, _ none) (Nodes, error) {
	out := Nodes{Database: d.DB.Dialect(), Migration: store.NewestMigration(), Nodes: []Node{}, Queue: []Queue{}}
	nodes, err := d.DB.Nodes.List(ctx)
	if err != nil {
		return out, err
	}
	leases, err := d.DB.Leases.List(ctx)
	if err != nil {
		return out, err
	}
	sources, err := d.DB.Sources.List(ctx, c.Org.ID)
	if err != nil {
		return out, err
	}
	names := map[string]string{}
	for _, s := range sources {
		names[s.ID] = s.Name
	}
	for _, n := range nodes {
		shown := showNode(n, d.Now())
		shown.Answers = n.ID == d.DB.Self()
		for _, l := range leases {
			if n.Holds(l) {
				shown.hold(l.Name, names)
			}
		}
		out.Nodes = append(out.Nodes, shown)
	}
	queue, err := d.DB.Nodes.Queue(ctx)
	for _, q := range queue {
		out.Queue = append(out.Queue, Queue(q))
	}
	return out, err
}

func showNode(n store.Node, now time.Time) Node {
	out := Node{
		ID: n.ID, Host: n.Host, Addr: n.Addr, Version: n.Version, Migration: n.Migration, State: nodeRunning, Workers: n.Workers,
		Sources: []NodeSource{}, Duties: []string{}, StartedAt: n.StartedAt, SeenAt: n.SeenAt, GoneAt: n.GoneAt,
	}
	switch {
	case !n.GoneAt.IsZero():
		out.State = nodeGone
	case n.Silent(now):
		out.State = nodeSilent
	}
	return out
}

// hold notes a lease that the node has, by its name.
func (n *Node) hold(lease string, sources map[string]string) {
	kind, id, _ := strings.Cut(strings.Replace(lease, "source/", "source ", 1), " ")
	duty := map[string]string{"inventory": "syncs", "audit": "audit", "event": "index"}[kind]
	switch name, ours := sources[id]; {
	case kind == "source" && ours:
		n.Sources = append(n.Sources, NodeSource{id, name})
	case kind == "source":
		n.Others++
	case duty != "" && !slices.Contains(n.Duties, duty):
		n.Duties = append(n.Duties, duty)
	}
}

package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"sallyport/internal/store"
)

// nodesListed is what the command lists, as JSON.
type nodesListed struct {
	Database  string        `json:"database"`
	Migration string        `json:"migration"` // the newest that this program knows
	Nodes     []nodeListed  `json:"nodes"`
	Queue     []queueListed `json:"queue"`
}

type nodeListed struct {
	ID        string    `json:"id"`
	Host      string    `json:"host"`
	Addr      string    `json:"addr"`
	Version   string    `json:"version"`
	Migration string    `json:"migration"`
	State     string    `json:"state"`
	Workers   int       `json:"workers"`
	Leases    []string  `json:"leases"`
	StartedAt time.Time `json:"startedAt"`
	SeenAt    time.Time `json:"seenAt"`
	GoneAt    time.Time `json:"goneAt,omitzero"`
}

type queueListed struct {
	Kind     string    `json:"kind"`
	Priority int       `json:"priority"`
	Waiting  int       `json:"waiting"`
	Running  int       `json:"running"`
	Later    int       `json:"later"`
	Failing  int       `json:"failing"`
	Dropped  int       `json:"dropped"`
	Oldest   time.Time `json:"oldest,omitzero"`
}

// runNodes lists the servers and the queue.
func runNodes(ctx context.Context, flags *flag.FlagSet, args []string, std streams) error {
	var conf configFlag
	conf.on(flags)
	asJSON := flags.Bool("json", false, "print JSON")
	if err := parse(flags, args); err != nil {
		return err
	}
	base, err := conf.base(ctx, std)
	if err != nil {
		return err
	}
	got, err := listNodes(ctx, base.DB, base.Now())
	if err := errors.Join(err, base.Close()); err != nil {
		return err
	}
	if *asJSON {
		return json.NewEncoder(std.out).Encode(got)
	}
	return got.print(std.out, base.Now())
}

func listNodes(ctx context.Context, db *store.DB, now time.Time) (nodesListed, error) {
	out := nodesListed{Database: db.Dialect(), Migration: store.NewestMigration(), Nodes: []nodeListed{}, Queue: []queueListed{}}
	nodes, err := db.Nodes.List(ctx)
	if err != nil {
		return out, err
	}
	leases, err := db.Leases.List(ctx)
	if err != nil {
		return out, err
	}
	queue, err := db.Nodes.Queue(ctx)
	for _, q := range queue {
		out.Queue = append(out.Queue, queueListed(q))
	}
	for _, n := range nodes {
		l := nodeListed{ID: n.ID, Host: n.Host, Addr: n.Addr, Version: n.Version, Migration: n.Migration, State: "running", Workers: n.Workers, Leases: []string{}, StartedAt: n.StartedAt, SeenAt: n.SeenAt, GoneAt: n.GoneAt}
		switch {
		case !n.GoneAt.IsZero():
			l.State = "gone"
		case n.Silent(now):
			l.State = "silent"
		}
		for _, lease := range leases {
			if n.Holds(lease) {
				l.Leases = append(l.Leases, lease.Name)
			}
		}
		out.Nodes = append(out.Nodes, l)
	}
	return out, err
}

func (l nodesListed) print(w io.Writer, now time.Time) error {
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	if len(l.Nodes) == 0 {
		_, _ = fmt.Fprintln(out, "No server works on the database.")
	} else {
		_, _ = fmt.Fprintln(out, "HOST\tADDRESS\tVERSION\tSTATE\tUP\tLAST SEEN\tHOLDS")
	}
	ago := func(t time.Time) string { return max(0, now.Sub(t)).Round(time.Second).String() }
	for _, n := range l.Nodes {
		_, _ = fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%s\t%s ago\t%s\n", n.Host, n.Addr, n.Version, n.State, ago(n.StartedAt), ago(n.SeenAt), cmp.Or(strings.Join(n.Leases, ", "), "-"))
	}
	if len(l.Queue) > 0 {
		_, _ = fmt.Fprintln(out, "\nQUEUE\tPRIORITY\tWAITING\tRUNNING\tLATER\tFAILING\tDROPPED\tOLDEST")
	}
	for _, q := range l.Queue {
		oldest := "-"
		if !q.Oldest.IsZero() {
			oldest = ago(q.Oldest)
		}
		_, _ = fmt.Fprintf(out, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t%s\n", q.Kind, q.Priority, q.Waiting, q.Running, q.Later, q.Failing, q.Dropped, oldest)
	}
	return out.Flush()
}

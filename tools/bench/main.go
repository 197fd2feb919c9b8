// Command bench measures the program as a whole, from outside: the binary that
// was built, files and sockets. It prints figures; it judges nothing.
//
//	go run ./tools/bench -bin .bin/sallyport ingest latency alerts flows stream detect scim sync nodes shards
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// bench is what all measurements need.
type bench struct {
	bin      string // the program that is measured
	postgres string // URL of a server to measure on; empty for none
	events   int
	rate     float64
	seconds  int
	records  int           // that are streamed
	on       string        // the one database to measure flows on; empty for both
	corpus   string        // a folder with rules and filters of others
	poll     time.Duration // that alerts are measured with; 0 for the event hook
	to       string        // folder of reports
	peersIn  string        // folder that peers are installed in
	page     string        // of the documentation that figures of peers go into; empty for none
	users    int           // that an identity provider pushes, or that an org consists of
	count    int           // nodes that are held against one
	procs    int           // processors of each
	quota    int           // hundredths of a processor that each may take; 0 for all of them
	delay    time.Duration // that a slow peer takes to answer
	orgs     int           // organizations that are simulated
	cost     costs
	out      io.Writer
}

func run(ctx context.Context, args []string, out io.Writer) error {
	b := bench{out: out, postgres: os.Getenv("TEST_POSTGRES")}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.StringVar(&b.bin, "bin", ".bin/sallyport", "`program` to measure")
	flags.IntVar(&b.events, "events", 1_000_000, "`number` of events to ingest")
	flags.Float64Var(&b.rate, "rate", 20, "incidents a second, of alerts events a second")
	flags.IntVar(&b.records, "records", 1_000_000, "`number` of records to stream")
	flags.StringVar(&b.on, "on", "", "the one `database` to measure flows or searches on: sqlite or postgresql")
	flags.StringVar(&b.corpus, "corpus", "../shared/corpus", "`folder` with the rules of SigmaHQ and Okta, for detect")
	flags.DurationVar(&b.poll, "poll", 0, "`interval` of polling, for alerts to come by that instead of by the event hook")
	flags.IntVar(&b.users, "users", 100_000, "`number` of users that are pushed, for scim, or read, for sync")
	flags.IntVar(&b.seconds, "seconds", 30, "how long incidents happen, or a load lasts")
	flags.StringVar(&b.to, "out", ".run/load", "`folder` for the report of a load and its profile")
	flags.StringVar(&b.peersIn, "peers", ".bin/peers", "`folder` that peers are installed in")
	flags.StringVar(&b.page, "page", "", "`file` of the documentation that the figures of peers are written into")
	flags.IntVar(&b.count, "nodes", 2, "`number` of nodes to hold against one, for nodes")
	flags.IntVar(&b.quota, "quota", 0, "`hundredths` of a processor that each node may take, by a control group, for nodes; 0 for no such limit")
	flags.IntVar(&b.procs, "procs", 1, "`number` of processors that each node uses, for nodes")
	flags.DurationVar(&b.delay, "delay", 150*time.Millisecond, "what a peer takes to answer, for the runs of nodes that wait")
	flags.IntVar(&b.orgs, "orgs", 10_000, "`number` of organizations to simulate, for shards")
	b.cost = defaultCosts()
	flags.Float64Var(&b.cost.event, "event-cost", b.cost.event, "`seconds` of a database's processor that an event takes, for shards")
	flags.Float64Var(&b.cost.run, "run-cost", b.cost.run, "`seconds` that a run takes likewise")
	flags.Float64Var(&b.cost.bytes, "event-bytes", b.cost.bytes, "`bytes` that an event takes on disk, for shards")
	flags.Float64Var(&b.cost.keep, "keep", b.cost.keep, "`days` that events are kept, for shards")
	flags.Float64Var(&b.cost.cores, "cores", b.cost.cores, "`number` of processors of a database, for shards")
	if err := flags.Parse(args); err != nil {
		return err
	}
	all := map[string]func(context.Context) error{"ingest": b.ingest, "latency": b.latency, "flows": b.flows, "stream": b.stream, "detect": b.detect, "search": b.search, "alerts": b.alerts, "scim": b.scim, "sync": b.sync, "nodes": b.nodes, "shards": b.shards, "load": b.load, "peers": b.peers}
	for _, name := range flags.Args() {
		fn, ok := all[name]
		if !ok {
			return fmt.Errorf("there is no measurement %q; there are ingest, latency, alerts, flows, stream, detect, search, scim, sync, nodes, shards, load and peers", name)
		}
		if err := fn(ctx); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func (b bench) say(format string, args ...any) { _, _ = fmt.Fprintf(b.out, format+"\n", args...) }

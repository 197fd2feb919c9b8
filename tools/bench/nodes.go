package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"sallyport/tools/traffic"
)

// nodes measures one server and then several on one PostgreSQL: how many events
// they take a second, how many runs of the benchmark flow they end whose peer
// answers at once, and how many whose peer takes a while as real ones do. Each
// server has as many of the machine's processors as -procs says, or the share that
// -quota says; the database and what makes the load have what is left, so that the
// ratios are the least that more machines would show.
func (b bench) nodes(ctx context.Context) error {
	if b.postgres == "" {
		return errors.New("TEST_POSTGRES names no server")
	}
	var one, all nodeFigures
	for _, n := range []int{1, b.count} {
		got, err := b.nodesOf(ctx, n)
		if err != nil {
			return fmt.Errorf("%d nodes: %w", n, err)
		}
		if all = got; n == 1 {
			one = got
		}
		b.say("%d nodes of %s: %.0f events/s, %.0f runs/s of a peer that answers at once, %.0f runs/s of one that takes %s; CPU of the nodes %.0f µs an event, %.2f ms a run, of the database %.0f µs and %.2f ms",
			n, b.share(), got.events, got.runs, got.slow, b.delay, got.perEvent, got.perRun, got.dbEvent, got.dbRun)
	}
	b.say("%d nodes to one: events × %.2f, runs × %.2f, runs that wait × %.2f", b.count, all.events/one.events, all.runs/one.runs, all.slow/one.slow)
	return nil
}

// share is what of the machine one node may take.
func (b bench) share() string {
	if b.quota > 0 {
		return fmt.Sprintf("%d %% of a processor", b.quota)
	}
	return fmt.Sprintf("%d processors", b.procs)
}

// nodeFigures are what some nodes manage together, a second.
type nodeFigures struct {
	events, runs, slow float64
	perEvent           float64 // µs of the nodes' processors
	perRun             float64 // ms
	dbEvent, dbRun     float64 // of the database's, likewise; 0 where it is elsewhere
}

// farm is some servers on one database.
type farm struct {
	nodes  []*server
	stub   *stub
	hooks  []hook // of one organization each
	quotas []quota
}

// hook is where events of an organization are posted.
type hook struct{ path, secret string }

// farmOrgs is how many organizations the events are of: within one, what rules count
// is counted by one transaction after another.
const farmOrgs = 8

func (b bench) nodesOf(ctx context.Context, n int) (nodeFigures, error) {
	var out nodeFigures
	dsn, drop, err := empty(ctx, b.postgres)
	if err != nil {
		return out, err
	}
	defer drop()
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return out, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	f := &farm{stub: newStub()}
	defer f.stub.Close()
	defer f.kill()
	if err := f.start(ctx, b, dir, dsn, n); err != nil {
		return out, err
	}
	if b.quota > 0 {
		for _, v := range f.nodes {
			q, err := hold(v.cmd.Process.Pid, b.quota)
			if err != nil {
				return out, err
			}
			f.quotas = append(f.quotas, q)
		}
	}
	database, err := postmaster(ctx, dsn)
	if err != nil {
		return out, err
	}
	d := time.Duration(b.seconds) * time.Second
	cpu, db := f.cpu(), cpuOf(database)
	sent, took, err := f.events(ctx, d)
	if err != nil {
		return out, fmt.Errorf("events: %w", err)
	}
	out.events, out.perEvent = float64(sent)/took.Seconds(), float64((f.cpu()-cpu).Microseconds())/float64(max(1, sent))
	out.dbEvent = float64((cpuOf(database) - db).Microseconds()) / float64(max(1, sent))
	cpu, db = f.cpu(), cpuOf(database)
	runs, took, err := f.runs(ctx, d)
	if err != nil {
		return out, fmt.Errorf("runs: %w", err)
	}
	out.runs, out.perRun = float64(runs)/took.Seconds(), float64((f.cpu()-cpu).Milliseconds())/float64(max(1, runs))
	out.dbRun = float64((cpuOf(database) - db).Milliseconds()) / float64(max(1, runs))
	f.stub.delay = b.delay
	if runs, took, err = f.runs(ctx, d); err != nil {
		return out, fmt.Errorf("runs that wait: %w", err)
	}
	out.slow = float64(runs) / took.Seconds()
	return out, nil
}

// start starts the first server, sets it up, and starts the others beside it.
func (f *farm) start(ctx context.Context, b bench, dir, dsn string, n int) error {
	env := fmt.Sprintf("GOMAXPROCS=%d", b.procs)
	first, err := b.serveWith(ctx, dir, dsn, []string{env}, "workers: 16", "log: { level: error }")
	if err != nil {
		return err
	}
	f.nodes = append(f.nodes, first)
	if err := first.setUp(ctx, f.stub.URL, false); err != nil {
		return err
	}
	for i := range farmOrgs {
		if err := f.organization(ctx, b, filepath.Join(dir, "sallyport.yaml"), fmt.Sprintf("org%d", i)); err != nil {
			return err
		}
	}
	for len(f.nodes) < n {
		ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		addr := ln.Addr().String()
		if err := ln.Close(); err != nil {
			return err
		}
		v := &server{args: append(append([]string{}, first.args...), "--listen", addr), env: []string{env}, base: "http://" + addr}
		f.nodes = append(f.nodes, v)
		if err := v.start(ctx); err != nil {
			return err
		}
	}
	return nil
}

// organization makes one with a source.
func (f *farm) organization(ctx context.Context, b bench, conf, slug string) error {
	cmd := exec.CommandContext(ctx, b.bin, "org", "add", "--config", conf, "--slug", slug, "--name", slug) //nolint:gosec // the program that was named
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("add an organization: %w: %s", err, out)
	}
	email := slug + "@acme.example"
	if err := b.accountOf(ctx, conf, slug, email); err != nil {
		return err
	}
	api, err := f.nodes[0].signInAs(ctx, email)
	if err != nil {
		return err
	}
	var made struct {
		Hook struct{ URL, Secret string }
	}
	if err := api.do(ctx, http.MethodPost, "/sources", `{"name":"Okta","hook":true}`, &made); err != nil {
		return err
	}
	f.hooks = append(f.hooks, hook{strings.TrimPrefix(made.Hook.URL, f.nodes[0].base), made.Hook.Secret})
	return nil
}

func (f *farm) kill() {
	for _, v := range f.nodes {
		if v.cmd != nil && v.cmd.Process != nil {
			v.kill()
		}
	}
	for _, q := range f.quotas {
		if err := q.release(); err != nil {
			fmt.Fprintln(os.Stderr, "a control group is left:", err)
		}
	}
}

func (f *farm) cpu() (sum time.Duration) {
	for _, v := range f.nodes {
		sum += v.cpu()
	}
	return sum
}

// events posts batches to all servers as fast as they take them.
func (f *farm) events(ctx context.Context, d time.Duration) (int, time.Duration, error) {
	var sent atomic.Int64
	var work sync.WaitGroup
	failed := make(chan error, 1)
	began := time.Now()
	for i := range farmOrgs * len(f.nodes) {
		to := f.hooks[i%farmOrgs]
		h := hookLoad{url: f.nodes[i/farmOrgs].base + to.path, secret: to.secret, traffic: traffic.New()}
		work.Go(func() {
			for n := i * 1_000_000; time.Since(began) < d && ctx.Err() == nil; n++ {
				if err := h.deliver(ctx, h.body(n, "")); err != nil {
					select {
					case failed <- err:
					default:
					}
					return
				}
				sent.Add(hookBatch)
			}
		})
	}
	work.Wait()
	took := time.Since(began)
	select {
	case err := <-failed:
		return 0, took, err
	default:
		return int(sent.Load()), took, ctx.Err()
	}
}

// runs keeps so many runs under way at all servers as they work together, and some.
func (f *farm) runs(ctx context.Context, d time.Duration) (int, time.Duration, error) {
	g := load{client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 200}}, url: f.nodes[0].url, stub: f.stub}
	for _, v := range f.nodes[1:] {
		g.others = append(g.others, v.base+strings.TrimPrefix(f.nodes[0].url, f.nodes[0].base))
	}
	inflight := 40 * len(f.nodes)
	if err := g.peak(ctx, min(d, 2*time.Second), inflight); err != nil { // warm
		return 0, 0, err
	}
	before, began := g.count(), time.Now()
	err := g.peak(ctx, d, inflight)
	return g.count() - before, time.Since(began), err
}

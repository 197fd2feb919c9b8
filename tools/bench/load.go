package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"sallyport/tools/traffic"
)

// What the load consists of, each second.
const (
	loadEvents = 2000 // by event hook
	loadRuns   = 50   // of the flow that flows measures
	loadSCIM   = 100  // requests of an identity provider
	loadUsers  = 20   // of the console, with a live stream each
)

// pageEvery is how long a user of the console looks at a page.
const pageEvery = 4 * time.Second

// pages are what the console asks when a page is opened.
func pages() [][]string {
	return [][]string{
		{"/session", "/overview", "/sources"},
		{"/alerts?limit=50", "/alerts/facets"},
		{"/events?limit=50", "/events/summary?since={hour}"},
		{"/runs?limit=50", "/flows"},
		{"/actions?limit=50", "/cases?limit=50"},
		{"/members", "/audit?limit=50"},
	}
}

// load has everything happen at once, for as long as is said, and reports how long
// each kind of thing took, what it cost, and where the time went.
func (b bench) load(ctx context.Context) error {
	name, dsn, drop := "SQLite", "", func() {}
	if b.postgres != "" && b.on != "sqlite" {
		name = "PostgreSQL"
		var err error
		if dsn, drop, err = empty(ctx, b.postgres); err != nil {
			return err
		}
	}
	defer drop()
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	profiles := ln.Addr().String()
	if err := ln.Close(); err != nil {
		return err
	}
	v, err := b.serve(ctx, dir, dsn, "scim_rate: 1000000", fmt.Sprintf("profiles: %q", profiles))
	if err != nil {
		return err
	}
	defer v.kill()
	l := &loading{b: b, v: v, dir: dir, dsn: dsn, profiles: "http://" + profiles + "/debug/pprof/profile", took: newTimes(), traffic: traffic.New()}
	if err := l.prepare(ctx); err != nil {
		return err
	}
	defer l.stub.Close()
	r, err := l.run(ctx)
	if err != nil {
		return err
	}
	r.Database = name
	return b.reportLoad(r)
}

// loading is a load under way.
type loading struct {
	b        bench
	v        *server
	dir, dsn string
	profiles string
	stub     *stub
	hook     struct{ URL, Secret string }
	scim     *pusher
	ids      *known
	took     *times
	traffic  traffic.Traffic

	alerts   sights
	sessions []control // of people at the console: so many sign-ins from one address are let through at once
}

// known are the users that were pushed, by what the server calls them.
type known struct {
	mu  sync.Mutex
	ids []string
	n   atomic.Int64 // that were begun
}

func (k *known) add(id string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.ids = append(k.ids, id)
}

func (k *known) one(i int) (string, int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.ids) == 0 {
		return "", 0
	}
	return k.ids[i*7919%len(k.ids)], len(k.ids)
}

func (l *loading) prepare(ctx context.Context) error {
	l.stub, l.ids = newStub(), &known{}
	l.alerts = sights{posted: map[string]time.Time{}, seen: map[string]time.Duration{}}
	if err := l.v.setUp(ctx, l.stub.URL, true); err != nil {
		return err
	}
	var made struct {
		Hook struct{ URL, Secret string }
	}
	if err := l.v.api.do(ctx, http.MethodPost, "/sources", `{"name":"Okta","hook":true}`, &made); err != nil {
		return err
	}
	l.hook = made.Hook
	for range 5 {
		me := &server{base: l.v.base}
		if err := me.signIn(ctx); err != nil {
			return err
		}
		l.sessions = append(l.sessions, me.api)
	}
	var key struct {
		Secret string `json:"secret"`
	}
	if err := l.v.api.do(ctx, http.MethodPost, "/scim/secret", `{}`, &key); err != nil {
		return err
	}
	l.scim = &pusher{base: l.v.base + "/scim/v2", secret: key.Secret, http: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}}
	return nil
}

// loadReport is what a load came to.
type loadReport struct {
	Database string       `json:"database"`
	Seconds  float64      `json:"seconds"`
	Kinds    []kindReport `json:"kinds"`
	CPU      float64      `json:"cpu_cores"` // of the server
	Memory   []int        `json:"memory_mb"` // in each tenth of the time
	Before   int64        `json:"database_bytes_before"`
	After    int64        `json:"database_bytes_after"`
	Profile  string       `json:"profile"`
}

func (l *loading) run(ctx context.Context) (loadReport, error) {
	d := time.Duration(l.b.seconds) * time.Second
	r := loadReport{Profile: filepath.Join(l.b.to, "load.pprof")}
	var err error
	if r.Before, err = l.size(ctx); err != nil {
		return r, err
	}
	within, stop := context.WithTimeout(ctx, d)
	defer stop()
	var work sync.WaitGroup
	var failed [4]error
	cpu, began := l.v.cpu(), time.Now()
	l.took.began = began
	work.Go(func() { failed[0] = l.events(ctx, d) })
	work.Go(func() { l.steadily(within, loadRuns, l.oneRun) })
	work.Go(func() { l.steadily(within, loadSCIM, l.oneRequest) })
	for i := range loadUsers {
		work.Go(func() {
			if err := l.user(within, i); err != nil && within.Err() == nil {
				l.took.failed("console", err)
			}
		})
	}
	work.Go(func() {
		if err := l.v.watchAlerts(within, func(a seenAlert) { l.alerts.see(a.Entity.Login) }); err != nil && within.Err() == nil {
			failed[1] = err
		}
	})
	work.Go(func() { failed[2] = l.profile(within, d, r.Profile) })
	for range 10 {
		wait(within, d/10)
		r.Memory = append(r.Memory, l.v.memory()>>20)
	}
	work.Wait()
	r.Seconds = time.Since(began).Seconds()
	r.CPU = l.v.cpuSince(cpu).Seconds() / r.Seconds
	for login, took := range l.alerts.seen {
		l.took.addAt("alert: event posted to alert read", took, l.alerts.posted[login].Add(took))
	}
	if n := len(l.alerts.posted) - len(l.alerts.seen); n > 4 { // some are under way at the end
		l.took.failed("alert: event posted to alert read", fmt.Errorf("%d were not seen", n))
	}
	if r.After, err = l.size(ctx); err != nil {
		return r, err
	}
	r.Kinds = l.took.report(r.Seconds)
	return r, errors.Join(failed[:]...)
}

// wait waits for a time, or until ctx ends.
func wait(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// events posts deliveries of the event hook at their times.
func (l *loading) events(ctx context.Context, d time.Duration) error {
	h := hookLoad{url: l.hook.URL, secret: l.hook.Secret, s: &l.alerts, rate: loadEvents, traffic: l.traffic}
	h.took = func(late time.Duration, err error) { l.took.one("event hook: delivery of 100", late, err) }
	_, err := h.run(ctx, d, func() int { return 1 })
	if h.behind > 0 {
		l.took.failed("event hook: delivery of 100", fmt.Errorf("%d events behind", h.behind))
	}
	return err
}

// steadily does something so many times a second, each counted from its time on,
// whatever those before it take.
func (l *loading) steadily(ctx context.Context, perSecond int, do func(ctx context.Context, i int, at time.Time)) {
	var under sync.WaitGroup
	defer under.Wait()
	began, every := time.Now(), time.Second/time.Duration(perSecond)
	for i := 0; ; i++ {
		at := began.Add(time.Duration(i) * every)
		wait(ctx, time.Until(at))
		if ctx.Err() != nil {
			return
		}
		under.Go(func() { do(context.WithoutCancel(ctx), i, at) })
	}
}

// oneRun starts the flow, and waits for its last call.
func (l *loading) oneRun(ctx context.Context, i int, at time.Time) {
	id := fmt.Sprintf("l-%d", i)
	g := load{client: l.scim.http, url: l.v.url, stub: l.stub}
	if err := g.post(ctx, id); err != nil {
		l.took.failed("flow run: webhook to last call", err)
		return
	}
	l.took.add("flow run: webhook answered", time.Since(at))
	for began := time.Now(); time.Since(began) < 30*time.Second; time.Sleep(5 * time.Millisecond) {
		l.stub.mu.Lock()
		last, ended := l.stub.last[id]
		l.stub.mu.Unlock()
		if ended {
			l.took.add("flow run: webhook to last call", last.Sub(at))
			return
		}
	}
	l.took.failed("flow run: webhook to last call", errors.New("not ended within 30 s"))
}

// oneRequest is the i-th request of the identity provider.
func (l *loading) oneRequest(ctx context.Context, i int, at time.Time) {
	id, n := l.ids.one(i)
	kind, err := "", error(nil)
	switch {
	case i%10 < 2 || n == 0:
		var made made
		kind = "create"
		k := int(l.ids.n.Add(1))
		if err = l.scim.ask(ctx, 201, http.MethodPost, "/Users", pushedUser(k, "G", true), &made); err == nil {
			l.ids.add(made.ID)
		}
	case i%10 < 6:
		kind = "look-up"
		err = l.scim.ask(ctx, 200, http.MethodGet, "/Users?filter="+url.QueryEscape(fmt.Sprintf(`userName eq "u%d@x.example"`, 1+i*7919%n)), "", nil)
	case i%10 < 7:
		kind = "page of 100"
		err = l.scim.ask(ctx, 200, http.MethodGet, fmt.Sprintf("/Users?startIndex=%d&count=100", 1+i*101%n), "", nil)
	case i%10 < 8:
		kind = "GET"
		err = l.scim.ask(ctx, 200, http.MethodGet, "/Users/"+id, "", nil)
	default:
		kind = "PATCH"
		err = l.scim.ask(ctx, 204, http.MethodPatch, "/Users/"+id, patchOf(fmt.Sprintf(`{"op":"replace","value":{"active":%t}}`, i%2 == 0)), nil)
	}
	l.took.one("SCIM: "+kind, time.Since(at), err)
}

// user is somebody at the console, with the live stream open, and going from page to
// page.
func (l *loading) user(ctx context.Context, i int) error {
	me := l.sessions[i%len(l.sessions)]
	live, err := http.NewRequestWithContext(ctx, http.MethodGet, me.base+"/live", nil)
	if err != nil {
		return err
	}
	live.AddCookie(me.cookie)
	stream, err := http.DefaultClient.Do(live)
	if err != nil {
		return err
	}
	defer func() { _ = stream.Body.Close() }()
	go func() { _, _ = io.Copy(io.Discard, stream.Body) }()
	wait(ctx, time.Duration(i)*pageEvery/loadUsers)
	for n := i; ctx.Err() == nil; n++ {
		for _, path := range pages()[n%len(pages())] {
			path = strings.ReplaceAll(path, "{hour}", url.QueryEscape(time.Now().Add(-time.Hour).UTC().Format(time.RFC3339)))
			at := time.Now()
			err := me.do(ctx, http.MethodGet, path, "", nil)
			if ctx.Err() == nil {
				name, _, _ := strings.Cut(path, "?")
				l.took.one("console: "+name, time.Since(at), err)
			}
		}
		wait(ctx, pageEvery)
	}
	return nil
}

// profile has the server say what it does, in the middle of the time.
func (l *loading) profile(ctx context.Context, d time.Duration, to string) error {
	seconds := max(5, min(60, int(d.Seconds()/4)))
	wait(ctx, d/2)
	if ctx.Err() != nil {
		return nil
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("%s?seconds=%d", l.profiles, seconds), nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if err := os.MkdirAll(filepath.Dir(to), 0o750); err != nil {
		return err
	}
	f, err := os.Create(to)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, resp.Body)
	return errors.Join(err, f.Close())
}

// size is how large the database is, in bytes.
func (l *loading) size(ctx context.Context) (int64, error) {
	if l.dsn != "" {
		u, _ := postgresURL(l.dsn)
		q := u.Query()
		q.Del("search_path")
		u.RawQuery = q.Encode()
		conn, err := pgx.Connect(ctx, u.String())
		if err != nil {
			return 0, err
		}
		defer func() { _ = conn.Close(ctx) }()
		var n int64
		return n, conn.QueryRow(ctx, `SELECT pg_database_size(current_database())`).Scan(&n)
	}
	var n int64
	for _, ending := range []string{"", "-wal"} {
		if info, err := os.Stat(filepath.Join(l.dir, "sallyport.db"+ending)); err == nil {
			n += info.Size()
		}
	}
	return n, nil
}

func (b bench) reportLoad(r loadReport) error {
	b.say("load on %s for %.0f s: %d events/s, %d runs/s, %d SCIM requests/s, %d users of the console\n", r.Database, r.Seconds, loadEvents, loadRuns, loadSCIM, loadUsers)
	b.say("| kind | n | a second | p50 | p95 | p99 | at most | errors |\n|---|---|---|---|---|---|---|---|")
	for _, k := range r.Kinds {
		b.say("| %s | %d | %.1f | %.1f ms | %.1f ms | %.1f ms | %.0f ms | %d |", k.Kind, k.N, k.PerSecond, k.P50, k.P95, k.P99, k.Most, k.Errors)
		if k.Error != "" {
			b.say("  (%s)", k.Error)
		}
	}
	for _, k := range r.Kinds {
		b.say("p95 in each tenth of the time, %s: %v ms", k.Kind, k.Tenths)
	}
	b.say("\nthe server used %.2f cores; memory in each tenth of the time %v MB; the database grew from %d to %d MB; profile: %s", r.CPU, r.Memory, r.Before>>20, r.After>>20, r.Profile)
	machine, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return errors.Join(os.MkdirAll(b.to, 0o750), os.WriteFile(filepath.Join(cmp.Or(b.to, "."), "load.json"), machine, 0o600))
}

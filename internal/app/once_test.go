package app_test

import (
	"cmp"
	"context"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"sallyport/internal/app"
	"sallyport/internal/config"
	"sallyport/internal/flow"
	"sallyport/internal/secret"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
	"sallyport/internal/trace"
	"sallyport/sandbox"
	"sallyport/sandbox/okta"
)

// The rules of a fleet: one that finds single events, and one that counts five of
// them in two minutes.
const (
	onceSingle = "5b0f0a0e-7a57-4f0e-9a3e-0d8c4f1f6c01"
	onceBurst  = "5b0f0a0e-7a57-4f0e-9a3e-0d8c4f1f6c02"
	onceRule   = `title: A push was denied
id: ` + onceSingle + `
description: Somebody denied a push.
tags: [attack.credential-access, attack.t1621]
logsource: { product: okta, service: okta }
detection: { selection: { eventType: user.authentication.auth_via_mfa, outcome.reason: ONCE }, condition: selection }
level: medium
sallyport: { entity: actor, window: 12h }
`
	burstRule = `title: Five pushes were denied
id: ` + onceBurst + `
description: Somebody denied five pushes in two minutes.
tags: [attack.credential-access, attack.t1621]
correlation: { type: event_count, rules: [` + onceSingle + `], group-by: [actor.id], timespan: 2m, condition: { gte: 5 } }
level: high
sallyport: { entity: actor, window: 12h }
`
)

// fleet is servers on one database beside a sandbox that they read.
type fleet struct {
	t       *testing.T
	config  config.Config
	content *app.Content
	box     *sandbox.Sandbox
	log     *buffer
	nodes   []*node
	org     string
	api     *site
	uuids   []string // of what was denied
	traces  trace.Options
}

// node is one server of a fleet.
type node struct {
	*app.App
	stop func()
}

// startFleet starts n servers; the sandbox's clock is ahead of theirs.
func startFleet(t *testing.T, dsn string, n int, ahead time.Duration) *fleet {
	t.Helper()
	f := &fleet{t: t, log: &buffer{}, config: config.Default()}
	f.serveSandbox(ahead)
	f.content = withRules(t, onceRule, burstRule) // in one file only the second would raise alerts
	f.config.KeyFile, f.config.Database, f.config.Workers = filepath.Join(t.TempDir(), "key"), secret.NewText(dsn), 4
	f.config.Poll, f.config.Egress.Allow = config.Poll{Least: time.Second, Most: time.Second}, []string{"127.0.0.0/8"}
	for range n {
		f.nodes = append(f.nodes, f.start("127.0.0.1:0"))
	}
	first := f.nodes[0]
	f.api = &site{t: t, token: adminToken(t, first.App)}
	for _, one := range f.nodes {
		f.api.urls = append(f.api.urls, "http://"+one.Addr.String())
	}
	org, err := first.Organization(t.Context(), first.Doors, app.DefaultOrganization)
	if err != nil {
		t.Fatal(err)
	}
	f.org = org.ID
	f.api.on("flow: answer\ntrigger: { alert: { severity: low } }\ncards: [ { stop: done } ]\n")
	return f
}

func (f *fleet) serveSandbox(ahead time.Duration) {
	f.t.Helper()
	var err error
	if f.box, err = sandbox.New(sandbox.Options{Now: func() time.Time { return time.Now().Add(ahead) }}); err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(f.box.Close)
	s := f.box.Switches()
	s.RateScale, s.Hooks.Duplicate, s.Hooks.Reorder = 100, true, true
	if err := f.box.SetSwitches(s); err != nil {
		f.t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		f.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(f.t.Context()))
	served := make(chan error, 1)
	f.box.SetBaseURL("http://" + ln.Addr().String())
	go func() { served <- f.box.Serve(ctx, ln) }()
	f.t.Cleanup(func() {
		cancel()
		if err := <-served; err != nil {
			f.t.Errorf("the sandbox ended with %v", err)
		}
	})
}

// start starts a server.
func (f *fleet) start(listen string) *node {
	f.t.Helper()
	c := f.config
	c.DataDir, c.Listen = f.t.TempDir(), listen
	a, err := app.New(f.t.Context(), app.Options{Config: c, Version: "test", Log: slog.New(slog.NewJSONHandler(f.log, nil)), Content: f.content, Traces: f.traces})
	if err != nil {
		f.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(f.t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	n := &node{App: a}
	n.stop = func() {
		cancel()
		if err := <-ended; err != nil {
			f.t.Errorf("a server ended with %v\n%s", err, f.log)
		}
		n.stop = func() {}
	}
	f.t.Cleanup(func() { n.stop() })
	return n
}

// restart stops a server and starts another in its place.
func (f *fleet) restart(at int) {
	f.t.Helper()
	listen := f.nodes[at].Addr.String()
	f.nodes[at].stop()
	f.nodes[at] = f.start(listen)
}

// ways is how events come to a source.
type ways struct {
	poll, hook, stream bool
	by                 string // URL that the log stream goes to; empty for the server's
}

// source adds a source of the sandbox's org, by one of the servers.
func (f *fleet) source(at int, name string, by ways) {
	f.t.Helper()
	state := f.box.State()
	var conn struct{ ID string }
	if status := f.api.ask(at, http.MethodPost, "/api/v1/connections", object{
		"connector": "okta", "name": name, "auth": "api_key", "settings": object{"domain": state.URL}, "secrets": object{"api_key": state.Okta.Token},
	}, &conn); status != http.StatusCreated {
		f.t.Fatalf("connection: status %d", status)
	}
	var s alertSource
	if status := f.api.ask(at, http.MethodPost, "/api/v1/sources", object{"name": name, "connection": conn.ID, "poll": by.poll, "hook": by.hook, "stream": by.stream}, &s); status != http.StatusCreated {
		f.t.Fatalf("source: status %d", status)
	}
	if by.hook {
		var h hookState
		if f.api.ask(at, http.MethodPut, "/api/v1/sources/"+s.ID+"/hook", object{"types": []string{"user.authentication.auth_via_mfa"}}, &h); h.Verification != "VERIFIED" {
			f.t.Fatalf("hook: %+v", h)
		}
	}
	if by.stream {
		settings := object{"host": cmp.Or(by.by, f.api.urls[at]), "edition": "aws", "token": s.Stream.Token}
		f.okta(http.MethodPost, "/api/v1/logStreams", object{"type": "splunk_cloud_logstreaming", "name": name, "settings": settings}, nil)
	}
}

// okta asks the sandbox's org.
func (f *fleet) okta(method, path string, body, into any) {
	f.t.Helper()
	d := demo{t: f.t}
	d.is.API, d.is.Sandbox = "none", f.box.State().URL
	if status := d.call(method, d.is.Sandbox+path, body, into); status >= 300 {
		f.t.Fatalf("%s %s: status %d", method, path, status)
	}
}

// count is what an alert says of its events.
type count struct{ Events, Hits int }

// denial is an event that is to happen.
type denial struct {
	login string
	ago   time.Duration
}

// denials are pushes that people deny, in no order, and the alerts that they are
// to raise: by rule and person.
func (f *fleet) denials() ([]denial, map[string]count) {
	want := map[string]count{}
	var all []denial
	for i, u := range f.box.Org().Users("ACTIVE", 10) {
		n, apart := []int{1, 4, 5, 7, 6}[i%5], 15*time.Second
		want[onceSingle+" "+u.Login] = count{n, n}
		switch {
		case n == 6: // so far apart that five are never within two minutes
			apart = 40 * time.Second
		case n >= 5: // it fires with the fifth, and each that follows
			want[onceBurst+" "+u.Login] = count{n, n - 4}
		}
		for k := range n {
			all = append(all, denial{u.Login, time.Duration(k)*apart + time.Second})
		}
	}
	rand.Shuffle(len(all), func(i, k int) { all[i], all[k] = all[k], all[i] })
	return all, want
}

// deny has pushes denied. Every third reaches the log later.
func (f *fleet) deny(now time.Time, some []denial) {
	for i, d := range some {
		e := okta.Event{Type: "user.authentication.auth_via_mfa", Actor: d.login, Result: "FAILURE", Reason: "ONCE", Published: now.Add(-d.ago)}
		if i%3 == 0 {
			e.LateBy = time.Duration(rand.IntN(1000)) * time.Millisecond
		}
		f.uuids = append(f.uuids, f.box.Org().Emit(e))
	}
}

// raised returns the alerts of the rules, by rule and person. It is wrong where one
// person has two of one rule.
func (f *fleet) raised() map[string]count {
	f.t.Helper()
	as, err := f.nodes[0].DB.Alerts.List(f.t.Context(), f.org, store.AlertFilter{Rules: []string{onceSingle, onceBurst}, Limit: 100})
	if err != nil {
		f.t.Fatal(err)
	}
	got := map[string]count{}
	for _, a := range as {
		key := a.Rule + " " + a.Entity.Login
		if was, again := got[key]; again {
			f.t.Errorf("%s has several alerts, of %d and %d events", key, was.Events, a.Events)
		}
		got[key] = count{a.Events, a.Hits}
	}
	return got
}

// settle waits until the alerts are right, and every source has been read since;
// then they still are, and each has started one run.
func (f *fleet) settle(want map[string]count) {
	f.t.Helper()
	for began := time.Now(); !gocmp.Equal(want, f.raised()); pause(50 * time.Millisecond) {
		if time.Since(began) > 40*time.Second {
			f.t.Errorf("within 40 s the alerts are not right: %s", gocmp.Diff(want, f.raised()))
			break
		}
	}
	since := time.Now().Add(time.Second)
	until(f.t, "all sources are read", func() bool {
		all, err := f.nodes[0].DB.Sources.List(f.t.Context(), f.org)
		if err != nil {
			f.t.Fatal(err)
		}
		for _, s := range all {
			if s.Poll && !s.Health.LastPollAt.After(since) {
				return false
			}
		}
		return true
	})
	if diff := gocmp.Diff(want, f.raised()); diff != "" {
		f.t.Error(diff)
	}
	f.answered()
}

// answered sees that each alert, of whatever rule, has started one run.
func (f *fleet) answered() {
	f.t.Helper()
	db, ctx := f.nodes[0].DB, f.t.Context()
	as, err := db.Alerts.List(ctx, f.org, store.AlertFilter{Limit: 500})
	if err != nil {
		f.t.Fatal(err)
	}
	for _, a := range as {
		runs, err := db.Runs.List(ctx, f.org, store.RunFilter{Alert: a.ID, Limit: 10})
		if err != nil || len(runs) != 1 || runs[0].Cause != flow.OnAlert {
			f.t.Errorf("alert %d, %s of %s, has the runs %+v, %v", a.Number, a.Title, a.Entity.Login, runs, err)
		}
	}
}

// happened sees that each event is there.
func (f *fleet) happened() {
	f.t.Helper()
	got, err := f.nodes[0].DB.Events.Some(f.t.Context(), f.org, f.uuids)
	if err != nil || len(got) != len(f.uuids) {
		f.t.Errorf("%d of %d events are there, %v", len(got), len(f.uuids), err)
	}
}

// However an org is read, every event counts once, and every alert is raised once:
// two sources read one org by mistake, each by polling and the one by hook and the
// other by a log stream; deliveries are repeated and out of order, events are late;
// a server is restarted in the middle of what is counted; and with PostgreSQL there
// are two servers.
func TestEachOnceFromManySides(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		servers := 1
		if strings.HasPrefix(dsn, "postgres") {
			servers = 2
		}
		f := startFleet(t, dsn, servers, 0)
		f.source(0, "Okta", ways{poll: true, hook: true})
		f.source(servers-1, "Okta, by mistake", ways{poll: true, hook: true, stream: true})
		all, want := f.denials()
		now := time.Now()
		f.deny(now, all[:len(all)/2])
		f.restart(0)
		f.deny(now, all[len(all)/2:])
		f.settle(want)
		f.happened()
	})
}

// The clocks of the source and of the server need not agree. Where the source's is
// far ahead, events count as of when they arrive.
func TestEachOnceWithClocksThatDiffer(t *testing.T) {
	for name, ahead := range map[string]time.Duration{"ahead": 5 * time.Minute, "behind": -5 * time.Minute, "far ahead": 3 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			storetest.EachDSN(t, func(t *testing.T, dsn string) {
				f := startFleet(t, dsn, 1, ahead)
				f.source(0, "Okta", ways{poll: true, hook: true})
				all, want := f.denials()
				if ahead > time.Hour { // who denies slowly seems to do it at once
					all, want = quick(all, want)
				}
				f.deny(time.Now().Add(ahead), all)
				f.settle(want)
				f.happened()
			})
		})
	}
}

// quick leaves those out who deny pushes further apart than is counted.
func quick(all []denial, want map[string]count) ([]denial, map[string]count) {
	for key, c := range want {
		if c.Events == 6 {
			_, login, _ := strings.Cut(key, " ")
			all = slices.DeleteFunc(all, func(d denial) bool { return d.login == login })
			delete(want, key)
		}
	}
	return all, want
}

// Okta's log stream brings events to the collector, and alerts come of them, though
// it is away for a moment, has no room, or its answer is lost.
func TestLogStreamRaisesAlerts(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		f := startFleet(t, dsn, 1, 0)
		at, err := url.Parse(f.api.urls[0])
		if err != nil {
			t.Fatal(err)
		}
		proxy := httputil.NewSingleHostReverseProxy(at)
		proxy.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
		var lost, refused, taken atomic.Int32
		line := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch {
			case lost.Add(-1) >= 0: // it is taken, and the answer breaks off
				proxy.ServeHTTP(httptest.NewRecorder(), r)
				panic(http.ErrAbortHandler)
			case refused.Add(-1) >= 0:
				http.Error(w, "busy", http.StatusServiceUnavailable)
			default:
				proxy.ServeHTTP(w, r)
				taken.Add(1)
			}
		}))
		t.Cleanup(line.Close)
		f.source(0, "Okta", ways{stream: true, by: line.URL})
		all, want := f.denials()
		third, now := len(all)/3, time.Now()
		lost.Store(1)
		f.deny(now, all[:third])
		until(t, "what was lost is sent again", func() bool { return lost.Load() < 0 && taken.Load() > 0 })
		refused.Store(1)
		f.deny(now, all[third:2*third])
		f.nodes[0].stop()
		f.deny(now, all[2*third:])
		f.nodes[0] = f.start(at.Host)
		f.settle(want)
		f.happened()
		if refused.Load() >= 0 {
			t.Error("nothing was refused")
		}
	})
}

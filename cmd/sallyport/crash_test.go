package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"sallyport/internal/app"
	"sallyport/internal/config"
	"sallyport/internal/flow"
	"sallyport/internal/guard"
	"sallyport/internal/secret"
	"sallyport/internal/source"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
	"sallyport/sandbox"
	"sallyport/sandbox/okta"
)

// kills is how often the server is killed in the middle of its work, unless
// CRASH_KILLS says otherwise: make soak.
const kills = 6

// TestCrash kills the server at random times under load, and starts it again.
// In the end every event that was accepted is there once, and counted once by the
// rules; every run has ended, and no effect was repeated after it was known to be
// done.
func TestCrash(t *testing.T) {
	kills := kills
	if n, err := strconv.Atoi(os.Getenv("CRASH_KILLS")); err == nil {
		kills = n
	}
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		c := newCrash(t, dsn)
		load, stopLoad := context.WithCancel(t.Context())
		defer stopLoad()
		var loaders sync.WaitGroup
		c.start()
		for i := range 4 {
			loaders.Go(func() { c.load(load, c.people[i*len(c.people)/4:(i+1)*len(c.people)/4]) })
		}
		for range kills {
			c.untilAccepted(3 + rand.IntN(15))
			pause(t.Context(), time.Duration(rand.IntN(300))*time.Millisecond)
			c.kill()
			c.start()
		}
		stopLoad()
		loaders.Wait()
		c.settle()
		c.stop()
		c.check()
	})
}

// untilAccepted waits until the server has accepted some more events, so that
// there is work to be killed in however fast the machine is.
func (c *crash) untilAccepted(more int) {
	c.t.Helper()
	count := func() int {
		c.mu.Lock()
		defer c.mu.Unlock()
		return len(c.accepted) + c.counted
	}
	want := count() + more
	for began := time.Now(); count() < want; pause(c.t.Context(), time.Millisecond) {
		if time.Since(began) > patience {
			c.t.Fatalf("the server has not accepted %d events within %s", more, patience)
		}
	}
}

// pause waits for a while, which here is the point: nothing else is waited for.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// crash is a server that is killed, and all that is known of it from outside.
type crash struct {
	t      *testing.T
	env    []string
	dsn    string
	url    string
	hook   string
	secret string
	stream string // address of the log stream
	token  string
	org    string
	people []okta.UserState
	box    *sandbox.Sandbox
	cmd    *exec.Cmd
	log    *os.File

	mu       sync.Mutex
	accepted map[string]okta.UserState // who reported, by the uuid of the event
	denied   map[string]int            // how many pushes people denied, by login
	counted  int                       // all of those
	calls    map[string][]time.Time    // that arrived at the sandbox, by method and path
}

func newCrash(t *testing.T, dsn string) *crash {
	t.Helper()
	c := &crash{t: t, dsn: dsn, accepted: map[string]okta.UserState{}, denied: map[string]int{}, calls: map[string][]time.Time{}}
	box, err := sandbox.New(sandbox.Options{Users: 3000, Seed: 7})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(box.Close)
	c.box = box
	free := box.Switches()
	free.Slack.RateLimits, free.RateScale = false, 100 // or runs would wait for minutes, as they should
	if err := box.SetSwitches(free); err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(c.watch(box))
	t.Cleanup(srv.Close)
	box.SetBaseURL(srv.URL)
	for _, u := range box.Org().Users("ACTIVE", 3000) {
		if len(u.AdminRoles) == 0 && !strings.Contains(strings.Join(u.Groups, " "), "Break glass") {
			c.people = append(c.people, u)
		}
	}
	ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := ln.Addr().String()
	_ = ln.Close()
	c.url = "http://" + addr
	dir, rules := t.TempDir(), t.TempDir()
	for name, text := range map[string]string{"denied.yaml": deniedRule, "burst.yaml": burstRule} { // in one file only the second would raise alerts
		if err := os.WriteFile(filepath.Join(rules, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c.env = append(os.Environ(), "SALLYPORT_DATA_DIR="+dir, "SALLYPORT_RULE_DIRS="+rules, "SALLYPORT_DATABASE="+dsn, "SALLYPORT_LISTEN="+addr, "SALLYPORT_EGRESS_ALLOW=127.0.0.0/8", "SALLYPORT_LOG_LEVEL=warn")
	if c.log, err = os.Create(filepath.Join(dir, "log")); err != nil {
		t.Fatal(err)
	}
	c.seed(box.State(), dir, addr)
	return c
}

// watch notes every call that reaches the sandbox.
func (c *crash) watch(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.mu.Lock()
		key := r.Method + " " + r.URL.Path
		c.calls[key] = append(c.calls[key], time.Now())
		c.mu.Unlock()
		next.ServeHTTP(w, r)
	})
}

// seed connects the server to the sandbox and switches the flow on, before the
// server is ever started.
func (c *crash) seed(state sandbox.State, dir, addr string) {
	t, ctx := c.t, c.t.Context()
	cfg := config.Default()
	cfg.DataDir, cfg.Database, cfg.Listen, cfg.Egress.Allow = dir, secret.NewText(c.dsn), addr, []string{"127.0.0.0/8"}
	core, err := app.OpenCore(ctx, app.Options{Config: cfg, Log: cfg.Log.Logger(io.Discard)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = core.Close() }()
	o, err := core.Organization(ctx, core.Portal(), app.DefaultOrganization)
	if err != nil {
		t.Fatal(err)
	}
	seeded, err := core.Seed(ctx, o.ID, state)
	if err != nil {
		t.Fatal(err)
	}
	if err := core.DB.Actions.SetPolicy(ctx, o.ID, guard.Policy{Ceiling: 100_000, ProtectedGroups: []string{"Break glass"}}); err != nil {
		t.Fatal(err)
	}
	src, err := core.DB.Sources.Get(ctx, o.ID, seeded.Source)
	if err != nil {
		t.Fatal(err)
	}
	c.stream, c.token = c.url+"/services/collector/event", "0b7c2f1e-5a4d-4c3b-9a21-6f0e8d7c5b4a"
	src.Stream, src.Token = true, source.KeyOf(c.token)
	if err := core.DB.Sources.Save(ctx, src); err != nil {
		t.Fatal(err)
	}
	c.org, c.hook, c.secret = o.ID, c.url+"/hooks/okta/"+seeded.Source, seeded.HookSecret
}

// start starts the server and waits until it is ready.
func (c *crash) start() {
	c.t.Helper()
	c.cmd = exec.CommandContext(context.Background(), "sallyport", "serve")
	c.cmd.Env, c.cmd.Stdout, c.cmd.Stderr = c.env, c.log, c.log
	if err := c.cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	for began := time.Now(); time.Since(began) < 3*patience; pause(c.t.Context(), 10*time.Millisecond) {
		resp, err := http.Get(c.url + "/readyz")
		if err != nil {
			continue
		}
		_ = resp.Body.Close()
		if resp.StatusCode == http.StatusOK {
			return
		}
	}
	said, _ := os.ReadFile(c.log.Name())
	c.t.Fatalf("the server is not ready after %s: %s", 3*patience, said)
}

func (c *crash) kill() {
	_ = c.cmd.Process.Kill()
	_ = c.cmd.Wait()
}

// stop ends the server as an operator would.
func (c *crash) stop() {
	if err := c.cmd.Process.Signal(os.Interrupt); err != nil {
		c.t.Error(err)
	}
	if err := c.cmd.Wait(); err != nil {
		c.t.Errorf("the server ended with %v", err)
	}
}

// load posts one event after another, by the event hook or by the log stream: of
// each of some people pushes that they deny, and that they report suspicious
// activity, in any order. Like Okta it posts again what was not answered; and some
// come by both ways, or twice by one.
func (c *crash) load(ctx context.Context, people []okta.UserState) {
	for i, u := range people {
		if ctx.Err() != nil {
			return
		}
		reported := newUUID()
		events := []string{report(reported, u)}
		for _, ago := range denials(i) {
			events = append(events, denial(newUUID(), u, time.Now().Add(-ago)))
		}
		rand.Shuffle(len(events), func(i, k int) { events[i], events[k] = events[k], events[i] })
		for _, e := range events {
			if !c.send(e) {
				return
			}
			c.mu.Lock()
			if strings.Contains(e, reported) {
				c.accepted[reported] = u
			} else {
				c.denied[u.Login]++
				c.counted++
			}
			c.mu.Unlock()
			pause(ctx, 4*time.Millisecond)
		}
	}
}

// send posts an event until it is accepted, and one in five once more. It gives up
// only when the test has ended.
func (c *crash) send(event string) bool {
	ways := []func(context.Context, string) bool{c.byHook, c.byStream}
	for way := ways[rand.IntN(len(ways))]; !way(c.t.Context(), event); pause(c.t.Context(), 5*time.Millisecond) {
		if c.t.Context().Err() != nil {
			return false
		}
	}
	if rand.IntN(5) == 0 {
		ways[rand.IntN(len(ways))](c.t.Context(), event)
	}
	return true
}

func newUUID() string {
	return fmt.Sprintf("%08x-0000-11f0-8000-%012x", rand.Uint32(), rand.Uint64()>>16)
}

// report is the event that somebody reported suspicious activity.
func report(uuid string, u okta.UserState) string {
	return fmt.Sprintf(`{"uuid":%q,"eventType":"user.account.report_suspicious_activity_by_enduser","published":%q,
		"actor":{"id":%q,"type":"User","alternateId":%q,"displayName":"X"},"outcome":{"result":"SUCCESS"},"debugContext":{"debugData":{}}}`,
		uuid, time.Now().UTC().Format(time.RFC3339Nano), u.ID, u.Login)
}

func (c *crash) byHook(ctx context.Context, event string) bool {
	return c.post(ctx, c.hook, c.secret, `{"eventType":"com.okta.event_hook","eventId":"d","data":{"events":[`+event+`]}}`, http.StatusNoContent)
}

func (c *crash) byStream(ctx context.Context, event string) bool {
	return c.post(ctx, c.stream, "Splunk "+c.token, `{"event":`+event+`}`, http.StatusOK)
}

func (c *crash) post(ctx context.Context, url, auth, body string, want int) bool {
	// The server's own time to answer; not cut short when the load ends, as what
	// it answers has to be known.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader([]byte(body)))
	if err != nil {
		return false
	}
	req.Header.Set("Authorization", auth)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	_ = resp.Body.Close()
	return resp.StatusCode == want
}

// settle waits until every run has ended.
func (c *crash) settle() {
	db := c.open()
	defer func() { _ = db.Close() }()
	for began := time.Now(); time.Since(began) < time.Minute; pause(c.t.Context(), 50*time.Millisecond) {
		open, err := db.Runs.CountOpen(c.t.Context(), c.org)
		if err != nil {
			c.t.Fatal(err)
		}
		if open[flow.Queued]+open[flow.Running]+open[flow.Waiting] == 0 {
			return
		}
	}
	runs, err := db.Runs.List(c.t.Context(), c.org, store.RunFilter{States: []flow.State{flow.Queued, flow.Running, flow.Waiting}, Limit: 5})
	c.t.Fatalf("runs have not ended within a minute, among them %+v, %v", runs, err)
}

func (c *crash) open() *store.DB {
	db, err := store.Open(c.t.Context(), store.Options{DSN: c.dsn})
	if err != nil {
		c.t.Fatal(err)
	}
	return db
}

func (c *crash) check() {
	db := c.open()
	defer func() { _ = db.Close() }()
	t, ctx := c.t, c.t.Context()
	unknown, repeated := 0, 0
	told := c.told()
	for uuid, u := range c.accepted {
		if _, err := db.Events.Get(ctx, c.org, uuid); err != nil {
			t.Errorf("event %s was accepted and is not there: %v", uuid, err)
		}
		runs, err := db.Runs.List(ctx, c.org, store.RunFilter{Event: uuid, Limit: 10})
		if err != nil || len(runs) != 1 || runs[0].State != flow.Succeeded {
			t.Errorf("event %s has the runs %+v, %v; want one that succeeded", uuid, runs, err)
			continue
		}
		if n := told[uuid]; n > 1 || n == 0 && runs[0].Unknown == 0 {
			t.Errorf("the channel was told %d times of %s, of which %d effects are unknown", n, uuid, runs[0].Unknown)
		}
		unknown += runs[0].Unknown
		repeated += c.checkRun(db, runs[0], u)
	}
	t.Logf("%d events accepted; %d calls under way at a kill were made again, %d messages are marked unknown", len(c.accepted), repeated, unknown)
	c.checkRows(db)
	c.checkAlerts(db)
}

// told counts the messages in the channel, by the uuid of the report.
func (c *crash) told() map[string]int {
	c.t.Helper()
	rec := httptest.NewRecorder()
	c.box.ServeHTTP(rec, httptest.NewRequestWithContext(c.t.Context(), http.MethodGet, "/_sandbox/slack", nil))
	var messages []struct{ Text string }
	if err := json.Unmarshal(rec.Body.Bytes(), &messages); err != nil {
		c.t.Fatalf("messages: %d %.200s: %v", rec.Code, rec.Body, err)
	}
	told := map[string]int{}
	for _, m := range messages {
		for uuid := range c.accepted {
			if strings.Contains(m.Text, uuid) {
				told[uuid]++
			}
		}
	}
	return told
}

// checkRun holds the ledger of a run against what arrived at the sandbox. It
// returns how many calls were made again.
func (c *crash) checkRun(db *store.DB, r flow.Run, u okta.UserState) int {
	es, err := db.Actions.List(c.t.Context(), c.org, store.ActionFilter{Run: r.ID, Limit: 10})
	if err != nil || len(es) != 2 {
		c.t.Errorf("run %s has %d entries in the ledger, %v; want two", r.ID, len(es), err)
		return 0
	}
	repeated := 0
	for _, e := range es {
		path := map[string]string{"clear_user_sessions": "DELETE /api/v1/users/%s/sessions", "reset_password": "POST /api/v1/users/%s/lifecycle/reset_password"}[e.Action]
		at := c.calls[fmt.Sprintf(path, u.ID)]
		if e.State != guard.Done || len(at) == 0 {
			c.t.Errorf("%s of %s is %s after %d calls", e.Action, u.Login, e.State, len(at))
			continue
		}
		if last := at[len(at)-1]; last.After(e.EndedAt) {
			c.t.Errorf("%s of %s was done at %v and called again at %v", e.Action, u.Login, e.EndedAt, last)
		}
		repeated += len(at) - 1
	}
	return repeated
}

// checkRows sees that each report has one row.
func (c *crash) checkRows(db *store.DB) {
	tables, err := db.Tables.List(c.t.Context(), c.org)
	if err != nil || len(tables) != 1 {
		c.t.Fatalf("%d tables, %v", len(tables), err)
	}
	rows := map[string]int{}
	for r, err := range db.Tables.Rows(c.t.Context(), tables[0]) {
		if err != nil {
			c.t.Fatal(err)
		}
		rows[r.Values.Text("User ID")]++
	}
	for uuid, u := range c.accepted {
		if rows[u.ID] != 1 {
			c.t.Errorf("the report %s of %s has %d rows", uuid, u.Login, rows[u.ID])
		}
	}
}

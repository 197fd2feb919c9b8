package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// The work of one run: a webhook sets four fields, goes on where the severity is
// high, calls an API three times in sequence and adds a row to a table.
const benchFlow = `flow: bench
connections: { api: http }
tables: { rows: { columns: { id: text, actor: text, ip: text, status: text } } }
trigger: { api: { access: public, wait: false, inputs: { id: text, severity: text, data: object } } }
save_data: %t
cards:
  - { id: set, use: object.construct, with: { id: "{{ input.id }}", severity: "{{ input.severity }}", actor: "{{ input.data.events.0.actor.alternateId }}", ip: "{{ input.data.events.0.client.ipAddress }}" } }
  - { id: only, stop: it is not high, unless: { a: "{{ set.object.severity }}", is: "==", b: high } }
  - { id: one, use: api.request, with: { method: GET, url: "%[2]s/step/1?id={{ set.object.id }}" } }
  - { id: two, use: api.request, with: { method: GET, url: "%[2]s/step/2?id={{ set.object.id }}" } }
  - { id: three, use: api.request, with: { method: GET, url: "%[2]s/step/3?id={{ set.object.id }}" } }
  - { id: row, use: table.create_row, table: rows, with: { id: "{{ set.object.id }}", actor: "{{ set.object.actor }}", ip: "{{ set.object.ip }}", status: "{{ three.body.user.status }}" } }
`

// stub is the API that the flow calls. It notes which calls came for which run.
type stub struct {
	*httptest.Server

	delay        time.Duration
	turn, serial atomic.Int64 // of what starts runs
	mu           sync.Mutex
	calls        map[string][3]int
	last         map[string]time.Time
	ended        chan string // ids of runs that made their last call for the first time
}

func newStub() *stub {
	s := &stub{calls: map[string][3]int{}, last: map[string]time.Time{}, ended: make(chan string, 1<<20)}
	s.Server = httptest.NewServer(http.HandlerFunc(s.serve))
	return s
}

func (s *stub) serve(w http.ResponseWriter, r *http.Request) {
	at, id := time.Now(), r.URL.Query().Get("id")
	step, err := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/step/"))
	if err != nil || step < 1 || step > 3 {
		http.NotFound(w, r)
		return
	}
	if s.delay > 0 {
		time.Sleep(s.delay)
	}
	s.mu.Lock()
	n := s.calls[id]
	n[step-1]++
	s.calls[id] = n
	first := step == 3 && n[2] == 1
	if first {
		s.last[id] = at
	}
	s.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	_, _ = fmt.Fprintf(w, `{"ok":true,"step":%d,"id":%q,"user":{"id":"00u1abcd","status":"ACTIVE","profile":{"login":"ada@acme.example","firstName":"Ada"}}}`, step, id) //nolint:gosec // no browser reads it
	if first {
		s.ended <- id
	}
}

// server is a demo that was set up to run the flow.
type server struct {
	cmd  *exec.Cmd
	args []string
	env  []string // besides that of the bench
	api  control
	url  string // of the flow's endpoint
	base string
}

// flows measures the flow on SQLite and PostgreSQL, with and without saved data.
func (b bench) flows(ctx context.Context) error {
	if err := b.ceiling(ctx); err != nil {
		return err
	}
	for _, save := range []bool{true, false} {
		if b.on != "postgresql" {
			if err := b.flowsOn(ctx, "SQLite", "", save); err != nil {
				return err
			}
		}
		if b.postgres == "" || b.on == "sqlite" {
			continue
		}
		dsn, drop, err := empty(ctx, b.postgres)
		if err != nil {
			return err
		}
		err = b.flowsOn(ctx, "PostgreSQL", dsn, save)
		drop()
		if err != nil {
			return err
		}
	}
	return nil
}

// ceiling is the reference: the same three calls, hard coded, without anything
// being kept.
func (b bench) ceiling(ctx context.Context) error {
	s := newStub()
	defer s.Close()
	n, began := atomic.Int64{}, time.Now()
	var work sync.WaitGroup
	for range 50 {
		work.Go(func() {
			for time.Since(began) < 5*time.Second && ctx.Err() == nil {
				id := "c-" + strconv.FormatInt(n.Add(1), 10)
				for step := 1; step <= 3; step++ {
					if err := fetch(ctx, fmt.Sprintf("%s/step/%d?id=%s", s.URL, step, id)); err != nil {
						return
					}
				}
			}
		})
	}
	work.Wait()
	b.say("reference: the same calls hard coded, nothing kept: %.0f runs/s", float64(n.Load())/time.Since(began).Seconds())
	return ctx.Err()
}

func fetch(ctx context.Context, url string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if _, err = io.Copy(io.Discard, resp.Body); err == nil && resp.StatusCode >= 300 {
		err = fmt.Errorf("%s answered %s", url, resp.Status)
	}
	return err
}

func (b bench) flowsOn(ctx context.Context, name, dsn string, save bool) error {
	s := newStub()
	defer s.Close()
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	v, err := b.serve(ctx, dir, dsn)
	if err != nil {
		return err
	}
	defer func() { v.kill() }()
	if err := v.setUp(ctx, s.URL, save); err != nil {
		return err
	}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 200}}
	g := load{client: client, url: v.url, stub: s}
	if err := g.peak(ctx, 3*time.Second, 50); err != nil { // warm
		return err
	}
	cpu := v.cpu()
	began := time.Now()
	done := g.count()
	if err := g.peak(ctx, time.Duration(b.seconds)*time.Second, 50); err != nil {
		return err
	}
	runs := g.count() - done
	took := time.Since(began)
	memory := v.memory()
	p50, p99, err := g.rate(ctx, 10, time.Duration(b.seconds)*time.Second)
	if err != nil {
		return err
	}
	kept := "keeping data"
	if !save {
		kept = "keeping none"
	}
	b.say("flows on %s, %s: %.0f runs/s (%.2f ms of CPU a run), %d MB; at 10/s webhook to last call p50 %.1f ms, p99 %.1f ms",
		name, kept, float64(runs)/took.Seconds(), float64(v.cpuSince(cpu).Milliseconds())/float64(max(1, runs)), memory>>20, ms(p50), ms(p99))
	if save {
		return b.crash(ctx, name, v, g)
	}
	return nil
}

// crash kills the server under load, starts it again, and looks what became of
// the requests that it had accepted.
func (b bench) crash(ctx context.Context, name string, v *server, g load) error {
	g.stub.mu.Lock()
	g.stub.calls, g.stub.last, g.stub.delay = map[string][3]int{}, map[string]time.Time{}, 300*time.Millisecond
	g.stub.mu.Unlock()
	var mu sync.Mutex
	accepted := map[string]bool{}
	stop := make(chan struct{})
	var work sync.WaitGroup
	work.Go(func() {
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for n := 0; ; n++ {
			select {
			case <-stop:
				return
			case <-tick.C:
			}
			id := fmt.Sprintf("k-%d", n)
			work.Go(func() {
				if g.post(ctx, id) == nil {
					mu.Lock()
					accepted[id] = true
					mu.Unlock()
				}
			})
		}
	})
	time.Sleep(6 * time.Second)
	v.kill()
	again := time.Now()
	if err := v.start(ctx); err != nil {
		return err
	}
	ready := time.Since(again)
	time.Sleep(6 * time.Second)
	close(stop)
	work.Wait()
	deadline := time.Now().Add(60 * time.Second)
	complete := func() (whole, half, lost, twice int) {
		g.stub.mu.Lock()
		defer g.stub.mu.Unlock()
		mu.Lock()
		defer mu.Unlock()
		for id := range accepted {
			n := g.stub.calls[id]
			switch {
			case n[0] > 0 && n[1] > 0 && n[2] > 0:
				whole++
			case n[0]+n[1]+n[2] > 0:
				half++
			default:
				lost++
			}
			if max(n[0], n[1], n[2]) > 1 {
				twice++
			}
		}
		return whole, half, lost, twice
	}
	whole, half, lost, twice := complete()
	for (half > 0 || lost > 0) && time.Now().Before(deadline) {
		time.Sleep(200 * time.Millisecond)
		whole, half, lost, twice = complete()
	}
	b.say("kill -9 under 20/s on %s: %d accepted, %d whole, %d half done, %d lost, %d with a call made twice; ready again after %.1f s", name, len(accepted), whole, half, lost, twice, ready.Seconds())
	return nil
}

// load makes requests that start the flow.
type load struct {
	client *http.Client
	url    string
	others []string // of the same flow at other servers
	stub   *stub
}

func (g load) count() int {
	g.stub.mu.Lock()
	defer g.stub.mu.Unlock()
	return len(g.stub.last)
}

// patience is how long no run may end while some are under way.
const patience = 45 * time.Second

// peak keeps so many runs under way for a time.
func (g load) peak(ctx context.Context, d time.Duration, inflight int) error {
	began := time.Now()
	slots := make(chan struct{}, inflight)
	fails, why := atomic.Int64{}, atomic.Pointer[error]{}
	done, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-g.stub.ended:
				<-slots
			case <-done:
				return
			}
		}
	}()
	for time.Since(began) < d && ctx.Err() == nil {
		select {
		case slots <- struct{}{}:
		case <-time.After(patience):
			return fmt.Errorf("no run has ended for %s; %d requests failed: %w", patience, fails.Load(), first(&why))
		}
		id := "p-" + strconv.FormatInt(g.stub.serial.Add(1), 10)
		go func() {
			if err := g.post(ctx, id); err != nil {
				fails.Add(1)
				why.CompareAndSwap(nil, &err)
				<-slots
			}
		}()
	}
	for range inflight { // until those under way have ended
		select {
		case slots <- struct{}{}:
		case <-time.After(patience):
			return fmt.Errorf("runs do not end; %d requests failed: %w", fails.Load(), first(&why))
		}
	}
	close(done)
	<-stopped
	if n := fails.Load(); n > 0 {
		return fmt.Errorf("%d requests failed: %w", n, first(&why))
	}
	return ctx.Err()
}

// first is the first of the errors, where there was one.
func first(why *atomic.Pointer[error]) error {
	if err := why.Load(); err != nil {
		return *err
	}
	return errors.New("and none said why")
}

// rate starts so many runs a second, and returns how long they took from the
// request to their last call.
func (g load) rate(ctx context.Context, perSecond int, d time.Duration) (p50, p99 time.Duration, err error) {
	tick := time.NewTicker(time.Second / time.Duration(perSecond))
	defer tick.Stop()
	var took []time.Duration
	for began := time.Now(); time.Since(began) < d; {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return 0, 0, ctx.Err()
		}
		id, at := "r-"+strconv.FormatInt(g.stub.serial.Add(1), 10), time.Now()
		if err := g.post(ctx, id); err != nil {
			return 0, 0, err
		}
		last, ended := time.Time{}, false
		for began := time.Now(); !ended && time.Since(began) < 10*time.Second; time.Sleep(time.Millisecond) {
			g.stub.mu.Lock()
			last, ended = g.stub.last[id]
			g.stub.mu.Unlock()
		}
		if !ended {
			return 0, 0, fmt.Errorf("the run %s did not end", id)
		}
		took = append(took, last.Sub(at))
	}
	slices.Sort(took)
	return took[len(took)/2], took[len(took)*99/100], nil
}

func (g load) post(ctx context.Context, id string) error {
	body := fmt.Sprintf(`{"id":%q,"severity":"high","eventType":"com.okta.event_hook","data":{"events":[%s]}}`, id, strings.TrimSpace(string(sample(nil, 1))))
	url := g.url
	if len(g.others) > 0 {
		if n := int(g.stub.turn.Add(1)) % (len(g.others) + 1); n > 0 {
			url = g.others[n-1]
		}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := g.client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return err
	}
	if resp.StatusCode >= 300 {
		return fmt.Errorf("%s answered %s", g.url, resp.Status)
	}
	return nil
}

// serve starts a server with an administrator and an API token.
func (b bench) serve(ctx context.Context, dir, dsn string, lines ...string) (*server, error) {
	return b.serveWith(ctx, dir, dsn, nil, lines...)
}

// serveWith is serve with something in the environment.
func (b bench) serveWith(ctx context.Context, dir, dsn string, env []string, lines ...string) (*server, error) {
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	addr := ln.Addr().String()
	if err := ln.Close(); err != nil {
		return nil, err
	}
	conf := filepath.Join(dir, "sallyport.yaml")
	text := fmt.Sprintf("data_dir: %q\nlisten: %q\nendpoint_rate: 100000\negress: { allow: [127.0.0.0/8] }\n", dir, addr)
	if dsn != "" {
		text += fmt.Sprintf("database: %q\n", dsn)
	}
	text += strings.Join(lines, "\n")
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		return nil, err
	}
	v := &server{args: []string{b.bin, "serve", "--config", conf}, env: env, base: "http://" + addr}
	if err := b.account(ctx, conf); err != nil {
		return nil, err
	}
	if err := v.start(ctx); err != nil {
		return nil, err
	}
	return v, v.signIn(ctx)
}

const benchPassword = "correct horse battery"

func (b bench) account(ctx context.Context, conf string) error {
	return b.accountOf(ctx, conf, "default", "bench@acme.example")
}

func (b bench) accountOf(ctx context.Context, conf, org, email string) error {
	cmd := exec.CommandContext(ctx, b.bin, "user", "add", "--config", conf, "--org", org, "--email", email, "--role", "admin") //nolint:gosec // the program that was named
	cmd.Stdin = strings.NewReader(benchPassword + "\n")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("add a user: %w: %s", err, out)
	}
	return nil
}

func (v *server) start(ctx context.Context) error {
	v.cmd = exec.CommandContext(ctx, v.args[0], v.args[1:]...) //nolint:gosec // the program that was named
	v.cmd.Env = append(os.Environ(), v.env...)
	v.cmd.Stderr = os.Stderr
	if err := v.cmd.Start(); err != nil {
		return err
	}
	for began := time.Now(); time.Since(began) < 30*time.Second; time.Sleep(20 * time.Millisecond) {
		if fetch(ctx, v.base+"/readyz") == nil {
			return nil
		}
	}
	return fmt.Errorf("the server is not ready after 30 s")
}

// kill ends the server as a power cut does.
func (v *server) kill() {
	_ = v.cmd.Process.Kill()
	_ = v.cmd.Wait()
}

// signIn gets an API token.
func (v *server) signIn(ctx context.Context) (err error) {
	v.api, err = v.signInAs(ctx, "bench@acme.example")
	return err
}

func (v *server) signInAs(ctx context.Context, email string) (control, error) {
	body, err := json.Marshal(map[string]string{"email": email, "password": benchPassword})
	if err != nil {
		return control{}, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, v.base+"/api/v1/session", bytes.NewReader(body))
	if err != nil {
		return control{}, err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return control{}, err
	}
	_ = resp.Body.Close()
	if len(resp.Cookies()) == 0 {
		return control{}, fmt.Errorf("signing in answered %s", resp.Status)
	}
	return control{base: v.base + "/api/v1", cookie: resp.Cookies()[0]}, nil
}

// setUp makes the connection, the table and the flow.
func (v *server) setUp(ctx context.Context, stubURL string, save bool) error {
	return v.setUpFlow(ctx, fmt.Sprintf(benchFlow, save, stubURL), save, true)
}

// setUpFlow makes a flow, and what it is bound to.
func (v *server) setUpFlow(ctx context.Context, text string, save, table bool) error {
	if err := v.api.raiseCeiling(ctx); err != nil {
		return err
	}
	type made struct {
		ID  string `json:"id"`
		URL string `json:"url"`
	}
	var conn, tab, folder, fl made
	var session struct {
		Organization struct{ Slug string } `json:"organization"`
	}
	for _, step := range []struct {
		method, path string
		body         func() any
		into         any
	}{
		{"GET", "/session", nil, &session},
		{"POST", "/connections", func() any { return map[string]any{"connector": "http", "name": "Stub", "auth": "none"} }, &conn},
		{"POST", "/tables", func() any {
			col := func(n string) any { return map[string]any{"name": n, "type": "text"} }
			return map[string]any{"title": "Rows", "columns": []any{col("id"), col("actor"), col("ip"), col("status")}}
		}, &tab},
		{"POST", "/folders", func() any { return map[string]any{"name": "Bench"} }, &folder},
		{"POST", "/flows", func() any { return map[string]any{"folder": folder.ID, "yaml": text} }, &fl},
		{"POST", "/flows/{flow}/publish", func() any { return map[string]any{} }, nil},
		{"PATCH", "/flows/{flow}", func() any {
			bound := map[string]any{"connections": map[string]string{"api": conn.ID}, "enabled": true, "saveData": save}
			if table {
				bound["tables"] = map[string]string{"rows": tab.ID}
			}
			return bound
		}, nil},
	} {
		var body []byte
		if step.body != nil {
			var err error
			if body, err = json.Marshal(step.body()); err != nil {
				return err
			}
		}
		if err := v.api.do(ctx, step.method, strings.ReplaceAll(step.path, "{flow}", fl.ID), string(body), step.into); err != nil {
			return err
		}
	}
	v.url = v.base + "/api/flows/" + session.Organization.Slug + "/" + fl.ID
	return nil
}

// cpu is the time that the server has used.
func (v *server) cpu() time.Duration {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", v.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	ticks := 0
	for _, i := range []int{11, 12} { // utime and stime, in hundredths of a second
		n, err := strconv.Atoi(fields[i])
		if err != nil {
			return 0
		}
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}

func (v *server) cpuSince(before time.Duration) time.Duration { return v.cpu() - before }

// memory is the server's resident set, in bytes.
func (v *server) memory() int {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", v.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	pages, err := strconv.Atoi(strings.Fields(string(text))[1])
	if err != nil {
		return 0
	}
	return pages * os.Getpagesize()
}

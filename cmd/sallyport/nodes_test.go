package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"sallyport/internal/app"
	"sallyport/internal/config"
	"sallyport/internal/portal"
	"sallyport/internal/secret"
	"sallyport/internal/store/storetest"
	"sallyport/sandbox/okta"
)

// takeover is how long it may take until another server has taken over what one
// held that was killed.
const takeover = 5 * time.Second

// TestNodes has two servers work on one database: what one changes holds for the
// other, and is heard there; and when the one that reads the source is killed the
// other goes on, with nothing lost and nothing done twice.
func TestNodes(t *testing.T) {
	a := newCrash(t, storetest.PreparedPostgres(t))
	b := a.second()
	a.start()
	b.start()
	t.Cleanup(func() { a.kill(); b.kill() })
	cookie := a.signIn(a.member())
	topics := b.listen(cookie)

	a.call(cookie, http.MethodPatch, "/api/v1/rules/"+deniedID, `{"enabled":false}`)
	var r struct{ Enabled bool }
	if b.call(cookie, http.MethodGet, "/api/v1/rules/"+deniedID, "").into(&r); r.Enabled {
		t.Error("a rule that one server has switched off is on at the other")
	}
	hear(t, topics, "rule")
	people := a.people
	if !b.byStream(t.Context(), denial(newUUID(), people[0], time.Now())) {
		t.Fatal("the second server takes no events")
	}
	a.checkAlerts(a.open()) // the rule would have raised one

	reader, other := a.reader(b)
	// A report comes from people one by one, so that there are some under way.
	for _, u := range people[1:8] {
		a.report(u)
	}
	a.stored(8 * time.Second)
	reader.kill()
	killed := time.Now()
	for _, u := range people[8:12] {
		a.report(u)
	}
	a.stored(takeover - time.Since(killed))
	t.Logf("the other server went on after %s", time.Since(killed).Round(10*time.Millisecond))
	hear(t, b.orNil(other, topics), "event")
	a.settle()
	var nodes struct {
		Nodes []struct{ State string }
	}
	other.call(cookie, http.MethodGet, "/api/v1/nodes", "").into(&nodes)
	if fmt.Sprint(nodes.Nodes) != "[{gone} {running}]" && fmt.Sprint(nodes.Nodes) != "[{running} {gone}]" {
		t.Errorf("the nodes are told of as %v", nodes.Nodes)
	}
	list := exec.CommandContext(t.Context(), "sallyport", "nodes", "--json")
	list.Env = other.env
	said, err := list.Output()
	if err != nil || strings.Count(string(said), `"state":"running"`) != 1 || !strings.Contains(string(said), `"leases":["source/`) {
		t.Errorf("the command lists %s, %v", said, err)
	}
	other.stop()
	a.check()
}

// second is another server on the same database, with the same key file.
func (c *crash) second() *crash {
	ln, err := (&net.ListenConfig{}).Listen(c.t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		c.t.Fatal(err)
	}
	addr := ln.Addr().String()
	_ = ln.Close()
	env := append(slices.Clip(c.env), "SALLYPORT_LISTEN="+addr) // the last one counts
	return &crash{t: c.t, dsn: c.dsn, env: env, url: "http://" + addr, log: c.log, token: c.token, stream: "http://" + addr + "/services/collector/event"}
}

const nodesPassword = "correct horse battery staple"

// member adds somebody who may do everything.
func (c *crash) member() (email string) {
	cfg := config.Default()
	cfg.DataDir, cfg.Database = c.t.TempDir(), secret.NewText(c.dsn)
	base, err := app.OpenBase(c.t.Context(), app.Options{Config: cfg, Log: cfg.Log.Logger(io.Discard)})
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = base.Close() }()
	email = "nodes@acme.example"
	if _, err := base.Portal().People.Add(c.t.Context(), c.org, portal.NewAccount{Email: email, Name: "N", Password: nodesPassword}, portal.Admin); err != nil {
		c.t.Fatal(err)
	}
	return email
}

// reply is the body of an answer.
type reply struct {
	t    *testing.T
	body []byte
}

func (r reply) into(v any) {
	if err := json.Unmarshal(r.body, v); err != nil {
		r.t.Fatalf("%s: %v", r.body, err)
	}
}

func (c *crash) signIn(email string) *http.Cookie {
	c.t.Helper()
	body := fmt.Sprintf(`{"email":%q,"password":%q}`, email, nodesPassword)
	resp, err := http.Post(c.url+"/api/v1/session", "application/json", strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if len(resp.Cookies()) == 0 {
		c.t.Fatalf("signing in answers %s", resp.Status)
	}
	return resp.Cookies()[0]
}

func (c *crash) request(ctx context.Context, cookie *http.Cookie, method, path, body string) *http.Response {
	c.t.Helper()
	req, err := http.NewRequestWithContext(ctx, method, c.url+path, bytes.NewReader([]byte(body)))
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Origin", c.url)
	req.AddCookie(cookie)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	return resp
}

func (c *crash) call(cookie *http.Cookie, method, path, body string) reply {
	c.t.Helper()
	resp := c.request(c.t.Context(), cookie, method, path, body)
	defer func() { _ = resp.Body.Close() }()
	got, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode >= 300 {
		c.t.Fatalf("%s %s: %s %s, %v", method, path, resp.Status, got, err)
	}
	return reply{c.t, got}
}

// listen opens the stream of what changes, and passes its topics on.
func (c *crash) listen(cookie *http.Cookie) <-chan string {
	c.t.Helper()
	resp := c.request(c.t.Context(), cookie, http.MethodGet, "/api/v1/live", "")
	c.t.Cleanup(func() { _ = resp.Body.Close() })
	lines, topics, hello := bufio.NewScanner(resp.Body), make(chan string, 10_000), make(chan bool, 1)
	go func() {
		defer close(topics)
		for lines.Scan() {
			if strings.HasPrefix(lines.Text(), ": hello") {
				hello <- true
			}
			if topic, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
				topics <- topic
			}
		}
	}()
	select {
	case <-hello:
	case <-time.After(patience):
		c.t.Fatal("the stream of what changes does not begin")
	}
	return topics
}

// hear waits for a topic; a stream that has ended says nothing any more.
func hear(t *testing.T, topics <-chan string, want string) {
	t.Helper()
	over := time.After(patience)
	for {
		select {
		case topic, ok := <-topics:
			if topic == want || !ok {
				if !ok {
					t.Errorf("the stream ended before %q was heard", want)
				}
				return
			}
		case <-over:
			t.Fatalf("%q is not heard within %s", want, patience)
		}
	}
}

// orNil is the stream of b if b lives; else one that has said all.
func (c *crash) orNil(lives *crash, topics <-chan string) <-chan string {
	if lives == c {
		return topics
	}
	said := make(chan string, 1)
	said <- "event"
	return said
}

// reader tells which of two servers holds the source's lease.
func (c *crash) reader(d *crash) (reader, other *crash) {
	db := c.open()
	defer func() { _ = db.Close() }()
	for began := time.Now(); time.Since(began) < patience; pause(c.t.Context(), 20*time.Millisecond) {
		leases, err := db.Leases.List(c.t.Context())
		if err != nil {
			c.t.Fatal(err)
		}
		for _, l := range leases {
			switch {
			case !strings.HasPrefix(l.Name, "source/"):
			case strings.Contains(l.Holder, fmt.Sprintf("-%d-", c.cmd.Process.Pid)):
				return c, d
			case strings.Contains(l.Holder, fmt.Sprintf("-%d-", d.cmd.Process.Pid)):
				return d, c
			}
		}
	}
	c.t.Fatal("nobody reads the source")
	return nil, nil
}

// report has somebody report suspicious activity to Okta, which tells of it when it
// is asked for its log.
func (c *crash) report(u okta.UserState) {
	c.t.Helper()
	from := okta.Client{IP: "203.0.113.9"}
	if err := c.box.Org().ChangePassword(u.Login, from); err != nil {
		c.t.Fatal(err)
	}
	uuid, err := c.box.Org().Report(u.Login, from)
	if err != nil {
		c.t.Fatal(err)
	}
	c.accepted[uuid] = u
}

// stored waits until every report is.
func (c *crash) stored(within time.Duration) {
	c.t.Helper()
	db := c.open()
	defer func() { _ = db.Close() }()
	for began := time.Now(); ; pause(c.t.Context(), 20*time.Millisecond) {
		missing := 0
		for uuid := range c.accepted {
			if _, err := db.Events.Get(c.t.Context(), c.org, uuid); err != nil {
				missing++
			}
		}
		if missing == 0 {
			return
		}
		if time.Since(began) > within {
			c.t.Fatalf("%d of %d events are not there after %s", missing, len(c.accepted), within)
		}
	}
}

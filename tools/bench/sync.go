package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"sallyport/sandbox/okta"
)

// unlimited multiplies Okta's rate limits until they bound nothing.
const unlimited = 10_000

// sync has the program read a simulated org of b.users people whole, once through
// and once killed in the middle. The org has a fifth as many groups and a hundredth
// as many apps, and no rate limits. The reference is a client that does nothing but
// fetch the pages of people, one after another.
func (b bench) sync(ctx context.Context) error {
	if err := b.syncPeople(ctx); err != nil {
		return err
	}
	groups, apps := max(b.users/5, 1), max(b.users/100, 1)
	peer, err := servePeer(ctx, b.users, groups, apps)
	if err != nil {
		return err
	}
	defer peer.close()
	b.say("sync of an org without rate limits: %d people, %d groups, %d apps; the org runs on the same machine", b.users, groups, apps)
	floor, err := peer.fetchOnly(ctx)
	if err != nil {
		return err
	}
	b.say("  %-10s %9.0f people/s", "fetch only", floor)
	whole, err := b.syncTo(ctx, peer, "", 0)
	if err != nil {
		return err
	}
	b.tellSync("sqlite", whole, floor)
	if b.postgres != "" {
		other, err := b.syncTo(ctx, peer, b.postgres, 0)
		if err != nil {
			return err
		}
		b.tellSync("postgres", other, floor)
	}
	torn, err := b.syncTo(ctx, peer, "", whole.asked/2)
	if err != nil {
		return err
	}
	b.tellSync("killed", torn, floor)
	b.say("  killed after %d of %d calls, went on with %d: %d made twice", whole.asked/2, whole.asked, torn.asked, torn.asked+whole.asked/2-whole.asked)
	if !maps.Equal(whole.Counts, torn.Counts) {
		return fmt.Errorf("what was killed counts %v, what was not %v", torn.Counts, whole.Counts)
	}
	return nil
}

// syncPeople has the program read an org that has hardly more than people: what a
// person costs, without what belongs to them.
func (b bench) syncPeople(ctx context.Context) error {
	peer, err := servePeer(ctx, b.users, 1, 1)
	if err != nil {
		return err
	}
	defer peer.close()
	b.say("sync of an org of people alone: %d, in one group besides Everyone", b.users)
	floor, err := peer.fetchOnly(ctx)
	if err != nil {
		return err
	}
	s, err := b.syncTo(ctx, peer, "", 0)
	if err != nil {
		return err
	}
	b.tellSync("sqlite", s, floor)
	return nil
}

func (b bench) tellSync(name string, s synced, floor float64) {
	rate := float64(b.users) / s.took.Seconds()
	edges := 0
	for kind, n := range s.Counts {
		if kind == "member_of" || strings.HasPrefix(kind, "assigned") {
			edges += n
		}
	}
	b.say("  %-10s %9.0f people/s  %4.2f of fetch only  %6d calls in %5.1f s  %5.0f MB at most  %.1f s of CPU  %d edges", name, rate, rate/floor, s.asked, s.took.Seconds(), s.peak, s.cpu.Seconds(), edges)
}

// synced is what a sync came to.
type synced struct {
	Counts map[string]int `json:"counts"`
	asked  int            // calls that the org saw
	took   time.Duration
	peak   float64 // MB
	cpu    time.Duration
}

// peer is an org that is read.
type peer struct {
	org   *okta.Org
	srv   *http.Server
	url   string
	asked atomic.Int64
	past  atomic.Pointer[func()] // called once a number of calls was made
	after atomic.Int64
}

func servePeer(ctx context.Context, users, groups, apps int) (*peer, error) {
	org, err := okta.New(okta.Options{Seed: 7, Users: users, Groups: groups, Apps: apps})
	if err != nil {
		return nil, err
	}
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		org.Close()
		return nil, err
	}
	p := &peer{org: org, url: "http://" + ln.Addr().String()}
	org.SetBaseURL(p.url)
	org.SetRateScale(unlimited)
	p.srv = &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if n := p.asked.Add(1); n == p.after.Load() {
			(*p.past.Load())()
		}
		org.ServeHTTP(w, r)
	})}
	go func() { _ = p.srv.Serve(ln) }()
	return p, nil
}

func (p *peer) close() {
	_ = p.srv.Close()
	p.org.Close()
}

// fetchOnly reads the pages of people and returns how many came a second.
func (p *peer) fetchOnly(ctx context.Context) (float64, error) {
	began, n := time.Now(), 0
	for next := p.url + "/api/v1/users?limit=200"; next != ""; {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, next, nil)
		if err != nil {
			return 0, err
		}
		req.Header.Set("Authorization", "SSWS "+p.org.AdminToken())
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			return 0, err
		}
		var page []json.RawMessage
		err = errors.Join(json.NewDecoder(resp.Body).Decode(&page), resp.Body.Close())
		if err != nil {
			return 0, err
		}
		n, next = n+len(page), ""
		for _, link := range resp.Header.Values("Link") {
			if to, is := strings.CutSuffix(link, `>; rel="next"`); is {
				next = strings.TrimPrefix(to, "<")
			}
		}
	}
	return float64(n) / time.Since(began).Seconds(), nil
}

// syncTo connects an empty database to the org and has it read; where kill is not 0,
// the program is killed after so many calls and started again, and it is the second
// run that is told.
func (b bench) syncTo(ctx context.Context, p *peer, dsn string, kill int) (synced, error) {
	dir, err := os.MkdirTemp("", "sallyport-bench-sync-")
	if err != nil {
		return synced{}, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if dsn == "" {
		dsn = filepath.Join(dir, "bench.db")
	}
	dsn, drop, err := empty(ctx, dsn)
	if err != nil {
		return synced{}, err
	}
	defer drop()
	program := func(ctx context.Context, in string, args ...string) *exec.Cmd {
		cmd := exec.CommandContext(ctx, b.bin, args...) //nolint:gosec // the program that was named
		cmd.Env = append(os.Environ(), "SALLYPORT_DATA_DIR="+dir, "SALLYPORT_DATABASE="+dsn, "SALLYPORT_LOG_LEVEL=error", "SALLYPORT_EGRESS_ALLOW=127.0.0.0/8")
		cmd.Stdin = strings.NewReader(in)
		return cmd
	}
	if out, err := program(ctx, p.org.AdminToken()+"\n", "okta", "connect", "--domain", p.url, "--name", "Okta").CombinedOutput(); err != nil {
		return synced{}, fmt.Errorf("connecting: %w: %s", err, out)
	}
	if kill > 0 {
		if err := p.tear(program(ctx, "", "okta", "sync"), kill); err != nil {
			return synced{}, err
		}
	}
	s, err := p.measure(program(ctx, "", "okta", "sync", "--json"))
	for deadline := time.Now().Add(2 * time.Minute); err != nil && kill > 0 && time.Now().Before(deadline); { // what was killed holds the org for a while
		select {
		case <-ctx.Done():
			return synced{}, ctx.Err()
		case <-time.After(time.Second):
		}
		s, err = p.measure(program(ctx, "", "okta", "sync", "--json"))
	}
	return s, err
}

// tear starts a program and kills it once the org saw so many calls.
func (p *peer) tear(cmd *exec.Cmd, calls int) error {
	dead := func() { _ = cmd.Process.Kill() }
	p.past.Store(&dead)
	p.after.Store(p.asked.Load() + int64(calls))
	defer p.after.Store(0)
	cmd.Stdout, cmd.Stderr = io.Discard, io.Discard
	if err := cmd.Run(); cmd.ProcessState == nil || cmd.ProcessState.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		return fmt.Errorf("it ended before it was killed: %w", err)
	}
	return nil
}

func (p *peer) measure(cmd *exec.Cmd) (synced, error) {
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	began, before := time.Now(), p.asked.Load()
	peak, err := runPeak(cmd)
	if err != nil {
		return synced{}, fmt.Errorf("%w: %s", err, &said)
	}
	s := synced{peak: peak, took: time.Since(began), asked: int(p.asked.Load() - before), cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
	if err := json.Unmarshal(out.Bytes(), &s); err != nil {
		return synced{}, fmt.Errorf("reading what it wrote: %w", err)
	}
	return s, nil
}

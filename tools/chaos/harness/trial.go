package harness

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"sallyport/tools/chaos/checker"
)

// trial is one scenario at work: a company, servers, a database, and a network
// between them that can be made bad.
type trial struct {
	o    Options
	s    Scenario
	dir  string
	rand *rand.Rand
	log  *slog.Logger

	company *company
	okta    *Proxy // before the company
	front   *Proxy // before the servers, as a load balancer
	db      *postgres
	standby *postgres
	links   []*Proxy // from each server to the database
	room    *room
	nodes   []*node
	api     client
	watch   *checker.Company
	served  checker.Server
	people  []string // who can report, by login

	mu       sync.Mutex
	kills    []time.Time
	reported int
	missed   int // reports that the company could not make
}

// the flow that contains whoever reports suspicious activity, and what it does.
const (
	trigger   = "user.account.report_suspicious_activity_by_enduser"
	alertType = "okta_suspicious_activity_reported"
)

func (t *trial) terms() checker.Terms {
	t.mu.Lock()
	defer t.mu.Unlock()
	return checker.Terms{
		Trigger: trigger, Alert: alertType, Told: "/slack/api/chat.postMessage",
		Effects: []checker.Effect{
			{Action: "clear_user_sessions", Method: http.MethodDelete, Path: "/api/v1/users/%s/sessions"},
			{Action: "reset_password", Method: http.MethodPost, Path: "/api/v1/users/%s/lifecycle/reset_password"},
		},
		Kills: slices.Clone(t.kills), Recovery: t.s.Recovery, Shifted: t.s.Shifted,
	}
}

// run does a scenario and returns what became of it.
func (t *trial) run(ctx context.Context) (checker.Verdict, error) {
	defer t.close()
	if err := t.build(ctx); err != nil {
		return checker.Verdict{}, fmt.Errorf("set up: %w", err)
	}
	load, stop := context.WithCancel(ctx)
	defer stop()
	var beside sync.WaitGroup
	beside.Go(func() { t.load(load) })
	following, unfollow := context.WithCancel(ctx)
	defer unfollow()
	beside.Go(func() { t.follow(following) })
	pause(ctx, t.o.Calm)
	faulted := t.s.Fault(ctx, t)
	pause(ctx, t.o.Calm)
	stop()
	settled := error(nil)
	if faulted == nil {
		settled = t.settle(ctx)
	}
	unfollow()
	beside.Wait()
	if err := errors.Join(faulted, ctx.Err()); err != nil {
		return checker.Verdict{}, err
	}
	if settled != nil {
		t.log.WarnContext(ctx, "not settled", "scenario", t.s.Name, "err", settled)
	}
	return t.judge(ctx)
}

func (t *trial) judge(ctx context.Context) (checker.Verdict, error) {
	e := checker.Evidence{}
	if err := t.watch.Follow(ctx); err != nil {
		return checker.Verdict{}, err
	}
	e.Requests = t.watch.Requests()
	var err error
	if e.Log, err = t.watch.Log(ctx); err != nil {
		return checker.Verdict{}, err
	}
	// What the company wrote until just now has its time to come.
	for began := time.Now(); ; pause(ctx, 200*time.Millisecond) {
		if e.Kept, err = t.served.Events(ctx); err != nil {
			return checker.Verdict{}, err
		}
		if missing(e.Log, e.Kept) == 0 || time.Since(began) > 15*time.Second {
			break
		}
	}
	if err := t.served.Read(ctx, &e); err != nil {
		return checker.Verdict{}, err
	}
	if t.reported < 5 {
		return checker.Verdict{}, fmt.Errorf("only %d people reported anything (%d could not): that says nothing", t.reported, t.missed)
	}
	return checker.Check(e, t.terms()), nil
}

// settle waits until all that was reported is through.
func (t *trial) settle(ctx context.Context) error {
	off := client{base: t.company.at + "/_sandbox"}
	if err := off.do(ctx, http.MethodPost, "/traffic", map[string]any{"per_minute": 0}, nil); err != nil {
		return fmt.Errorf("end ordinary life: %w", err)
	}
	why := "nothing was asked"
	for began := time.Now(); time.Since(began) < t.o.Patience; pause(ctx, 250*time.Millisecond) {
		log, err := t.watch.Log(ctx)
		if err != nil {
			return err
		}
		kept, err := t.served.Events(ctx)
		if err != nil {
			why = err.Error()
			continue
		}
		if n := missing(log, kept); n > 0 {
			why = fmt.Sprintf("%d of %d events have not come", n, len(log))
			continue
		}
		open, err := t.served.Open(ctx)
		if err == nil && open == 0 {
			return nil
		}
		why = fmt.Sprintf("%d runs have not ended, %v", open, err)
	}
	return errors.New(why)
}

func missing(log []checker.Event, kept []string) int {
	have := make(map[string]bool, len(kept))
	for _, uuid := range kept {
		have[uuid] = true
	}
	n := 0
	for _, ev := range log {
		if !have[ev.UUID] {
			n++
		}
	}
	return n
}

// load has one person after another report suspicious activity.
func (t *trial) load(ctx context.Context) {
	box := client{base: t.company.at + "/_sandbox"}
	tick := time.NewTicker(time.Duration(float64(time.Second) / t.o.Rate))
	defer tick.Stop()
	for _, login := range t.people {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		err := box.do(context.WithoutCancel(ctx), http.MethodPost, "/scenarios/report_suspicious_activity", map[string]string{"user": login}, nil)
		t.mu.Lock()
		if err != nil {
			t.missed++
		} else {
			t.reported++
		}
		t.mu.Unlock()
	}
}

// follow notes the company's requests before it forgets them.
func (t *trial) follow(ctx context.Context) {
	for ctx.Err() == nil {
		if err := t.watch.Follow(ctx); err != nil && ctx.Err() == nil {
			t.log.WarnContext(ctx, "requests not followed", "err", err)
		}
		pause(ctx, time.Second)
	}
}

// kill ends a server without warning, and notes when.
func (t *trial) kill(n *node) {
	t.mu.Lock()
	t.kills = append(t.kills, time.Now())
	t.mu.Unlock()
	n.kill()
}

// some is a time up to d, by the seed.
func (t *trial) some(d time.Duration) time.Duration { return time.Duration(t.rand.Int64N(int64(d))) }

func (t *trial) close() {
	for _, n := range t.nodes {
		n.kill()
		_ = n.log.Close()
	}
	last, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	for _, p := range []*postgres{t.standby, t.db} {
		if p != nil {
			_ = p.stop(last, "immediate") // it may be down already
		}
	}
	for _, p := range append(t.links, t.okta, t.front) {
		if p != nil {
			p.Close()
		}
	}
	if t.company != nil {
		t.company.stop()
	}
	if t.room != nil {
		t.room.close()
	}
}

// build makes everything, and connects it as a person would.
func (t *trial) build(ctx context.Context) error {
	if err := os.Chmod(t.dir, 0o711); err != nil { //nolint:gosec // who runs PostgreSQL has to get through
		return err
	}
	if err := t.buildDatabase(ctx); err != nil {
		return err
	}
	if err := t.buildCompany(ctx); err != nil {
		return err
	}
	if err := t.buildNodes(ctx); err != nil {
		return err
	}
	var addrs []string
	for _, n := range t.nodes {
		addrs = append(addrs, n.addr)
	}
	t.front.To(addrs...)
	if err := t.nodes[0].account(ctx); err != nil {
		return err
	}
	for i, n := range t.nodes {
		if i > 0 {
			if err := copyFile(filepath.Join(t.nodes[0].dir, "key"), filepath.Join(n.dir, "key")); err != nil {
				return err
			}
		}
		if err := n.start(ctx); err != nil {
			return err
		}
	}
	var err error
	if t.api, err = signIn(ctx, "http://"+t.front.Addr); err != nil {
		return err
	}
	t.served = checker.Server{URL: t.api.base, Cookie: t.api.cookie}
	return t.connect(ctx)
}

func (t *trial) buildDatabase(ctx context.Context) error {
	if t.s.Room > 0 {
		dir := filepath.Join(t.dir, "small")
		if err := os.Mkdir(dir, 0o755); err != nil { //nolint:gosec // likewise
			return err
		}
		var err error
		if t.room, err = newRoom(ctx, dir, t.s.Room); err != nil {
			return err
		}
	}
	if t.s.SQLite {
		return nil
	}
	dir := filepath.Join(t.dir, "postgres")
	if err := os.Mkdir(dir, 0o755); err != nil { //nolint:gosec // likewise
		return err
	}
	var in *room
	if t.room != nil {
		in, dir = t.room, t.room.dir
	}
	var err error
	t.db, err = newPostgres(ctx, dir, in)
	return err
}

func (t *trial) buildCompany(ctx context.Context) error {
	port, err := freePort(ctx)
	if err != nil {
		return err
	}
	addr := fmt.Sprintf("127.0.0.1:%d", port)
	if t.okta, err = NewProxy(ctx, addr); err != nil {
		return err
	}
	if t.front, err = NewProxy(ctx); err != nil {
		return err
	}
	began := time.Now().Add(-t.s.History)
	if t.company, err = startCompany(ctx, t.o.Bin, addr, "http://"+t.okta.Addr, companySize{cmp.Or(t.s.Users, 3000), t.o.Traffic, t.s.History}, t.o.Seed); err != nil {
		return err
	}
	t.watch = &checker.Company{URL: t.company.at, Token: t.company.state.Okta.Token, Since: began}
	box := client{base: t.company.at + "/_sandbox"}
	if err := box.do(ctx, http.MethodPost, "/switches", map[string]any{"rate_scale": 100, "slack": map[string]bool{"rate_limits": false}}, nil); err != nil {
		return err
	}
	var all []struct {
		Login  string
		Groups []string
		Roles  []string `json:"admin_roles"`
	}
	if err := box.do(ctx, http.MethodGet, "/users?status=ACTIVE&limit=3000", nil, &all); err != nil {
		return err
	}
	for _, u := range all {
		if len(u.Roles) == 0 && !strings.Contains(strings.Join(u.Groups, " "), "Break glass") {
			t.people = append(t.people, u.Login)
		}
	}
	t.rand.Shuffle(len(t.people), func(i, k int) { t.people[i], t.people[k] = t.people[k], t.people[i] })
	return nil
}

func (t *trial) buildNodes(ctx context.Context) error {
	for i := range t.s.Nodes {
		port, err := freePort(ctx)
		if err != nil {
			return err
		}
		n := &node{bin: t.o.Bin, dir: filepath.Join(t.dir, fmt.Sprintf("node%d", i+1)), addr: fmt.Sprintf("127.0.0.1:%d", port)}
		if err := os.Mkdir(n.dir, 0o700); err != nil {
			return err
		}
		data, dsn := n.dir, ""
		if t.s.SQLite && t.room != nil {
			n.room, data = t.room, t.room.dir
		}
		if t.db != nil {
			link, err := NewProxy(ctx, t.db.addr())
			if err != nil {
				return err
			}
			t.links = append(t.links, link)
			dsn = "postgres://sallyport@" + link.Addr + "/sallyport?sslmode=disable"
		}
		if n.log, err = os.Create(filepath.Join(n.dir, "log")); err != nil {
			return err
		}
		text := fmt.Sprintf(nodeOptions, data, filepath.Join(n.dir, "key"), n.addr, t.front.Addr, dsn)
		if err := os.WriteFile(n.config(), []byte(text), 0o600); err != nil {
			return err
		}
		t.nodes = append(t.nodes, n)
	}
	return nil
}

func copyFile(from, to string) error {
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, text, 0o600) //nolint:gosec // our own file
}

// connect does what a person does in the console: connections, a source with an
// event hook, a template, the guard's policy.
func (t *trial) connect(ctx context.Context) error {
	st := t.company.state
	var okta, slack, src struct{ ID string }
	var policy map[string]any
	if err := t.api.do(ctx, http.MethodGet, "/guard/policy", nil, &policy); err != nil {
		return err
	}
	policy["ceiling"], policy["protectedGroups"] = 1_000_000, []string{"Break glass"}
	for _, step := range []struct {
		method, path string
		in           func() any
		into         any
	}{
		{http.MethodPut, "/guard/policy", func() any { return policy }, nil},
		{http.MethodPost, "/connections", func() any {
			return map[string]any{"connector": "okta", "name": "Okta", "auth": "api_key", "settings": map[string]string{"domain": st.Okta.URL}, "secrets": map[string]string{"api_key": st.Okta.Token}}
		}, &okta},
		{http.MethodPost, "/connections", func() any {
			return map[string]any{"connector": "slack", "name": "Slack", "auth": "bearer", "settings": map[string]string{"base_url": st.Slack.URL}, "secrets": map[string]string{"token": st.Slack.Token, "signing_secret": st.Slack.Secret}}
		}, &slack},
		{http.MethodPost, "/templates/suspicious_activity_reported/install", func() any {
			return map[string]any{"connections": map[string]string{"okta": okta.ID, "chat": slack.ID}, "enable": true}
		}, nil},
		{http.MethodPost, "/sources", func() any {
			return map[string]any{"name": "Okta", "connection": okta.ID, "poll": true, "hook": true, "startAt": t.watch.Since.UTC().Format(time.RFC3339Nano)}
		}, &src},
		{http.MethodPut, "/sources/{source}/hook", func() any { return map[string]any{} }, nil},
	} {
		in := any(nil)
		if step.in != nil {
			in = step.in()
		}
		if err := t.api.do(ctx, step.method, strings.ReplaceAll(step.path, "{source}", src.ID), in, step.into); err != nil {
			return err
		}
	}
	return nil
}

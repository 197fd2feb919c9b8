package app

import (
	"context"
	"math"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sallyport/internal/config"
	"sallyport/internal/connector"
	"sallyport/internal/egress"
	"sallyport/internal/quota"
	"sallyport/internal/secret"
	"sallyport/sandbox/okta"
)

// inside is a network within the process, which waits in the time of a test.
type inside struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newInside() *inside { return &inside{conns: make(chan net.Conn), closed: make(chan struct{})} }

func (l *inside) Dial(ctx context.Context, _, _ string) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case l.conns <- there:
		return here, nil
	case <-l.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (l *inside) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *inside) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l *inside) Addr() net.Addr { return &net.TCPAddr{} }

// A sync takes hardly longer than the rate limits make it, of which Okta lets one
// token have the half. SYNC_USERS makes the org larger, with a fifth as many groups
// and a hundredth as many apps. Time is simulated: what the program computes takes
// none, and each answer of the org a fifth of a second.
func TestSyncTakesHardlyLongerThanItMust(t *testing.T) {
	users := 500
	if n, err := strconv.Atoi(os.Getenv("SYNC_USERS")); err == nil {
		users = n
	}
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		org, err := okta.New(okta.Options{Seed: 7, Users: users, Groups: users / 5, Apps: max(users/100, 200), Now: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		defer org.Close()
		census := org.Census()
		net := newInside()
		org.SetBaseURL("http://127.0.0.1:8080")
		org.EnforceRateLimits(true)
		refused := 0
		srv := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(200 * time.Millisecond)
			seen := &statusOf{ResponseWriter: w}
			org.ServeHTTP(seen, r)
			if seen.status == http.StatusTooManyRequests {
				refused++
			}
		})}
		var serving sync.WaitGroup
		serving.Go(func() { _ = srv.Serve(net) })
		defer serving.Wait()
		defer func() { _ = srv.Close() }()
		core := coreInside(t, dir, net)
		mine, err := core.Organization(t.Context(), core.Portal(), DefaultOrganization)
		if err != nil {
			t.Fatal(err)
		}
		conn, err := core.ConnectOkta(t.Context(), mine.ID, OktaCredential{Domain: "http://127.0.0.1:8080", Name: "Okta", Secret: secret.NewText(org.AdminToken())})
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		done, err := core.SyncOkta(t.Context(), conn, nil)
		if err != nil {
			t.Fatal(err)
		}
		took := time.Since(began)
		made, wanted := map[string]float64{}, wanted(census)
		for _, b := range done.Progress.Buckets {
			made[b.Bucket] = float64(b.Calls)
		}
		t.Logf("%d users, %d groups, %d apps: %d calls in %s; %d were refused", census.Count("user"), census.Count("group"), census.Count("app"), done.Progress.Calls, took.Round(time.Second), refused)
		for bucket, n := range made {
			t.Logf("  %-28s %6.0f calls, wanted %6.0f", bucket, n, wanted[bucket])
		}
		mostly := least(made)
		t.Logf("the calls made take %s at least: %.3f; those of the model %s: %.3f", mostly.Round(time.Second), took.Seconds()/mostly.Seconds(), least(wanted).Round(time.Second), took.Seconds()/least(wanted).Seconds())
		if took > mostly*115/100 {
			t.Errorf("the sync took %s, and had to take %s", took, mostly)
		}
		if most := least(wanted) * 115 / 100; users >= 100_000 && took > most {
			t.Errorf("the sync took %s, longer than %s", took, most)
		}
		if refused > done.Progress.Calls/100 {
			t.Errorf("%d of %d calls were refused", refused, done.Progress.Calls)
		}
	})
}

// statusOf remembers how a request was answered.
type statusOf struct {
	http.ResponseWriter
	status int
}

func (s *statusOf) WriteHeader(status int) {
	s.status = status
	s.ResponseWriter.WriteHeader(status)
}

// coreInside is a program that calls peers within the process.
func coreInside(t *testing.T, dir string, net *inside) *Core {
	t.Helper()
	conf, err := config.Load("", []string{"SALLYPORT_DATA_DIR=" + dir})
	if err != nil {
		t.Fatal(err)
	}
	core, err := OpenCore(t.Context(), Options{Config: conf, Version: "test", Log: quietLog(t), Content: builtIn(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := core.Close(); err != nil {
			t.Error(err)
		}
	})
	core.Egress = egress.New(egress.Options{Dial: net.Dial})
	core.Engine = connector.NewEngine(connector.Options{
		Shelf: core.Shelf, Keyring: core.Keys, Egress: core.Egress, Quota: quota.NewRegistry(quota.Options{Now: core.Now}), Grants: core.DB.Grants, Now: core.Now,
	})
	return core
}

// wanted is how many calls it takes to read an org, by bucket, as the model of a sync
// counts them that reads who is in which group and has which app: a page of 200, a
// thousand members or 500 of an app is a call.
func wanted(c okta.Census) map[string]float64 {
	members, having := map[string]map[string]bool{}, map[string]map[string]bool{}
	add := func(to map[string]map[string]bool, key, member string) {
		if to[key] == nil {
			to[key] = map[string]bool{}
		}
		to[key][member] = true
	}
	memberships := 0.0
	for _, edge := range c.Edges["member_of"] {
		user, group, _ := strings.Cut(edge, " ")
		if group != "group/"+c.Everyone {
			memberships++
			add(members, group, user)
		}
	}
	for _, edge := range c.Edges["assigned"] {
		user, app, _ := strings.Cut(edge, " ")
		add(having, app, user)
	}
	withApps, everybody := map[string]bool{}, map[string]bool{}
	for _, edge := range c.Edges["assigned_via"] {
		group, app, _ := strings.Cut(edge, " ")
		withApps[group] = true
		if group == "group/"+c.Everyone {
			everybody[app] = true
		}
		for user := range members[group] {
			add(having, app, user)
		}
	}
	pages := func(n, of int) float64 { return math.Ceil(float64(n) / float64(of)) }
	apps := pages(c.Count("app"), 200)
	for ref := range c.Entities["app"] {
		if !everybody["app/"+ref] {
			apps += max(pages(len(having["app/"+ref]), 500), 1)
		}
	}
	return map[string]float64{
		"/api/v1/users":   pages(c.Count("user"), 200) + float64(len(c.Edges["has_role"])),
		"/api/v1/groups":  pages(c.Count("group"), 200) + float64(len(members)) + math.Ceil(memberships/1000) + float64(len(withApps)),
		"/api/v1/apps":    apps,
		"/api/v1/devices": pages(c.Count("device"), 200),
	}
}

// least is how long calls take at least, of whose limit a minute one token has the half.
func least(calls map[string]float64) time.Duration {
	limits := map[string]float64{"/api/v1/users": 600, "/api/v1/groups": 500, "/api/v1/apps": 100, "/api/v1/devices": 100}
	var minutes float64
	for bucket, limit := range limits {
		minutes = max(minutes, calls[bucket]/(limit/2))
	}
	return time.Duration(minutes * float64(time.Minute))
}

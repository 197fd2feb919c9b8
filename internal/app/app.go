package app

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"sallyport/internal/api"
	"sallyport/internal/audit"
	"sallyport/internal/backtest"
	"sallyport/internal/console"
	"sallyport/internal/flow"
	"sallyport/internal/letter"
	"sallyport/internal/live"
	"sallyport/internal/notify"
	"sallyport/internal/okta"
	"sallyport/internal/pipeline"
	"sallyport/internal/portal"
	"sallyport/internal/relay"
	"sallyport/internal/remedy"
	"sallyport/internal/source"
	"sallyport/internal/store"
)

// App is a server that has been put together.
type App struct {
	*Core
	Addr  net.Addr
	Doors *portal.Portal
	Live  *live.Hub

	sandboxOrg string // slug
	single     *portal.SSO

	metrics   *api.Metrics
	runner    *flow.Runner
	sender    *notify.Sender
	letters   *letter.Sender
	scimLog   *api.SCIMLog
	backtests *backtest.Runner
	setups    *setups
	auditing  *audit.Stream // nil where the audit log is sent nowhere
	poller    *source.Poller
	node      *node
	relay     *relay.Relay // nil where there is one server only
	syncer    *syncer
	judge     *judge
	clock     *flow.Scheduler
	http      *http.Server
	ln        net.Listener
	working   atomic.Bool
}

// New puts a server together, from the database up to the listener. What it
// opened before a failure is closed again.
func New(ctx context.Context, o Options) (*App, error) {
	c, err := OpenCore(ctx, o)
	if err != nil {
		return nil, err
	}
	if err := c.DB.Own(); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	a := &App{Core: c, Live: &live.Hub{}, node: &node{core: c}, backtests: &backtest.Runner{Shelf: c.DB.Backtests, Log: c.Log, Now: c.Now}, sandboxOrg: cmp.Or(o.SandboxOrg, DefaultOrganization)}
	if err := a.listen(ctx); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	if err := c.checkKeys(ctx); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	if bus := c.DB.Bus(); bus != nil {
		a.relay = &relay.Relay{Self: c.DB.Self(), Bus: bus, Hub: a.Live, Quota: c.Quota, Most: store.MaxText, Log: c.Log}
		a.Live.Pass = a.relay.Tell
	}
	if err := a.node.admit(ctx); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	a.backtests.Changed = func(j backtest.Job) { a.Live.Publish(j.Org, api.BacktestChanged(j)) }
	a.metrics = api.NewMetrics(prometheus.NewRegistry(), c.DB.Runs)
	a.metrics.Watch(api.Watched{DB: c.DB, Budgets: c.Quota.Usage, Version: c.Version, Now: c.Now})
	c.Engine.Watch(a.called)
	a.watch()
	a.runner = &flow.Runner{
		Store: c.DB.Runs, Library: c.Library, Catalogue: c.Catalogue, Gate: c.Guard, Caller: c.Engine, Sources: reads{c}, Planner: planner{c}, Keys: c.Keys, Tracer: c.Tracer,
		Now: c.Now, Log: c.Log, Changed: a.runChanged, Export: c.export, Address: c.address, Answered: func(org, run, flowID string) { a.Live.Publish(org, api.RunChanged(run, flowID, flow.Running)) },
	}
	a.sender = a.newSender()
	if a.auditing, err = c.auditStream(); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	if a.letters, err = a.newLetters(ctx); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	a.metrics.WatchMail(c.DB.Letters, a.letters.Health)
	a.Doors = c.portal(a.letters.Office)
	if err := a.newSSO(); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	c.DB.WatchSessions(func(org, session string) { a.Live.Publish(org, api.SessionEnded(session)) })
	a.poller = &source.Poller{
		Store: c.DB.Sources, Leases: c.DB.Leases, Sink: c.Pipeline, Fetcher: func(s source.Source) okta.Fetcher { return logFetcher{c, s} },
		Holder: c.DB.Self(), Intervals: source.Intervals(c.Config.Poll), Now: c.Now, Tracer: c.Tracer, Log: c.Log,
	}
	a.syncer, a.judge = newSyncer(c, a.Live), newJudge(c, a.Live)
	a.setups = a.newSetups()
	a.clock = &flow.Scheduler{Times: c.DB.Starts, Now: c.Now, Log: c.Log, Started: func(r flow.Run) { a.runChanged(r.Org, r.ID, r.Flow, flow.Queued) }}
	handler, err := a.handler()
	if err != nil {
		return nil, errors.Join(err, a.Close())
	}
	a.http = &http.Server{
		Handler: handler, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(150) // a third fewer collections, for a heap that is small beside the rest
	}
	// What connectors were compiled with, and passwords are hashed with, is several
	// times what stays.
	debug.FreeOSMemory()
	return a, nil
}

// listen opens the listener. With port 0 the URL of the server follows from the
// port that was given.
func (a *App) listen(ctx context.Context) error {
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", a.Config.Listen)
	if err != nil {
		return err // it says "listen", and where
	}
	a.Addr = ln.Addr()
	a.Config.Listen = ln.Addr().String()
	if a.Config.Exposed() {
		a.Log.WarnContext(ctx, "others reach this server over plain HTTP, and passwords and sessions can be read on the way: "+
			"set tls, or put a proxy with a certificate before it and set base_url to its https URL", "listen", a.Config.Listen)
	}
	if t := a.Config.TLS; t.CertFile != "" {
		cert, err := tls.LoadX509KeyPair(t.CertFile, t.KeyFile)
		if err != nil {
			return errors.Join(fmt.Errorf("load certificate: %w", err), ln.Close())
		}
		ln = tls.NewListener(ln, &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12})
	}
	a.ln = ln
	return nil
}

// watch passes on what the pipeline accepts to whoever looks.
func (a *App) watch() {
	a.Remedies.Changed = a.remedyChanged
	a.Pipeline.Accepted = func(b source.Batch, o pipeline.Outcome) {
		if b.Source != "" { // else no events came: time passed
			a.metrics.Accepted(string(b.Via), len(o.Fresh))
			a.metrics.Ahead(len(o.Ahead))
			a.metrics.Batch(b.Via, newest(o.Fresh, a.Now()))
			a.Live.Publish(b.Org, live.Message{Topic: live.Source, ID: b.Source})
		}
		if len(o.Fresh) > 0 {
			a.Live.Publish(b.Org, api.EventsAccepted(b.Source, len(o.Fresh)))
		}
		for _, t := range o.Alerts {
			a.metrics.Found(t.Alert.Severity, t.Opened)
			a.Live.Publish(b.Org, api.AlertChanged(t.Alert))
		}
		for _, r := range o.Runs {
			a.metrics.RunChanged(flow.Queued)
			a.Live.Publish(b.Org, api.RunChanged(r.ID, r.Flow, flow.Queued))
		}
	}
}

func (a *App) runChanged(org, run, flowID string, s flow.State) {
	a.metrics.RunChanged(s)
	a.Live.Publish(org, api.RunChanged(run, flowID, s))
}

// handler is every way in over HTTP.
func (a *App) handler() (http.Handler, error) {
	proxies, err := a.Config.TrustedProxies()
	if err != nil {
		return nil, err
	}
	templates, err := a.Templates()
	if err != nil {
		return nil, err
	}
	checks, err := a.Checks()
	if err != nil {
		return nil, err
	}
	a.scimLog = api.NewSCIMLog(a.DB.SCIMExchanges.Add, a.Log)
	d := api.Deps{
		SCIMLog: a.scimLog, Provisioning: a.provisioning(),
		DB: a.DB, Portal: a.Doors, SSO: a.single, Library: a.Library, Rules: a.Rules, Backtests: a.backtests, Catalogue: a.Catalogue, Shelf: a.Shelf, Engine: a.Engine, Guard: a.Guard, Remedies: a.Remedies, Ask: a.Ask, Keys: a.Keys,
		Live: a.Live, Templates: templates, Exchange: a.Exchange, People: &okta.People{Now: a.Now}, Metrics: a.metrics, Log: a.Log, Now: a.Now, Version: a.Version, BaseURL: a.Config.URL(), CallRate: a.Config.EndpointRate, SCIMRate: a.Config.SCIMRate,
		Proxies: proxies, Sandbox: a.Config.SandboxURL, SandboxOrg: a.sandboxOrg, MetricsToken: a.Config.MetricsToken, Sink: a.Pipeline, SourcesChanged: a.poller.Wake, Meet: a.meet, OktaSetups: a.setups, SyncsChanged: a.syncer.Wake, Checks: checks, Judge: a.judge.Judge, PostureChanged: a.judge.Changed, Notices: a.sender, AuditStream: a.auditing, Letters: a.letters,
		Working: func() error {
			if !a.working.Load() {
				return errors.New("the workers do not run")
			}
			return a.node.fit()
		},
	}
	served, err := api.New(d)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	hooks := &source.Hooks{Store: a.DB.Sources, Sink: a.Pipeline, Keys: a.Keys, Now: a.Now, Tracer: a.Tracer, Log: a.Log}
	for _, path := range source.HookPaths() {
		mux.Handle(path, api.SecureAnswers(a.Config.URL(), hooks))
	}
	streams := &source.Streams{Store: a.DB.Sources, Sink: a.Pipeline, Healthy: a.DB.Ping, Now: a.Now, Tracer: a.Tracer, Log: a.Log}
	for _, path := range source.StreamPaths() {
		mux.Handle(path, api.SecureAnswers(a.Config.URL(), streams))
	}
	for _, path := range []string{"/api/", "/scim/", "/sso/", "/saml/", "/hooks/slack/", "/oauth/", "/healthz", "/readyz", "/metrics"} {
		mux.Handle(path, served)
	}
	pages, err := console.Handler()
	if err != nil {
		return nil, err
	}
	mux.Handle("/", api.Secure(a.Config.URL(), pages))
	mux.Handle("/sso", api.Secure(a.Config.URL(), pages)) // the page itself; what lies under it is the server's
	return mux, nil
}

// sweepEvery is how often what has ended is forgotten.
const sweepEvery = time.Hour

// keepAnswers is how long the answer of a run is kept, sealed, after its end: whoever
// waits for it reads it at once.
const keepAnswers = 10 * time.Minute

// keepMinutes is how long it is known what sources did in each minute.
const keepMinutes = 25 * time.Hour

// keepHidden is how long it is kept what suppressions hid.
const keepHidden = 30 * 24 * time.Hour

// keepNotices is how long it is kept what channels told.
const keepNotices = 90 * 24 * time.Hour

// keepLetters is how long it is kept to whom the server wrote.
const keepLetters = 90 * 24 * time.Hour

// elapseEvery is how often it is decided what time alone decides.
const elapseEvery = 15 * time.Second

// elapse lets time decide for the rules that wait for what does not happen, until
// ctx ends.
func (a *App) elapse(ctx context.Context) {
	tick := time.NewTicker(elapseEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		if err := a.decide(ctx); err != nil && ctx.Err() == nil {
			a.Log.WarnContext(ctx, "what is due not decided", "err", err)
		}
		if err := a.DB.Letters.Wipe(ctx); err != nil && ctx.Err() == nil {
			a.Log.WarnContext(ctx, "letters that expired not wiped", "err", err)
		}
		if err := a.DB.Notices.Overdue(ctx); err != nil && ctx.Err() == nil {
			a.Log.WarnContext(ctx, "alerts that are overdue not looked for", "err", err)
		}
		if err := a.expiring(ctx); err != nil && ctx.Err() == nil {
			a.Log.WarnContext(ctx, "exceptions that are over soon not looked for", "err", err)
		}
	}
}

func (a *App) decide(ctx context.Context) error {
	orgs, err := a.DB.Rules.DueOrganizations(ctx, a.Now())
	if err != nil {
		return err
	}
	for _, org := range orgs {
		seen, err := a.DB.Rules.SeenUntil(ctx, org, a.Now())
		if err != nil {
			return err
		}
		if err := a.Pipeline.Elapse(ctx, org, seen); err != nil {
			return err
		}
	}
	return nil
}

// sweep forgets sessions and links that have ended, and answers that were given,
// now and every hour until ctx ends.
func (a *App) sweep(ctx context.Context) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		for _, f := range a.forgetting() {
			if err := f.do(ctx); err != nil && ctx.Err() == nil {
				a.Log.WarnContext(ctx, "not swept", "what", f.what, "err", err)
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// forgetful is what is forgotten after a while.
type forgetful struct {
	what string
	do   func(context.Context) error
}

func (a *App) forgetting() []forgetful {
	older := func(keep time.Duration, forget func(context.Context, time.Time) error) func(context.Context) error {
		return func(ctx context.Context) error { return forget(ctx, a.Now().Add(-keep)) }
	}
	return []forgetful{
		{"sessions and links that ended", a.Doors.Sweep},
		{"answers of runs that ended", older(keepAnswers, a.DB.Runs.ForgetAnswers)},
		{"what sources did by the minute", older(keepMinutes, a.DB.Sources.ForgetMinutes)},
		{"what suppressions hid", older(keepHidden, a.DB.Suppressions.Forget)},
		{"notices of alerts", older(keepNotices, a.DB.Notices.Forget)},
		{"the audit log", a.pruneAudit},
		{"letters", older(keepLetters, a.DB.Letters.Forget)},
	}
}

// Run serves until ctx ends, then stops what it started, in reverse.
func (a *App) Run(ctx context.Context) error {
	if err := a.serveProfiles(ctx); err != nil {
		return errors.Join(err, a.Close())
	}
	workers, err := a.begin(ctx)
	if err != nil || workers == nil {
		return errors.Join(err, a.Close())
	}
	a.working.Store(true)
	beside, stopBeside := context.WithCancel(context.WithoutCancel(ctx))
	var besides sync.WaitGroup
	besides.Go(func() { a.node.run(beside) })
	if a.relay != nil {
		besides.Go(func() { a.relay.Run(beside) })
	}
	besides.Go(func() { a.poller.Run(beside) })
	besides.Go(func() { a.clock.Run(beside) })
	besides.Go(func() { a.syncer.Run(beside) })
	besides.Go(func() { a.judge.Run(beside) })
	besides.Go(func() { (&remedy.Clock{Engine: a.Remedies, Times: a.DB.RemedySchedules}).Run(beside) })
	besides.Go(func() { a.sweep(beside) })
	besides.Go(func() { a.elapse(beside) })
	besides.Go(func() { a.index(beside) })
	besides.Go(func() { a.retain(beside) })
	besides.Go(func() { a.signOn(beside) })
	if a.auditing != nil {
		besides.Go(func() { a.auditing.Run(beside) })
	}
	served := make(chan error, 1)
	go func() { served <- a.http.Serve(a.ln) }()
	select {
	case err = <-served:
	case <-ctx.Done():
	}
	a.working.Store(false)
	a.runner.Drain()
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), a.Config.Shutdown)
	defer cancel()
	if err == nil {
		a.endRequests(grace)
		a.setups.Close(grace)
		if err = <-served; errors.Is(err, http.ErrServerClosed) { // it was told to
			err = nil
		}
	}
	stopBeside()
	besides.Wait()
	err = errors.Join(err, workers.Stop(grace))
	a.node.leave(grace)
	return errors.Join(err, a.Close())
}

// begin starts the workers and tells other servers of this one. It returns nil
// where the server was told to stop before it had begun.
func (a *App) begin(ctx context.Context) (*store.Workers, error) {
	workers, err := a.DB.StartWorkers(ctx, store.WorkerOptions{Workers: a.Config.Workers, Run: a.runner.Work, Notice: a.sender.Work, Letter: a.letters.Work, Remedy: a.Remedies.Work, Log: a.Log})
	if err == nil {
		if err = a.node.join(ctx, a.Addr.String()); err == nil {
			return workers, nil
		}
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), a.Config.Shutdown)
		defer cancel()
		err = errors.Join(err, workers.Stop(grace))
	}
	if ctx.Err() != nil {
		err = nil
	}
	return nil, err
}

// Close closes the listener and the database of a server that is not run, or not
// any more.
func (a *App) Close() error {
	err := a.ln.Close()
	if errors.Is(err, net.ErrClosed) { // it has served
		err = nil
	}
	a.backtests.Close()
	if a.scimLog != nil {
		a.scimLog.Write(context.Background())
	}
	return errors.Join(err, a.Core.Close())
}

// endRequests takes no new requests and waits for those under way, which need the
// database; those that take too long are cut off.
func (a *App) endRequests(grace context.Context) {
	a.Live.Close()
	if err := a.http.Shutdown(grace); err != nil {
		a.Log.WarnContext(grace, "requests were under way for too long and are cut off", "err", err)
		_ = a.http.Close() // what is open is closed, and nothing else is to be done
	}
}

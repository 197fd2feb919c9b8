package api

import (
	"cmp"
	"context"
	"runtime"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"sallyport/internal/quota"
	"sallyport/internal/source"
	"sallyport/internal/store"
)

// Watched is what figures are read from when somebody looks.
type Watched struct {
	DB      *store.DB
	Budgets func() []quota.Usage
	Version string
	Now     func() time.Time
}

// Bounds of figures that there is one of for each thing: those that are worst are
// shown.
const (
	mostSources = 200
	mostBuckets = 100
)

// Watch adds the figures of the server itself, of its database, queues, sources and
// rate limits.
func (m *Metrics) Watch(w Watched) {
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "sallyport_build_info", Help: "1, with the version of the program.", ConstLabels: prometheus.Labels{"version": w.Version, "go": runtime.Version()},
	})
	build.Set(1)
	m.registry.MustRegister(build, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), serverFigures{w, newDescs()})
}

type descs struct {
	jobs, oldest, behind, sources, budget, open, waited, waits, size, failing, flows *prometheus.Desc
}

func newDescs() descs {
	d := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("sallyport_"+name, help, labels, nil)
	}
	return descs{
		jobs:    d("jobs", "Jobs that are not done, by kind and state.", "kind", "state"),
		oldest:  d("job_oldest_seconds", "How long the oldest job has been waiting that could be worked at; 0 where none does."),
		behind:  d("source_behind_seconds", "Since when polling has not come to the end of a source's log: of the sources that are furthest behind.", "source", "name"),
		sources: d("sources", "Sources that are turned on, by whether their last attempt went well.", "state"),
		budget:  d("rate_limit_used_ratio", "How much of a rate limit is used up, by everybody as far as the peer says it: the highest of all credentials, by the limit's name.", "bucket"),
		open:    d("database_connections", "Connections to the database, by whether they are at work.", "state"),
		waited:  d("database_wait_seconds_total", "How long was waited for connections to the database."),
		waits:   d("database_waits_total", "How often a connection to the database was waited for."),
		size:    d("database_bytes", "What the database takes."),
		failing: d("database_failing", "1 where the database could not take what was written lately."),
		flows:   d("flows", "Flows that are turned on, of all organizations."),
	}
}

type serverFigures struct {
	Watched

	d descs
}

// Describe implements [prometheus.Collector].
func (f serverFigures) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{f.d.jobs, f.d.oldest, f.d.behind, f.d.sources, f.d.budget, f.d.open, f.d.waited, f.d.waits, f.d.size, f.d.failing, f.d.flows} {
		ch <- d
	}
}

// Collect implements [prometheus.Collector].
func (f serverFigures) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeTimeout)
	defer cancel()
	f.pools(ch)
	f.budgets(ch)
	for d, read := range map[*prometheus.Desc]func(context.Context, chan<- prometheus.Metric) error{f.d.jobs: f.queues, f.d.behind: f.behind, f.d.size: f.contents} {
		if err := read(ctx, ch); err != nil {
			ch <- prometheus.NewInvalidMetric(d, err)
		}
	}
}

func gauge(d *prometheus.Desc, v float64, labels ...string) prometheus.Metric {
	return prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
}

func (f serverFigures) pools(ch chan<- prometheus.Metric) {
	all := f.DB.Stats()
	ch <- gauge(f.d.open, float64(all.InUse), "busy")
	ch <- gauge(f.d.open, float64(all.Idle), "idle")
	ch <- prometheus.MustNewConstMetric(f.d.waits, prometheus.CounterValue, float64(all.WaitCount))
	ch <- prometheus.MustNewConstMetric(f.d.waited, prometheus.CounterValue, all.WaitDuration.Seconds())
	failing := 0.0
	if f.DB.Failing() != nil {
		failing = 1
	}
	ch <- gauge(f.d.failing, failing)
}

func (f serverFigures) budgets(ch chan<- prometheus.Metric) {
	used := map[string]float64{}
	for _, u := range f.Budgets() {
		limit := float64(cmp.Or(u.Limit, u.Cap))
		if limit == 0 {
			continue
		}
		ratio := float64(u.Used) / limit
		if u.Remaining >= 0 && u.Limit > 0 {
			ratio = max(ratio, 1-float64(u.Remaining)/limit)
		}
		used[u.Bucket] = max(used[u.Bucket], ratio)
	}
	names := make([]string, 0, len(used))
	for name := range used {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(used[b], used[a]), cmp.Compare(a, b)) })
	for _, name := range names[:min(len(names), mostBuckets)] {
		ch <- gauge(f.d.budget, used[name], name)
	}
}

func (f serverFigures) queues(ctx context.Context, ch chan<- prometheus.Metric) error {
	counts, err := f.DB.CountJobs(ctx)
	if err != nil {
		return err
	}
	n := map[[2]string]int{}
	for _, kind := range store.JobKinds() {
		for _, state := range []string{"available", "running", "retryable", "scheduled", "discarded"} {
			n[[2]string{kind, state}] = 0
		}
	}
	for _, c := range counts {
		n[[2]string{c.Kind, c.State}] = c.N
	}
	for k, v := range n {
		ch <- gauge(f.d.jobs, float64(v), k[0], k[1])
	}
	oldest, err := f.DB.OldestJob(ctx)
	if err != nil {
		return err
	}
	age := 0.0
	if !oldest.IsZero() {
		age = max(0, f.Now().Sub(oldest).Seconds())
	}
	ch <- gauge(f.d.oldest, age)
	return nil
}

func (f serverFigures) behind(ctx context.Context, ch chan<- prometheus.Metric) error {
	all, err := f.DB.Sources.All(ctx)
	if err != nil {
		return err
	}
	states := map[string]int{"ok": 0, "failing": 0}
	polled := []source.Source{}
	for _, s := range all {
		if s.Health.Failures > 0 {
			states["failing"]++
		} else {
			states["ok"]++
		}
		if s.Poll {
			polled = append(polled, s)
		}
	}
	for state, n := range states {
		ch <- gauge(f.d.sources, float64(n), state)
	}
	since := func(s source.Source) time.Time {
		if s.Health.LastPollAt.IsZero() {
			return s.CreatedAt
		}
		return s.Health.LastPollAt
	}
	slices.SortFunc(polled, func(a, b source.Source) int { return since(a).Compare(since(b)) })
	for _, s := range polled[:min(len(polled), mostSources)] {
		ch <- gauge(f.d.behind, max(0, f.Now().Sub(since(s)).Seconds()), s.ID, s.Name)
	}
	return nil
}

func (f serverFigures) contents(ctx context.Context, ch chan<- prometheus.Metric) error {
	size, err := f.DB.Size(ctx)
	if err != nil {
		return err
	}
	ch <- gauge(f.d.size, float64(size))
	flows, err := f.DB.Flows.CountOn(ctx)
	if err != nil {
		return err
	}
	ch <- gauge(f.d.flows, float64(flows))
	return nil
}

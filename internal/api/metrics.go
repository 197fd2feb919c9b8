package api

import (
	"context"
	"crypto/subtle"
	"net/http"
	"net/netip"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"sallyport/internal/errs"
	"sallyport/internal/flow"
	"sallyport/internal/store"
)

// Metrics are the figures at /metrics, in the text form of Prometheus.
type Metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	latency  *prometheus.HistogramVec
	events   *prometheus.CounterVec
	ahead    prometheus.Counter
	runs     *prometheus.CounterVec
	letters  *prometheus.CounterVec
	work     *workMetrics
}

// NewMetrics returns figures that are kept in a registry. Runs that have not
// ended are counted in the database when somebody looks.
func NewMetrics(reg *prometheus.Registry, runs store.Runs) *Metrics {
	m := &Metrics{
		registry: reg,
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "sallyport_http_requests_total", Help: "Requests to the API, by route and status.",
		}, []string{"route", "status"}),
		latency: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "sallyport_http_request_seconds", Help: "How long requests to the API took, streams left out, by route.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}, []string{"route"}),
		events: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "sallyport_events_accepted_total", Help: "Events that were accepted and not there before, by the way they came.",
		}, []string{"via"}),
		ahead: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "sallyport_events_ahead_total", Help: "Events that rules counted as published when they arrived, as they say that they were published long after.",
		}),
		runs: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "sallyport_run_changes_total", Help: "Changes of runs to a state.",
		}, []string{"state"}),
		letters: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "sallyport_letter_attempts_total", Help: "Attempts at letters by what they came to: sent, failed, expired, or queued for another.",
		}, []string{"state"}),
	}
	m.work = newWorkMetrics()
	reg.MustRegister(m.requests, m.latency, m.events, m.ahead, m.runs, m.letters, openRuns{runs})
	reg.MustRegister(m.work.all()...)
	m.begin()
	return m
}

// Accepted counts events that were accepted and not there before; via is how
// they came.
func (m *Metrics) Accepted(via string, n int) { m.events.WithLabelValues(via).Add(float64(n)) }

// Ahead counts events that were published ahead of this server's clock.
func (m *Metrics) Ahead(n int) { m.ahead.Add(float64(n)) }

// RunChanged counts a run's change to a state.
func (m *Metrics) RunChanged(s flow.State) { m.runs.WithLabelValues(string(s)).Inc() }

func (m *Metrics) request(r *http.Request, status int, took time.Duration) {
	route := r.Pattern
	if route == "" || route == "/" {
		route = "none"
	}
	m.requests.WithLabelValues(route, strconv.Itoa(status)).Inc()
	if route != "GET /api/v1/live" {
		m.latency.WithLabelValues(route).Observe(took.Seconds())
	}
}

// openRuns counts the runs that have not ended.
type openRuns struct{ runs store.Runs }

// scrapeTimeout bounds the counting.
const scrapeTimeout = 5 * time.Second

func (openRuns) desc() *prometheus.Desc {
	return prometheus.NewDesc("sallyport_runs_open", "Runs that have not ended, by state.", []string{"state"}, nil)
}

// Describe implements [prometheus.Collector].
func (o openRuns) Describe(ch chan<- *prometheus.Desc) { ch <- o.desc() }

// Collect implements [prometheus.Collector].
func (o openRuns) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeTimeout)
	defer cancel()
	n, err := o.runs.CountOpenOfAll(ctx)
	if err != nil {
		ch <- prometheus.NewInvalidMetric(o.desc(), err)
		return
	}
	for _, s := range []flow.State{flow.Queued, flow.Running, flow.Waiting} {
		ch <- prometheus.MustNewConstMetric(o.desc(), prometheus.GaugeValue, float64(n[s]), string(s))
	}
}

// serveMetrics answers who has the token, or where there is none, this machine.
func (s *server) serveMetrics(w http.ResponseWriter, r *http.Request) {
	if !s.mayScrape(r) {
		s.fail(w, r, errs.New(errs.Denied, "figures are for this machine, or for who has the metrics token"))
		return
	}
	promhttp.HandlerFor(s.Metrics.registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError}).ServeHTTP(w, r)
}

func (s *server) mayScrape(r *http.Request) bool {
	if !s.MetricsToken.Empty() {
		token, _ := bearer(r)
		return subtle.ConstantTimeCompare([]byte(token), []byte(s.MetricsToken.Reveal())) == 1
	}
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	forwarded := r.Header.Get("X-Forwarded-For") != "" || r.Header.Get("Forwarded") != "" // a proxy on this machine speaks for others
	return err == nil && peer.Addr().Unmap().IsLoopback() && !forwarded
}

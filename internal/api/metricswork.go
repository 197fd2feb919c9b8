package api

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"sallyport/internal/connector"
	"sallyport/internal/flow"
	"sallyport/internal/letter"
	"sallyport/internal/rule"
	"sallyport/internal/source"
)

// workMetrics are the figures of what is done between an event and its effects. No
// label has more values than the program knows by itself: neither organizations, nor
// people, nor what they name.
type workMetrics struct {
	batches  *prometheus.CounterVec
	lag      *prometheus.HistogramVec
	alerts   *prometheus.CounterVec
	hits     *prometheus.CounterVec
	calls    *prometheus.CounterVec
	callTook *prometheus.HistogramVec
	refused  *prometheus.CounterVec
}

func newWorkMetrics() *workMetrics {
	return &workMetrics{
		batches: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "sallyport_batches_total", Help: "Batches of events that were accepted, those without new ones among them, by the way they came.",
		}, []string{"via"}),
		lag: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "sallyport_event_lag_seconds", Help: "From an event being published to its being accepted, of the newest event of each batch, by the way it came.",
			Buckets: []float64{.1, .25, .5, 1, 2, 5, 10, 30, 60, 300, 1800, 7200},
		}, []string{"via"}),
		alerts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "sallyport_alerts_total", Help: "Alerts that rules opened, by severity.",
		}, []string{"severity"}),
		hits: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "sallyport_rule_hits_total", Help: "Alerts that batches opened or added to, by severity.",
		}, []string{"severity"}),
		calls: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "sallyport_connector_calls_total", Help: "Calls of connectors, by connector (own: those that organizations made) and what they came to: ok, credential, limited, doubt (nobody knows), failed.",
		}, []string{"connector", "outcome"}),
		callTook: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "sallyport_connector_call_seconds", Help: "How long calls of connectors took, waiting for rate limits included, by connector.",
			Buckets: []float64{.01, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
		}, []string{"connector"}),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "sallyport_sso_refused_total", Help: "Sign-ins by SAML that were refused, by the check that failed.",
		}, []string{"check"}),
	}
}

func (w *workMetrics) all() []prometheus.Collector {
	return []prometheus.Collector{w.batches, w.lag, w.alerts, w.hits, w.calls, w.callTook, w.refused}
}

// begin has the figures of everything that can be counted be there from the start,
// as 0: a rise from nothing is no rise to who computes rates.
func (m *Metrics) begin() {
	for _, via := range []source.Via{source.ViaPoll, source.ViaHook, source.ViaStream, source.ViaFile} {
		m.events.WithLabelValues(string(via))
		m.work.batches.WithLabelValues(string(via))
		m.work.lag.WithLabelValues(string(via))
	}
	for _, s := range []flow.State{flow.Queued, flow.Running, flow.Waiting, flow.Succeeded, flow.Failed, flow.Stopped, flow.Cancelled} {
		m.runs.WithLabelValues(string(s))
	}
	for _, s := range []letter.State{letter.Queued, letter.Sent, letter.Failed, letter.Expired} {
		m.letters.WithLabelValues(string(s))
	}
	for s := rule.Informational; s <= rule.Critical; s++ {
		m.work.alerts.WithLabelValues(s.String())
		m.work.hits.WithLabelValues(s.String())
	}
	m.work.refused.WithLabelValues("none")
}

// Batch counts a batch and how long its newest event took from being published; zero
// where it had none that was new.
func (m *Metrics) Batch(via source.Via, lag time.Duration) {
	m.work.batches.WithLabelValues(string(via)).Inc()
	if lag > 0 {
		m.work.lag.WithLabelValues(string(via)).Observe(lag.Seconds())
	}
}

// Found counts an alert that a batch opened or added to.
func (m *Metrics) Found(s rule.Severity, opened bool) {
	m.work.hits.WithLabelValues(s.String()).Inc()
	if opened {
		m.work.alerts.WithLabelValues(s.String()).Inc()
	}
}

// OwnConnector stands for every connector that organizations made themselves.
const OwnConnector = "own"

// Called counts a call of a connector.
func (m *Metrics) Called(of string, took time.Duration, err *connector.Error) {
	m.work.calls.WithLabelValues(of, outcome(err)).Inc()
	m.work.callTook.WithLabelValues(of).Observe(took.Seconds())
}

func outcome(err *connector.Error) string {
	switch {
	case err == nil:
		return "ok"
	case err.Auth:
		return "credential"
	case err.Status == 429:
		return "limited"
	case err.Sent && err.Status == 0:
		return "doubt"
	}
	return "failed"
}

// ssoRefused counts a sign-in that was refused.
func (m *Metrics) ssoRefused(check string) { m.work.refused.WithLabelValues(check).Inc() }

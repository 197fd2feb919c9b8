package api

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"

	"sallyport/internal/letter"
	"sallyport/internal/store"
)

// letterFigures are those of the server's own mail.
type letterFigures struct {
	letters store.Letters
	health  func() letter.Health
}

// LetterDone counts an attempt at a letter by what it came to.
func (m *Metrics) LetterDone(s letter.State) { m.letters.WithLabelValues(string(s)).Inc() }

// WatchMail adds figures of the letters that wait, and of the mail server.
func (m *Metrics) WatchMail(letters store.Letters, health func() letter.Health) {
	m.registry.MustRegister(letterFigures{letters, health})
}

func (letterFigures) queued() *prometheus.Desc {
	return prometheus.NewDesc("sallyport_letters_queued", "Letters that are not sent yet, by whether an attempt at them has failed.", []string{"tried"}, nil)
}

func (letterFigures) up() *prometheus.Desc {
	return prometheus.NewDesc("sallyport_mail_up", "Whether the mail server did its part when it was last asked; not there before that.", nil, nil)
}

// Describe implements [prometheus.Collector].
func (f letterFigures) Describe(ch chan<- *prometheus.Desc) {
	ch <- f.queued()
	ch <- f.up()
}

// Collect implements [prometheus.Collector].
func (f letterFigures) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeTimeout)
	defer cancel()
	fresh, again, err := f.letters.CountQueued(ctx)
	if err != nil {
		ch <- prometheus.NewInvalidMetric(f.queued(), err)
		return
	}
	ch <- prometheus.MustNewConstMetric(f.queued(), prometheus.GaugeValue, float64(fresh), "no")
	ch <- prometheus.MustNewConstMetric(f.queued(), prometheus.GaugeValue, float64(again), "yes")
	if h := f.health(); !h.At.IsZero() {
		up := 1.0
		if h.Error != "" {
			up = 0
		}
		ch <- prometheus.MustNewConstMetric(f.up(), prometheus.GaugeValue, up)
	}
}

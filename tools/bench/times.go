package main

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"time"
)

// times are how long things took, by their kind, and what went wrong with some.
type times struct {
	began time.Time
	mu    sync.Mutex
	took  map[string][]taken
	wrong map[string]int
	why   map[string]string // the first error of a kind
}

// taken is what one thing took, and when it was done, from the beginning on.
type taken struct{ d, at time.Duration }

func newTimes() *times {
	return &times{began: time.Now(), took: map[string][]taken{}, wrong: map[string]int{}, why: map[string]string{}}
}

func (t *times) add(kind string, d time.Duration) { t.addAt(kind, d, time.Now()) }

// addAt is add of something that was done a while ago.
func (t *times) addAt(kind string, d time.Duration, at time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.took[kind] = append(t.took[kind], taken{d, at.Sub(t.began)})
}

func (t *times) failed(kind string, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.wrong[kind]++; t.wrong[kind] == 1 {
		t.why[kind] = err.Error()
	}
}

func (t *times) one(kind string, d time.Duration, err error) {
	if err != nil {
		t.failed(kind, err)
		return
	}
	t.add(kind, d)
}

// kindReport says how long one kind of thing took, in milliseconds.
type kindReport struct {
	Kind      string  `json:"kind"`
	N         int     `json:"n"`
	PerSecond float64 `json:"a_second"`
	P50       float64 `json:"p50_ms"`
	P95       float64 `json:"p95_ms"`
	P99       float64 `json:"p99_ms"`
	Most      float64 `json:"max_ms"`
	Tenths    []int   `json:"p95_ms_in_tenths"` // of those that were done in each tenth of the time
	Errors    int     `json:"errors"`
	Error     string  `json:"error,omitempty"` // the first
}

func (t *times) report(seconds float64) []kindReport {
	t.mu.Lock()
	defer t.mu.Unlock()
	for kind := range t.wrong {
		if _, ok := t.took[kind]; !ok {
			t.took[kind] = nil // it is told of, too
		}
	}
	var out []kindReport
	for kind, took := range t.took {
		r := kindReport{Kind: kind, N: len(took), PerSecond: float64(len(took)) / seconds, Errors: t.wrong[kind], Error: t.why[kind]}
		parts := make([][]taken, 10)
		for _, one := range took {
			i := min(9, int(one.at.Seconds()*10/seconds))
			parts[i] = append(parts[i], one)
		}
		for _, part := range parts {
			r.Tenths = append(r.Tenths, int(at(part, 95)))
		}
		r.P50, r.P95, r.P99, r.Most = at(took, 50), at(took, 95), at(took, 99), at(took, 100)
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b kindReport) int { return strings.Compare(a.Kind, b.Kind) })
	return out
}

// at is what so many per cent of them took at most, in milliseconds; of none it is 0.
func at(took []taken, percent int) float64 {
	if len(took) == 0 {
		return 0
	}
	slices.SortFunc(took, func(a, b taken) int { return cmp.Compare(a.d, b.d) })
	return ms(took[min(len(took)-1, len(took)*percent/100)].d)
}

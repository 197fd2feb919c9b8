package main

import (
	"slices"
	"strings"
	"sync"
	"time"
)

// times are how long things took, by their kind, and what went wrong with some.
type times struct {
	mu    sync.Mutex
	took  map[string][]time.Duration
	wrong map[string]int
	why   map[string]string // the first error of a kind
}

func newTimes() *times {
	return &times{took: map[string][]time.Duration{}, wrong: map[string]int{}, why: map[string]string{}}
}

func (t *times) add(kind string, d time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.took[kind] = append(t.took[kind], d)
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
	Errors    int     `json:"errors"`
	Error     string  `json:"error,omitempty"` // the first
}

func (t *times) report(seconds float64) []kindReport {
	t.mu.Lock()
	defer t.mu.Unlock()
	for kind := range t.wrong {
		if t.took[kind] == nil {
			t.took[kind] = []time.Duration{}
		}
	}
	var out []kindReport
	for kind, took := range t.took {
		r := kindReport{Kind: kind, N: len(took), PerSecond: float64(len(took)) / seconds, Errors: t.wrong[kind], Error: t.why[kind]}
		if n := len(took); n > 0 {
			slices.Sort(took)
			r.P50, r.P95, r.P99, r.Most = ms(took[n/2]), ms(took[n*95/100]), ms(took[n*99/100]), ms(took[n-1])
		}
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b kindReport) int { return strings.Compare(a.Kind, b.Kind) })
	return out
}

package main

import (
	"os"
	"slices"
	"testing"

	"sallyport/internal/detect"
	"sallyport/internal/detect/plain"
	"sallyport/tools/traffic"
)

const corpus = "../../../shared/corpus"

// Of SigmaHQ's rules each event holds that was made for one, and no other; and
// what is found by all rules is what is right.
func TestFound(t *testing.T) {
	if _, err := os.Stat(corpus); err != nil {
		t.Skip("there is no ../shared/corpus")
	}
	own, err := sigmaRules(corpus + "/sigma")
	if err != nil {
		t.Fatal(err)
	}
	filters, err := oktaFilters(corpus + "/okta-detections")
	if err != nil {
		t.Fatal(err)
	}
	if len(own) != 23 || len(filters) != 37 {
		t.Errorf("%d rules and %d filters, want 23 and 37", len(own), len(filters))
	}
	rules := variants(slices.Concat(own, filters), 200)
	p, err := detect.Compile(rules)
	if err != nil {
		t.Fatal(err)
	}
	m, tr := p.Matcher(), traffic.New()
	for i := range 12_000 {
		raw := tr.Event(nil, i)
		got, err := m.Match(raw)
		if err != nil {
			t.Fatal(err)
		}
		if planted := i%traffic.HitEvery == traffic.HitEvery-1; planted != slices.ContainsFunc(got, func(rule int) bool { return rule < len(own) }) {
			t.Errorf("rules %v hold of event %d: %s", got, i, raw)
		}
		if i%6 != 0 && len(got) == 0 {
			continue // plain is slow
		}
		e, err := plain.Decode(raw)
		if err != nil {
			t.Fatal(err)
		}
		var want []int
		for k, r := range rules {
			if plain.Holds(r.Expr, e) {
				want = append(want, k)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("rules %v hold of event %d, want %v: %s", got, i, want, raw)
		}
	}
}

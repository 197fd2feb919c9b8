package scenario_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sallyport/internal/detect/correlate"
	"sallyport/internal/event"
	"sallyport/internal/rule"
	"sallyport/sandbox/okta"
	"sallyport/sandbox/okta/systemlog"
	"sallyport/sandbox/scenario"
	"sallyport/sandbox/traffic"
)

// town is an org with a clock, and the rules that are on by default.
type town struct {
	org    *okta.Org
	player *scenario.Player
	life   *traffic.Traffic
	book   *rule.Book
	store  correlate.Store

	mu    sync.Mutex
	clock time.Time
	read  map[string]bool // events that the rules have seen
}

func (x *town) now() time.Time {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.clock = x.clock.Add(time.Millisecond)
	return x.clock
}

func (x *town) set(at time.Time) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if at.After(x.clock) {
		x.clock = at
	}
}

// found is an alert: the hits of a rule about somebody.
type found struct {
	rule     string
	kind, id string
	tags     []string
	evidence map[string]bool // uuids
}

func build(t testing.TB, people int, seed uint64) *town {
	t.Helper()
	x := &town{clock: time.Date(2026, 3, 4, 9, 0, 0, 0, time.UTC), read: map[string]bool{}, store: &correlate.Memory{}}
	var err error
	if x.org, err = okta.New(okta.Options{Users: people, Seed: seed, Now: x.now, Mail: func(_, _, _ string) {}}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(x.org.Close)
	x.player = scenario.New(scenario.Options{Org: x.org, Seed: seed, Now: x.now})
	if x.life, err = traffic.New(traffic.Options{Org: x.org, Seed: seed, Now: x.now}); err != nil {
		t.Fatal(err)
	}
	x.book = pack(t)
	x.detect(t) // what was before
	return x
}

// pack compiles the rules of our own pack that are on by default.
func pack(t testing.TB) *rule.Book {
	t.Helper()
	own, err := rule.BuiltIn()
	if err != nil {
		t.Fatal(err)
	}
	shelf, report, err := rule.Load(own)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range report.Problems {
		t.Error(p)
	}
	on := slices.DeleteFunc(shelf.All(), func(r *rule.Rule) bool { return !r.Enabled })
	book, err := rule.NewBook(on)
	if err != nil {
		t.Fatal(err)
	}
	return book
}

// detect reads what is new in the log, as the server does, and returns the
// alerts: hits of a rule about the same one are one alert.
func (x *town) detect(t testing.TB) []found {
	t.Helper()
	fresh := x.org.Logged(1_000_000, func(e *systemlog.Event) bool { return !x.read[e.UUID] })
	slices.Reverse(fresh)
	p := event.NewParser()
	var batch []event.Event
	for _, e := range fresh {
		x.read[e.UUID] = true
		raw, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := p.Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		batch = append(batch, parsed)
	}
	var alerts []found
	for part := range slices.Chunk(batch, 500) {
		hits, err := x.book.Detect(t.Context(), part, x.store)
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range hits {
			id := h.Entity.ID
			i := slices.IndexFunc(alerts, func(a found) bool { return a.rule == h.Rule.Slug && a.kind == h.Kind && a.id == id })
			if i < 0 {
				alerts, i = append(alerts, found{h.Rule.Slug, h.Kind, id, h.Rule.Tags, map[string]bool{}}), len(alerts)
			}
			for _, e := range h.Evidence {
				alerts[i].evidence[e] = true
			}
		}
	}
	return alerts
}

// types lists the types of events.
func (x *town) types(uuids map[string]bool) []string {
	var out []string
	for _, e := range x.org.Logged(1_000_000, func(e *systemlog.Event) bool { return uuids[e.UUID] }) {
		if !slices.Contains(out, e.EventType) {
			out = append(out, e.EventType)
		}
	}
	slices.Sort(out)
	return out
}

// TestScenariosRaiseTheirAlerts plays each scenario and holds the alerts against
// what it says of itself: no more and no fewer, about whom, and by which events.
func TestScenariosRaiseTheirAlerts(t *testing.T) {
	for _, sc := range scenario.All() {
		t.Run(sc.Name, func(t *testing.T) {
			x := build(t, 150, 11)
			report, err := x.player.Run(t.Context(), sc.Name, "")
			if err != nil {
				t.Fatal(err)
			}
			var want, got []string
			for _, e := range report.Expected {
				events := slices.Sorted(slices.Values(e.Events))
				want = append(want, fmt.Sprintf("%s about %s %s by %v", e.Rule, e.Entity.Kind, e.Entity.ID, events))
			}
			tags := map[string]bool{}
			for _, a := range x.detect(t) {
				got = append(got, fmt.Sprintf("%s about %s %s by %v", a.rule, a.kind, a.id, x.types(a.evidence)))
				techniques := 0
				for _, tag := range a.tags {
					if technique, ok := strings.CutPrefix(tag, "attack.t"); ok {
						techniques++
						tags["T"+strings.ToUpper(technique)] = true
					}
				}
				if techniques == 0 {
					t.Errorf("%s says of no technique", a.rule)
				}
				for id := range a.evidence {
					if !slices.ContainsFunc(report.Events, func(e scenario.Event) bool { return e.UUID == id }) {
						t.Errorf("evidence of %s is %s, which the scenario did not cause", a.rule, id)
					}
				}
			}
			slices.Sort(want)
			slices.Sort(got)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			for _, technique := range sc.Techniques {
				if !tags[technique] {
					t.Errorf("no alert is tagged %s: %v", technique, slices.Sorted(maps.Keys(tags)))
				}
			}
		})
	}
}

// TestOrdinaryLifeIsQuiet plays an hour of a thousand people, of whom nothing
// bad happens to anybody.
func TestOrdinaryLifeIsQuiet(t *testing.T) {
	for seed := range uint64(3) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			x := build(t, 1000, seed)
			x.detect(t) // what was before
			before := len(x.read)
			x.life.Play(t.Context(), time.Hour, x.set)
			for _, a := range x.detect(t) {
				t.Errorf("%s about %s %s by %v", a.rule, a.kind, a.id, x.types(a.evidence))
				for _, e := range x.org.Logged(2, func(e *systemlog.Event) bool { return a.evidence[e.UUID] }) {
					t.Logf("%s %s %s %v", e.EventType, e.Outcome.Result, *e.Client.IPAddress, e.DebugContext.DebugData)
				}
			}
			if n := len(x.read) - before; n < 7000 {
				t.Errorf("only %d events", n)
			}
		})
	}
}

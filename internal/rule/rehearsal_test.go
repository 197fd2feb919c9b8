package rule_test

import (
	"context"
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

// logged returns the events of an org's log, the oldest first.
func logged(t testing.TB, org *okta.Org) []event.Event {
	t.Helper()
	parser := event.NewParser()
	var out []event.Event
	for _, e := range org.Logged(1_000_000, func(*systemlog.Event) bool { return true }) {
		raw, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := parser.Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, parsed)
	}
	slices.Reverse(out)
	return out
}

// byDefault are the built-in rules that are on.
func byDefault(t testing.TB) *rule.Book {
	t.Helper()
	book, err := rule.NewBook(slices.DeleteFunc(builtIn(t).All(), func(r *rule.Rule) bool { return !r.Enabled }))
	if err != nil {
		t.Fatal(err)
	}
	return book
}

// since finds the hits of an org's log, those too that come when a day has
// passed, but for what fires by the events of before alone.
func since(t *testing.T, book *rule.Book, before, events []event.Event) []rule.Hit {
	t.Helper()
	old := map[string]bool{}
	for _, e := range before {
		old[e.UUID] = true
	}
	var memory correlate.Memory
	byID := map[string]event.Event{}
	for _, e := range events {
		byID[e.UUID] = e
	}
	hits, err := book.Detect(t.Context(), events, &memory)
	if err != nil {
		t.Fatal(err)
	}
	due, err := book.Due(t.Context(), events[len(events)-1].Published.Add(24*time.Hour), &memory, func(_ context.Context, uuid string) (event.Event, bool, error) {
		e, ok := byID[uuid]
		return e, ok, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(append(hits, due...), func(h rule.Hit) bool { return old[h.Event.UUID] })
}

// clock is one that is set.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(time.Millisecond)
	return c.now
}

func (c *clock) set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = at
}

// TestAnOrdinaryHourIsQuiet plays an hour in which a thousand people do nothing
// but work: none of the rules that are on fires.
func TestAnOrdinaryHourIsQuiet(t *testing.T) {
	c := &clock{now: time.Date(2026, 3, 4, 9, 0, 0, 0, time.UTC)}
	org, err := okta.New(okta.Options{Users: 1000, Seed: 5, Now: c.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(org.Close)
	life, err := traffic.New(traffic.Options{Org: org, Seed: 5, Now: c.Now})
	if err != nil {
		t.Fatal(err)
	}
	before := logged(t, org)
	life.Play(t.Context(), time.Hour, c.set)
	events := logged(t, org)
	count := map[string]int{}
	for _, h := range since(t, byDefault(t), before, events) {
		count[fmt.Sprintf("%s about %s %s", h.Rule.Slug, h.Kind, h.Entity.AlternateID)]++
	}
	for _, what := range slices.Sorted(maps.Keys(count)) {
		t.Errorf("%d × %s", count[what], what)
	}
	if len(events)-len(before) < 5000 {
		t.Errorf("only %d events", len(events)-len(before))
	}
}

// TestScenariosRaiseWhatTheySay plays every scenario of the sandbox: the rules
// that it names fire, about whom it says, and no other.
func TestScenariosRaiseWhatTheySay(t *testing.T) {
	book := byDefault(t)
	for _, sc := range scenario.All() {
		t.Run(sc.Name, func(t *testing.T) {
			c := &clock{now: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)}
			org, err := okta.New(okta.Options{Users: 120, Seed: 11, Now: c.Now})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(org.Close)
			before := logged(t, org)
			report, err := scenario.New(scenario.Options{Org: org, Seed: 11, Now: c.Now}).Run(t.Context(), sc.Name, "")
			if err != nil {
				t.Fatal(err)
			}
			want, got := map[string]bool{}, map[string]bool{}
			for _, e := range report.Expected {
				want[fmt.Sprintf("%s about %s %s", e.Rule, e.Entity.Kind, e.Entity.ID)] = true
			}
			for _, h := range since(t, book, before, logged(t, org)) {
				got[fmt.Sprintf("%s about %s %s", h.Rule.Slug, h.Kind, h.Entity.ID)] = true
				if !slices.Contains(h.Evidence, h.Event.UUID) {
					t.Errorf("%s: its event is no evidence", h.Rule.Slug)
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("wanted - and got +\n%s", strings.TrimSpace(diff))
			}
		})
	}
}

package rule_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sallyport/internal/detect/correlate"
	"sallyport/internal/event"
	"sallyport/internal/rule"
)

const counting = `title: Three resets by one
id: 0f7b6a0c-9f3e-4b0b-9a55-4d5c7e0f2a10
correlation: { type: event_count, rules: [reset], group-by: [actor.id], timespan: 1h, condition: { gte: 3 } }
sallyport: { entity: actor }
---
title: A reset
name: reset
logsource: { product: okta, service: okta }
detection: { selection: { eventType: user.mfa.factor.reset_all }, condition: selection }
`

// of makes an event of a type, by somebody, so many minutes after nine.
func of(t *testing.T, id, eventType, actor string, minute int) event.Event {
	t.Helper()
	raw := fmt.Sprintf(`{"uuid":%q,"eventType":%q,"published":%q,"actor":{"id":%q,"type":"User","alternateId":"%s@example.com"}}`,
		id, eventType, time.Date(2026, 3, 2, 9, minute, 0, 0, time.UTC).Format(time.RFC3339), actor, actor)
	e, err := event.NewParser().Parse([]byte(raw))
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func book(t *testing.T, files map[string]string) *rule.Book {
	t.Helper()
	shelf, report := load(t, files)
	if len(report.Problems) > 0 {
		t.Fatal(problems(report))
	}
	b, err := rule.NewBook(shelf.All())
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// told writes hits in lines.
func told(hits []rule.Hit) string {
	lines := make([]string, len(hits))
	for i, h := range hits {
		lines[i] = fmt.Sprintf("%s by %s about %s %s: %d of %s", h.Rule.Slug, h.Event.UUID, h.Kind, h.Entity.ID, h.Count, strings.Join(h.Evidence, " "))
	}
	return strings.Join(lines, "\n")
}

func TestDetect(t *testing.T) {
	const kind = "user.mfa.factor.reset_all"
	b := book(t, map[string]string{"three.yaml": counting, "one.yaml": minimal})
	events := []event.Event{of(t, "u1", kind, "a", 0), of(t, "u2", kind, "b", 1), of(t, "u3", "user.session.start", "a", 2), of(t, "u4", kind, "a", 3), of(t, "u5", kind, "a", 4)}
	var memory correlate.Memory
	hits, err := b.Detect(t.Context(), events, &memory)
	if err != nil {
		t.Fatal(err)
	}
	want := "one by u1 about user a: 1 of u1\none by u2 about user b: 1 of u2\none by u4 about user a: 1 of u4\none by u5 about user a: 1 of u5\nthree by u5 about user a: 3 of u1 u4 u5"
	if diff := cmp.Diff(want, told(hits)); diff != "" {
		t.Error(diff)
	}
	last := hits[len(hits)-1]
	if diff := cmp.Diff(map[string]string{"actor.id": "a"}, last.Group); diff != "" {
		t.Error(diff)
	}
	if last.From != events[0].Published || last.To != events[4].Published {
		t.Errorf("from %s to %s", last.From, last.To)
	}
	again, err := b.Detect(t.Context(), events[4:], &memory)
	if err != nil || told(again) != "one by u5 about user a: 1 of u5" {
		t.Errorf("an event that comes twice counts once: %s, %v", told(again), err)
	}
}

func TestWhatIsNoNewsIsNoHit(t *testing.T) {
	const kind = "user.mfa.factor.reset_all"
	b := book(t, map[string]string{"three.yaml": counting, "one.yaml": minimal})
	m, err := b.Match([]event.Event{of(t, "u1", kind, "a", 0), of(t, "u2", kind, "a", 1), of(t, "u3", kind, "a", 2)}, nil)
	if err != nil || !m.Any() {
		t.Fatalf("%v", err)
	}
	var memory correlate.Memory
	hits, err := m.Hits(t.Context(), func(uuid string) bool { return uuid != "u2" }, &memory)
	if err != nil || told(hits) != "one by u1 about user a: 1 of u1\none by u3 about user a: 1 of u3" {
		t.Errorf("%s, %v", told(hits), err)
	}
	if m, err = b.Match([]event.Event{of(t, "u4", "user.session.start", "a", 3)}, nil); err != nil || m.Any() {
		t.Errorf("something is found in nothing: %v", err)
	}
}

// TestSkip passes over an event for one of two rules: each is asked for itself,
// and what a correlation passes over, or a rule that it counts, is not counted.
func TestSkip(t *testing.T) {
	const kind = "user.mfa.factor.reset_all"
	b := book(t, map[string]string{"three.yaml": counting, "one.yaml": minimal})
	events := []event.Event{of(t, "u1", kind, "a", 0), of(t, "u2", kind, "a", 1), of(t, "u3", kind, "a", 2)}
	for name, tc := range map[string]struct{ rule, event, want string }{
		"of a single rule": {"one", "u1", "one one three"},
		"of a correlation": {"three", "u1", "one one one"},
		"of its part":      {"three.reset", "u1", "one one one"},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := b.Match(events, func(r *rule.Rule, e event.Event) bool { return r.Slug == tc.rule && e.UUID == tc.event })
			if err != nil {
				t.Fatal(err)
			}
			var memory correlate.Memory
			hits, err := m.Hits(t.Context(), nil, &memory)
			if err != nil {
				t.Fatal(err)
			}
			var slugs []string
			for _, h := range hits {
				slugs = append(slugs, h.Rule.Slug)
			}
			if got := strings.Join(slugs, " "); got != tc.want {
				t.Errorf("%s, want %s", got, tc.want)
			}
		})
	}
}

// TestOnlyChosenRulesMakeHits takes a correlation alone, whose rule of another
// file is off: it counts, and says nothing itself.
func TestOnlyChosenRulesMakeHits(t *testing.T) {
	shelf, report := load(t, map[string]string{"one.yaml": minimal, "two.yaml": strings.Replace(correlated, "REF", "6f0d2a57-94b5-4e35-8a0c-6d0ad1f4b5a1", 1)})
	if len(report.Problems) > 0 {
		t.Fatal(problems(report))
	}
	two, _ := shelf.Get("pack/two")
	b, err := rule.NewBook([]*rule.Rule{two})
	if err != nil {
		t.Fatal(err)
	}
	var memory correlate.Memory
	hits, err := b.Detect(t.Context(), []event.Event{of(t, "u1", "user.mfa.factor.reset_all", "a", 0), of(t, "u2", "user.mfa.factor.reset_all", "a", 1)}, &memory)
	if err != nil || told(hits) != "two by u2 about user a: 2 of u1 u2" {
		t.Errorf("%s, %v", told(hits), err)
	}
}

const absent = `title: No new factor
id: 0f7b6a0c-9f3e-4b0b-9a55-4d5c7e0f2a11
sallyport: { entity: actor, correlation: { type: absent, rules: [gone], without: [back], group-by: [actor.id], timespan: 1h } }
---
title: Gone
name: gone
logsource: { product: okta, service: okta }
detection: { selection: { eventType: user.mfa.factor.deactivate }, condition: selection }
---
title: Back
name: back
logsource: { product: okta, service: okta }
detection: { selection: { eventType: user.mfa.factor.activate }, condition: selection }
`

func TestDue(t *testing.T) {
	b := book(t, map[string]string{"absent.yaml": absent})
	gone, back := of(t, "u1", "user.mfa.factor.deactivate", "a", 0), of(t, "u2", "user.mfa.factor.activate", "b", 5)
	find := func(_ context.Context, uuid string) (event.Event, bool, error) { return gone, uuid == "u1", nil }
	var memory correlate.Memory
	if hits, err := b.Detect(t.Context(), []event.Event{gone, back}, &memory); err != nil || len(hits) > 0 {
		t.Fatalf("%s, %v", told(hits), err)
	}
	if hits, err := b.Due(t.Context(), gone.Published.Add(30*time.Minute), &memory, find); err != nil || len(hits) > 0 {
		t.Errorf("too early: %s, %v", told(hits), err)
	}
	hits, err := b.Due(t.Context(), gone.Published.Add(2*time.Hour), &memory, find)
	if err != nil || told(hits) != "absent by u1 about user a: 1 of u1" {
		t.Errorf("%s, %v", told(hits), err)
	}
	if hits, err = b.Due(t.Context(), gone.Published.Add(3*time.Hour), &memory, find); err != nil || len(hits) > 0 {
		t.Errorf("again: %s, %v", told(hits), err)
	}
}

// TestFiltersAreAdded has a filter take an admin's events away, on the shelf
// that it is on and no other.
func TestFiltersAreAdded(t *testing.T) {
	one := rule.Parse("pack", "one.yaml", []byte(minimal))
	filter := rule.Parse("mine", "filter.yaml", []byte("title: Not by Ada\nlogsource: { product: okta, service: okta }\nfilter:\n  rules: [6f0d2a57-94b5-4e35-8a0c-6d0ad1f4b5a1]\n  selection: { actor.id: ada }\n  condition: not selection\n"))
	if len(one.Problems)+len(filter.Problems) > 0 {
		t.Fatal(one.Problems, filter.Problems)
	}
	events := []event.Event{of(t, "u1", "user.mfa.factor.reset_all", "ada", 0), of(t, "u2", "user.mfa.factor.reset_all", "bob", 1)}
	for want, files := range map[string][]rule.File{"one by u2 about user bob: 1 of u2": {one, filter}, "one by u1 about user ada: 1 of u1\none by u2 about user bob: 1 of u2": {one}} {
		shelf, report := rule.NewShelf(files...)
		b, err := rule.NewBook(shelf.All())
		if err != nil || len(report.Problems) > 0 {
			t.Fatal(problems(report), err)
		}
		if hits, err := b.Detect(t.Context(), events, &correlate.Memory{}); err != nil || told(hits) != want {
			t.Errorf("%s, %v", told(hits), err)
		}
	}
}

// TestABookIsShared has several goroutines read with one book.
func TestABookIsShared(t *testing.T) {
	b := book(t, map[string]string{"one.yaml": minimal})
	events := []event.Event{of(t, "u1", "user.mfa.factor.reset_all", "a", 0)}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 100 {
				if m, err := b.Match(events, nil); err != nil || !m.Any() {
					t.Errorf("%v", err)
					return
				}
			}
		})
	}
	wg.Wait()
}

func TestAnEventThatIsNoJSON(t *testing.T) {
	b := book(t, map[string]string{"one.yaml": minimal})
	if _, err := b.Match([]event.Event{{UUID: "u1", Raw: []byte(`{"a":`)}}, nil); err == nil || !strings.Contains(err.Error(), "match event u1") {
		t.Errorf("%v", err)
	}
}

// TestCorrelationsInACircle takes one of two out, so that the rest can be used.
func TestCorrelationsInACircle(t *testing.T) {
	other := strings.NewReplacer("0f7b6a0c", "0f7b6a0d", "REF", "a", "title:", "name: b\ntitle:").Replace(correlated)
	shelf, report := load(t, map[string]string{
		"a.yaml": strings.NewReplacer("REF", "b", "title:", "name: a\ntitle:").Replace(correlated), "b.yaml": other, "one.yaml": minimal,
	})
	if len(shelf.All()) != 1 || !strings.Contains(problems(report), "counts itself") {
		t.Errorf("%d rules: %s", len(shelf.All()), problems(report))
	}
}

// TestAheadOfTheClock has an event of a wrong clock among others: those are counted
// as if it had come when it did, and it with them.
func TestAheadOfTheClock(t *testing.T) {
	const kind = "user.mfa.factor.reset_all"
	b := book(t, map[string]string{"three.yaml": counting})
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	days := 2 * 24 * 60
	var memory correlate.Memory
	detect := func(minute int, e event.Event) (string, int) {
		m, err := b.Match([]event.Event{e}, nil)
		if err != nil {
			t.Fatal(err)
		}
		ahead := m.Arrived(now.Add(time.Duration(minute) * time.Minute))
		hits, err := m.Hits(t.Context(), nil, &memory)
		if err != nil {
			t.Fatal(err)
		}
		return told(hits), len(ahead)
	}
	for _, step := range []struct {
		arrived, published int
		uuid, hits         string
		ahead              int
	}{
		{0, days, "u1", "", 1},
		{1, 11, "u2", "", 0}, // as far ahead as an event may be late
		{2, 2, "u3", "three by u3 about user a: 3 of u1 u3 u2", 0},
		{3, 2 * days, "u4", "three by u4 about user a: 4 of u1 u3 u4 u2", 1},
		{61, 61, "u5", "three by u5 about user a: 4 of u3 u4 u2 u5", 0}, // u1 counts from when it arrived
	} {
		if hits, ahead := detect(step.arrived, of(t, step.uuid, kind, "a", step.published)); hits != step.hits || ahead != step.ahead {
			t.Errorf("%s: %q, %d ahead; want %q, %d", step.uuid, hits, ahead, step.hits, step.ahead)
		}
	}
	// History is not held against a clock.
	past := correlate.Memory{}
	hits, err := b.Detect(t.Context(), []event.Event{of(t, "h1", kind, "a", days), of(t, "h2", kind, "a", days+1), of(t, "h3", kind, "a", days+2)}, &past)
	if err != nil || told(hits) != "three by h3 about user a: 3 of h1 h2 h3" {
		t.Errorf("history: %s, %v", told(hits), err)
	}
}

package correlate_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sallyport/internal/detect/correlate"
)

// naive says whether some window with the last of the occurrences in it has
// enough, by trying all windows that begin or end with one.
func naive(s *correlate.Spec, all []correlate.Occurrence, need int) bool {
	last := all[len(all)-1]
	var begins []time.Time
	for _, o := range all {
		begins = append(begins, o.At, o.At.Add(-s.Span))
	}
	for _, from := range begins {
		to := from.Add(s.Span)
		inside := func(o correlate.Occurrence) bool { return !o.At.Before(from) && !o.At.After(to) }
		if !inside(last) {
			continue
		}
		var window []correlate.Occurrence
		for _, o := range all {
			if inside(o) {
				window = append(window, o)
			}
		}
		if enough(s, window, last, need) {
			return true
		}
	}
	return false
}

func enough(s *correlate.Spec, window []correlate.Occurrence, last correlate.Occurrence, need int) bool {
	different := map[string]bool{}
	for _, o := range window {
		switch s.Type {
		case correlate.EventCount:
			different[o.UUID] = true
		case correlate.ValueCount:
			different[o.Value] = true
		case correlate.Temporal:
			different[o.Rule] = true
		default:
			return chain(s, window, last, 0, time.Time{}, false) >= need
		}
	}
	return len(different) >= need
}

// chain is the longest one of strictly later occurrences of later and later
// rules that has last in it.
func chain(s *correlate.Spec, window []correlate.Occurrence, last correlate.Occurrence, rule int, after time.Time, has bool) int {
	best := 0
	if !has {
		best = -1000
	}
	for _, o := range window {
		if r := slices.Index(s.Rules, o.Rule); r >= rule && o.At.After(after) {
			best = max(best, 1+chain(s, window, last, r+1, o.At, has || o == last))
		}
	}
	return best
}

// For every type that fires by an event: whatever the order in which events come
// in, some of them twice, the correlation fires with an event if and only if the
// naive count says so; so whether it fires at all does not depend on the order.
func TestAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rules := []string{"a", "b", "c"}[:rapid.IntRange(2, 3).Draw(t, "rules")]
		s := &correlate.Spec{
			ID: "s", Rules: rules, Span: 10 * time.Second, Lateness: time.Hour, Field: []string{"f"},
			Type: rapid.SampledFrom([]correlate.Type{correlate.EventCount, correlate.ValueCount, correlate.Temporal, correlate.TemporalOrdered}).Draw(t, "type"),
		}
		need := rapid.IntRange(2, len(rules)).Draw(t, "need")
		s.Condition = bounds("gte", float64(need))
		var events []correlate.Occurrence
		for i := range rapid.IntRange(1, 9).Draw(t, "events") {
			events = append(events, correlate.Occurrence{
				Rule: rapid.SampledFrom(rules).Draw(t, "rule"), UUID: fmt.Sprint(i),
				At:    at(rapid.IntRange(0, 30).Draw(t, "at")),
				Value: rapid.SampledFrom([]string{"x", "y", "z"}).Draw(t, "value"),
			})
		}
		fired := map[bool]bool{}
		for range 3 {
			order := rapid.Permutation(slices.Concat(events, events[:len(events)/2])).Draw(t, "order")
			fired[inOrder(t, s, order, need)] = true
		}
		if len(fired) != 1 {
			t.Fatalf("it fires in one order and not in another: %v", events)
		}
	})
}

// inOrder compares with the naive count, event by event.
func inOrder(t *rapid.T, s *correlate.Spec, order []correlate.Occurrence, need int) bool {
	g := correlate.NewGroup(s)
	var so []correlate.Occurrence
	any := false
	for _, o := range order {
		isNew := !slices.Contains(so, o)
		if isNew {
			so = append(so, o)
		}
		f, fires := g.Add(o)
		if want := isNew && naive(s, so, need); fires != want {
			t.Fatalf("after %v: fires %v, want %v", so, fires, want)
		}
		if fires {
			any = true
			if f.To.Sub(f.From) > s.Span || f.Count < need || !slices.Contains(f.UUIDs, o.UUID) {
				t.Fatalf("after %v: %+v", so, f)
			}
		}
	}
	return any
}

// What is decided at the end is the same in any order too.
func TestAnyOrderAtEnd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := &correlate.Spec{ID: "s", Type: correlate.Absent, Rules: []string{"a"}, Without: []string{"b"}, Span: 10 * time.Second, Lateness: time.Hour}
		if rapid.Bool().Draw(t, "few") {
			s.Type, s.Without, s.Condition = correlate.EventCount, nil, bounds("lte", 2)
		}
		var events []correlate.Occurrence
		for i := range rapid.IntRange(1, 9).Draw(t, "events") {
			events = append(events, correlate.Occurrence{
				Rule: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "rule"), UUID: fmt.Sprint(i), At: at(rapid.IntRange(0, 40).Draw(t, "at")),
			})
		}
		want := atEnd(s, events)
		for range 3 {
			g := correlate.NewGroup(s)
			for _, o := range rapid.Permutation(slices.Concat(events, events[:len(events)/2])).Draw(t, "order") {
				g.Add(o)
			}
			var got []string
			for f, ok := g.Due(at(100_000)); ok; f, ok = g.Due(at(100_000)) {
				got = append(got, fmt.Sprint(f.From.Sub(at(0)).Seconds()))
			}
			if slices.Sort(got); !slices.Equal(got, want) {
				t.Fatalf("%v: fires for %v, want %v", events, got, want)
			}
		}
	})
}

// atEnd is when the firings begin, by the definition.
func atEnd(s *correlate.Spec, events []correlate.Occurrence) []string {
	var begins []string
	sorted := slices.SortedStableFunc(slices.Values(events), func(a, b correlate.Occurrence) int { return a.At.Compare(b.At) })
	var over time.Time
	for _, o := range sorted {
		if o.Rule != "a" || s.Type == correlate.EventCount && !o.At.After(over) {
			continue
		}
		over = o.At.Add(s.Span)
		n, followed := 0, false
		for _, other := range sorted {
			if !other.At.Before(o.At) && !other.At.After(over) {
				followed = followed || other.Rule == "b"
				if other.Rule == "a" {
					n++
				}
			}
		}
		if s.Type == correlate.Absent && !followed || s.Type == correlate.EventCount && n <= 2 {
			begins = append(begins, fmt.Sprint(o.At.Sub(at(0)).Seconds()))
		}
	}
	slices.Sort(begins)
	return begins
}

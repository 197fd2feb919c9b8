package correlate_test

import (
	"fmt"
	"testing"
	"time"

	"sallyport/internal/detect/correlate"
)

// BenchmarkCount counts events in four correlations over 25,000 live groups. One
// event in twenty counts, as few of a System Log do; per op is one event of all.
func BenchmarkCount(b *testing.B) {
	user, ip := correlate.Field{Path: "user"}, correlate.Field{Path: "ip"}
	set, err := correlate.NewSet([]*correlate.Spec{
		{ID: "1", Type: correlate.EventCount, Rules: []string{"fail"}, Group: []correlate.Field{user}, Span: 10 * time.Minute, Condition: bounds("gte", 10)},
		{ID: "2", Type: correlate.ValueCount, Rules: []string{"fail"}, Group: []correlate.Field{ip}, Field: []string{"user"}, Span: 10 * time.Minute, Condition: bounds("gte", 20)},
		{ID: "3", Type: correlate.Temporal, Rules: []string{"fail", "push"}, Group: []correlate.Field{user}, Span: 10 * time.Minute, Condition: bounds("gte", 2)},
		{ID: "4", Type: correlate.TemporalOrdered, Rules: []string{"fail", "push", "login"}, Group: []correlate.Field{user}, Span: 10 * time.Minute},
	})
	if err != nil {
		b.Fatal(err)
	}
	const batch, users = 1000, 8000
	var store correlate.Memory
	events := make([]correlate.Event, 0, batch/20)
	values := make([]map[string][]string, users)
	for i := range values {
		values[i] = map[string][]string{"user": {fmt.Sprintf("user%d@example.com", i)}, "ip": {fmt.Sprintf("10.0.%d.%d", i/256, i%256)}}
	}
	rules := [][]string{{"fail"}, {"fail"}, {"push"}, {"login"}}
	b.ReportAllocs()
	n, fired := 0, 0
	for b.Loop() {
		n++
		if n%20 == 0 {
			i := n / 20
			v := values[i*7919%users]
			events = append(events, correlate.Event{
				UUID: fmt.Sprintf("0f0c9a4e-5d0b-4b0e-9d58-%012x", n), At: at(0).Add(time.Duration(n) * 2 * time.Millisecond), Rules: rules[i%4],
				Values: func(path string) []string { return v[path] },
			})
		}
		if n%batch != 0 {
			continue
		}
		firings, err := set.Count(b.Context(), &store, events)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := set.Due(b.Context(), &store, at(0).Add(time.Duration(n)*2*time.Millisecond)); err != nil {
			b.Fatal(err)
		}
		fired += len(firings)
		events = events[:0]
	}
	b.ReportMetric(float64(store.Len()), "groups")
	b.ReportMetric(float64(fired)/float64(n), "firings/event")
}

package rule_test

import (
	"testing"
	"time"

	"sallyport/internal/detect/correlate"
	"sallyport/internal/rule"
	"sallyport/sandbox/okta"
	"sallyport/sandbox/traffic"
)

// BenchmarkDetect runs the built-in rules that are on over ordinary events.
func BenchmarkDetect(b *testing.B) {
	c := &clock{now: time.Date(2026, 3, 4, 9, 0, 0, 0, time.UTC)}
	org, err := okta.New(okta.Options{Users: 100, Seed: 5, Now: c.Now})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(org.Close)
	life, err := traffic.New(traffic.Options{Org: org, Seed: 5, Now: c.Now})
	if err != nil {
		b.Fatal(err)
	}
	life.Play(b.Context(), time.Hour, c.set)
	events, book := logged(b, org), byDefault(b)
	size := 0
	for _, e := range events {
		size += len(e.Raw)
	}
	b.SetBytes(int64(size / len(events)))
	b.ReportAllocs()
	var memory correlate.Memory
	const batch = 500
	for n := 0; n < b.N; n += batch {
		at := n % max(1, len(events)-batch)
		if _, err := book.Detect(b.Context(), events[at:at+batch], &memory); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkShelf reads the built-in pack and puts it on a shelf, as is done for
// each organization whose rules have changed.
func BenchmarkShelf(b *testing.B) {
	own, err := rule.BuiltIn()
	if err != nil {
		b.Fatal(err)
	}
	files, err := own.Read()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		shelf, _ := rule.NewShelf(files...)
		if _, err := rule.NewBook(shelf.All()); err != nil {
			b.Fatal(err)
		}
	}
}

package id_test

import (
	"testing"
	"time"

	"sallyport/internal/id"
)

func TestOrder(t *testing.T) {
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	before, after := id.At(at), id.At(at.Add(time.Millisecond))
	if before >= after {
		t.Errorf("%s, made earlier, sorts after %s", before, after)
	}
	if len(before) != 20 || len(id.Short()) != 10 {
		t.Errorf("lengths are %d and %d", len(before), len(id.Short()))
	}
}

func TestUnique(t *testing.T) {
	at := time.Now()
	seen := map[string]bool{}
	for range 100_000 {
		s := id.At(at)
		if seen[s] {
			t.Fatalf("%s was made twice", s)
		}
		seen[s] = true
	}
}

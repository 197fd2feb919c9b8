package functions

import (
	"testing"

	"sallyport/internal/function"
	"sallyport/internal/value"
)

func TestNumberRandomInteger(t *testing.T) {
	check(t, "number.random_integer", map[string]example{
		"one":       {`{"from":7,"before":8}`, `{"number":7}`},
		"fractions": {`{"from":6.5,"before":"7.5"}`, `{"number":7}`},
		"none":      {`{"from":7,"before":7}`, ``},
		"null":      {`{}`, ``},
		"backwards": {`{"from":7,"before":1}`, ``},
	})
}

func TestNumberRandomIntegerDrawsAll(t *testing.T) {
	seen := map[any]bool{}
	for range 200 {
		out, err := find(t, "number.random_integer").Run(function.Env{}, value.Map("from", -1.0, "before", 2.0))
		if err != nil {
			t.Fatal(err)
		}
		seen[out.At("number")] = true
	}
	if len(seen) != 3 || !seen[-1.0] || !seen[0.0] || !seen[1.0] {
		t.Errorf("drew %v", seen)
	}
}

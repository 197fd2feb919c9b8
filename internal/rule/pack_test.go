package rule_test

import (
	"testing"

	"sallyport/internal/rule"
)

// builtIn loads the pack that is built in.
func builtIn(t *testing.T) *rule.Shelf {
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
		t.Errorf("%s", p)
	}
	return shelf
}

func TestBuiltInLoads(t *testing.T) {
	if n := len(builtIn(t).All()); n < 60 {
		t.Errorf("only %d rules", n)
	}
}

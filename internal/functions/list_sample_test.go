package functions

import (
	"testing"

	"sallyport/internal/function"
	"sallyport/internal/value"
)

func TestListSample(t *testing.T) {
	check(t, "list.sample", map[string]example{
		"none":     {`{"list":[1,2],"amount":0}`, `{"items":[]}`},
		"one":      {`{"list":[7],"amount":10}`, `{"items":[7]}`},
		"below":    {`{"list":[7],"amount":-1}`, `{"items":[]}`},
		"null":     {`{"amount":1}`, `{"items":[]}`},
		"no count": {`{"list":[1],"amount":"x"}`, ``},
	})
}

func TestListSampleDrawsEachOnce(t *testing.T) {
	all := []any{1.0, 2.0, 3.0, 4.0, 5.0}
	first := map[any]bool{}
	for range 100 {
		out, err := find(t, "list.sample").Run(function.Env{}, value.Map("list", all, "amount", 4.0))
		if err != nil {
			t.Fatal(err)
		}
		items := out.At("items").([]any)
		if got := setOf(items); len(items) != 4 || len(got.items) != 4 {
			t.Fatalf("drew %v", items)
		}
		first[items[0]] = true
	}
	if len(first) != 5 {
		t.Errorf("only %v came first", first)
	}
}

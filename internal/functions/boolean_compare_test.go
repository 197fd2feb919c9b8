package functions

import "testing"

func TestBooleanCompare(t *testing.T) {
	check(t, "boolean.compare", map[string]example{
		"equal":       {`{"a":200,"operator":"==","b":"200"}`, `{"result":true}`},
		"no operator": {`{"a":1,"b":2}`, `{"result":false}`},
		"dates":       {`{"a":{"$date":"2026-03-04T00:00:00Z"},"operator":"<","b":"2026-03-05"}`, `{"result":true}`},
		"empty":       {`{"operator":"is empty"}`, `{"result":true}`},
		"no such":     {`{"a":1,"operator":"~","b":2}`, ``},
	})
}

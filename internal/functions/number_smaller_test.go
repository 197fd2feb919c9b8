package functions

import "testing"

func TestNumberSmaller(t *testing.T) {
	check(t, "number.smaller", map[string]example{
		"of two":       {`{"a":1,"b":"10"}`, `{"number":1}`},
		"null is none": {`{"a":null,"b":2,"c":1}`, `{"number":1}`},
		"a word":       {`{"a":"x"}`, ``},
	})
}

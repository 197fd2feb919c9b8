package functions

import "testing"

func TestListAddToFront(t *testing.T) {
	check(t, "list.add_to_front", map[string]example{
		"an item": {`{"list":[1],"item":"x"}`, `{"list":["x",1]}`},
		"null":    {`{}`, `{"list":[null]}`},
	})
}

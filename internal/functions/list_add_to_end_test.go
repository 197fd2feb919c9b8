package functions

import "testing"

func TestListAddToEnd(t *testing.T) {
	check(t, "list.add_to_end", map[string]example{
		"an item": {`{"list":[1],"item":"x"}`, `{"list":[1,"x"]}`},
		"a list":  {`{"list":[1],"item":[2]}`, `{"list":[1,[2]]}`},
		"null":    {`{}`, `{"list":[null]}`},
	})
}

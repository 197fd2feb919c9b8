package functions

import "testing"

func TestListGetLastItem(t *testing.T) {
	check(t, "list.get_last_item", map[string]example{
		"items": {`{"list":["a","b","c"]}`, `{"item":"c","list":["a","b"]}`},
		"none":  {`{"list":[]}`, `{"item":null,"list":[]}`},
		"null":  {`{}`, `{"item":null,"list":[]}`},
	})
}

package functions

import "testing"

func TestListGetFirstItem(t *testing.T) {
	check(t, "list.get_first_item", map[string]example{
		"items": {`{"list":["a","b","c"]}`, `{"item":"a","list":["b","c"]}`},
		"one":   {`{"list":"a"}`, `{"item":"a","list":[]}`},
		"none":  {`{"list":[]}`, `{"item":null,"list":[]}`},
		"null":  {`{}`, `{"item":null,"list":[]}`},
	})
}

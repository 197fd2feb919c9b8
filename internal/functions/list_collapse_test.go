package functions

import "testing"

func TestListCollapse(t *testing.T) {
	check(t, "list.collapse", map[string]example{
		"later wins": {`{"list":[{"a":1,"b":1},{"b":2},null]}`, `{"object":{"a":1,"b":2}}`},
		"JSON text":  {`{"list":["{\"a\":1}"]}`, `{"object":{"a":1}}`},
		"null":       {`{}`, `{"object":{}}`},
		"no object":  {`{"list":[1]}`, ``},
	})
}

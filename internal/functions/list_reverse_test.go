package functions

import "testing"

func TestListReverse(t *testing.T) {
	check(t, "list.reverse", map[string]example{
		"items": {`{"list":[1,2,3]}`, `{"list":[3,2,1]}`},
		"null":  {`{}`, `{"list":[]}`},
	})
}

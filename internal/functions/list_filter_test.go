package functions

import "testing"

func TestListFilter(t *testing.T) {
	check(t, "list.filter", map[string]example{
		"by field":        {`{"list":[{"t":"User","id":1},{"t":"Group","id":2}],"path":"t","value":"User"}`, `{"list":[{"t":"User","id":1}],"count":1,"first":{"t":"User","id":1}}`},
		"by itself":       {`{"list":[1,2,1],"value":1}`, `{"list":[1,1],"count":2,"first":1}`},
		"none":            {`{"list":[],"path":"x","value":1}`, `{"list":[],"count":0,"first":null}`},
		"missing is null": {`{"list":[{"a":1},{}],"path":"a"}`, `{"list":[{}],"count":1,"first":{}}`},
	})
}

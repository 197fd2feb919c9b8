package functions

import "testing"

func TestListFlatten(t *testing.T) {
	check(t, "list.flatten", map[string]example{
		"lists":     {`{"lists":[[1,2],[],[3]]}`, `{"list":[1,2,3]}`},
		"one level": {`{"lists":[[1,[2]],[[3]]]}`, `{"list":[1,[2],[3]]}`},
		"no lists":  {`{"lists":[1,null,[2]]}`, `{"list":[1,null,2]}`},
		"null":      {`{}`, `{"list":[]}`},
	})
}

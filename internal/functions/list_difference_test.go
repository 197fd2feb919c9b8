package functions

import "testing"

func TestListDifference(t *testing.T) {
	check(t, "list.difference", map[string]example{
		"left":    {`{"list":["a","b","a","c"],"other":["b"]}`, `{"list":["a","a","c"]}`},
		"deeply":  {`{"list":[{"a":1,"b":2},{"a":2}],"other":[{"b":2,"a":1}]}`, `{"list":[{"a":2}]}`},
		"of null": {`{"other":["b"]}`, `{"list":[]}`},
		"without": {`{"list":["b"]}`, `{"list":["b"]}`},
		"kinds":   {`{"list":[1],"other":["1"]}`, `{"list":[1]}`},
	})
}

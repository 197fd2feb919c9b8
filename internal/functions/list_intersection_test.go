package functions

import "testing"

func TestListIntersection(t *testing.T) {
	check(t, "list.intersection", map[string]example{
		"common": {`{"list":["c","b","b","a"],"other":["a","b"]}`, `{"list":["b","a"]}`},
		"deeply": {`{"list":[{"a":1,"b":2}],"other":[{"b":2,"a":1}]}`, `{"list":[{"a":1,"b":2}]}`},
		"none":   {`{"list":["a"],"other":["b"]}`, `{"list":[]}`},
		"null":   {`{"list":["a"]}`, `{"list":[]}`},
	})
}

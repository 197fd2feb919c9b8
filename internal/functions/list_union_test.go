package functions

import "testing"

func TestListUnion(t *testing.T) {
	check(t, "list.union", map[string]example{
		"each once":   {`{"list1":["a","b","a"],"list2":["b","c"]}`, `{"list":["a","b","c"]}`},
		"a third":     {`{"list1":[1],"list2":[2],"x":[3,1]}`, `{"list":[1,2,3]}`},
		"deeply":      {`{"a":[{"x":1,"y":2}],"b":[{"y":2,"x":1}]}`, `{"list":[{"x":1,"y":2}]}`},
		"kinds count": {`{"a":[1,"1",null]}`, `{"list":[1,"1",null]}`},
		"null":        {`{"list1":null,"list2":[1]}`, `{"list":[1]}`},
		"one value":   {`{"list1":"a"}`, `{"list":["a"]}`},
		"nothing":     {`{}`, `{"list":[]}`},
	})
}

package functions

import "testing"

func TestListPluck(t *testing.T) {
	check(t, "list.pluck", map[string]example{
		"a field":  {`{"list":[{"id":1},{"id":2}],"path":"id"}`, `{"values":[1,2]}`},
		"deep":     {`{"list":[{"a":{"b":[5]}}],"path":"a.b.0"}`, `{"values":[5]}`},
		"missing":  {`{"list":[{"id":1},{},null,7],"path":"id"}`, `{"values":[1,null,null,null]}`},
		"no path":  {`{"list":[1,{"a":2}]}`, `{"values":[1,{"a":2}]}`},
		"null":     {`{"path":"id"}`, `{"values":[]}`},
		"one item": {`{"list":{"id":1},"path":"id"}`, `{"values":[1]}`},
	})
}

package functions

import "testing"

func TestListRemoveDuplicates(t *testing.T) {
	check(t, "list.remove_duplicates", map[string]example{
		"by field": {`{"list":[{"id":1,"n":"a"},{"id":2},{"id":1,"n":"b"}],"path":"id"}`, `{"list":[{"id":1,"n":"a"},{"id":2}]}`},
		"by item":  {`{"list":["a","b","a"]}`, `{"list":["a","b"]}`},
		"missing":  {`{"list":[{},{"a":1},{"id":null}],"path":"id"}`, `{"list":[{}]}`},
		"null":     {`{"path":"id"}`, `{"list":[]}`},
	})
}

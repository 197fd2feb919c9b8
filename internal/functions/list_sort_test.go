package functions

import "testing"

func TestListSort(t *testing.T) {
	check(t, "list.sort", map[string]example{
		"numbers":      {`{"list":[10,9,1]}`, `{"list":[1,9,10]}`},
		"texts":        {`{"list":["b","10","9","a"]}`, `{"list":["10","9","a","b"]}`},
		"by field":     {`{"list":[{"n":2,"x":1},{"n":1},{"n":2,"x":0}],"path":"n"}`, `{"list":[{"n":1},{"n":2,"x":1},{"n":2,"x":0}]}`},
		"dates":        {`{"list":[{"$date":"2026-03-04T00:00:00Z"},{"$date":"2025-03-04T00:00:00Z"}]}`, `{"list":[{"$date":"2025-03-04T00:00:00.000Z"},{"$date":"2026-03-04T00:00:00.000Z"}]}`},
		"null is last": {`{"list":[null,"a",1]}`, `{"list":[1,"a",null]}`},
		"null":         {`{}`, `{"list":[]}`},
	})
}

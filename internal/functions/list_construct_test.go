package functions

import "testing"

func TestListConstruct(t *testing.T) {
	check(t, "list.construct", map[string]example{
		"in order": {`{"b":1,"a":"x","c":{"y":[]}}`, `{"list":[1,"x",{"y":[]}]}`},
		"null":     {`{"a":null,"b":""}`, `{"list":[null,""]}`},
		"nothing":  {`{}`, `{"list":[]}`},
	})
}

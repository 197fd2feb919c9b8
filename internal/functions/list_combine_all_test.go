package functions

import "testing"

func TestListCombineAll(t *testing.T) {
	check(t, "list.combine_all", map[string]example{
		"duplicates stay": {`{"list1":["a","b"],"list2":["b"],"x":["a"]}`, `{"list":["a","b","b","a"]}`},
		"one item":        {`{"list1":["a"],"list2":"b","list3":null}`, `{"list":["a","b"]}`},
		"nothing":         {`{}`, `{"list":[]}`},
	})
}

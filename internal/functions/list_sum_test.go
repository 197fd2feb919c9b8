package functions

import "testing"

func TestListSum(t *testing.T) {
	check(t, "list.sum", map[string]example{
		"numbers":       {`{"list":[1,2,3]}`, `{"sum":6}`},
		"texts of them": {`{"list":["1.5",null,2]}`, `{"sum":3.5}`},
		"nothing":       {`{}`, `{"sum":0}`},
		"a word":        {`{"list":[1,"x"]}`, ``},
		"too large":     {`{"list":[1.7e308,1.7e308]}`, ``},
	})
}

package functions

import "testing"

func TestListSlice(t *testing.T) {
	check(t, "list.slice", map[string]example{
		"a part":           {`{"list":[90,91,92,93,94,95],"start":1,"end":4}`, `{"list":[91,92,93]}`},
		"to the end":       {`{"list":[1,2,3],"start":1}`, `{"list":[2,3]}`},
		"from the end":     {`{"list":[1,2,3],"start":-2,"end":-1}`, `{"list":[2]}`},
		"the wrong way":    {`{"list":[1,2,3],"start":2,"end":1}`, `{"list":[]}`},
		"outside":          {`{"list":[1],"start":-9,"end":9}`, `{"list":[1]}`},
		"nothing":          {`{"start":1}`, `{"list":[]}`},
		"a position in it": {`{"list":[1],"start":"x"}`, ``},
	})
}

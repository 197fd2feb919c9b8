package functions

import "testing"

func TestListFilter(t *testing.T) {
	check(t, "list.filter", map[string]example{
		"by field":        {`{"list":[{"t":"User","id":1},{"t":"Group","id":2}],"path":"t","value":"User"}`, `{"list":[{"t":"User","id":1}],"count":1,"first":{"t":"User","id":1}}`},
		"by itself":       {`{"list":[1,2,1],"value":1}`, `{"list":[1,1],"count":2,"first":1}`},
		"none":            {`{"list":[],"path":"x","value":1}`, `{"list":[],"count":0,"first":null}`},
		"missing is null": {`{"list":[{"a":1},{}],"path":"a"}`, `{"list":[{}],"count":1,"first":{}}`},
		"the same kind":   {`{"list":[1,"1"],"value":"1"}`, `{"list":["1"],"count":1,"first":"1"}`},
		"above":           {`{"list":[{"n":5},{"n":"50"},{}],"path":"n","operator":">","value":10}`, `{"list":[{"n":"50"}],"count":1,"first":{"n":"50"}}`},
		"not empty":       {`{"list":["a","",null],"operator":"is not empty"}`, `{"list":["a"],"count":1,"first":"a"}`},
		"in":              {`{"list":["a","b"],"operator":"in","value":["b","c"]}`, `{"list":["b"],"count":1,"first":"b"}`},
		"null":            {`{"value":1}`, `{"list":[],"count":0,"first":null}`},
		"no such":         {`{"list":[1],"operator":"~","value":1}`, ``},
	})
	checkLoose(t, "list.filter", map[string]example{
		"no operator is loose equality": {`{"list":[1,"1",2],"value":"1"}`, `{"list":[1,"1"],"count":2,"first":1}`},
	})
}

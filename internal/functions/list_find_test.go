package functions

import "testing"

func TestListFind(t *testing.T) {
	check(t, "list.find", map[string]example{
		"by field":  {`{"list":[{"id":"a"},{"id":"b"},{"id":"b","x":1}],"path":"id","operator":"==","value":"b"}`, `{"item":{"id":"b"},"index":1}`},
		"by itself": {`{"list":[3,4],"operator":"==","value":"4"}`, `{"item":4,"index":1}`},
		"unlike":    {`{"list":["",null,"x"],"operator":"!=","value":""}`, `{"item":"x","index":2}`},
		"none":      {`{"list":[1],"value":2}`, `{"item":null,"index":-1}`},
		"null":      {`{"value":2}`, `{"item":null,"index":-1}`},
		"no such":   {`{"list":[1],"operator":"~","value":1}`, ``},
	})
}

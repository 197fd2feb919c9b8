package functions

import "testing"

func TestObjectValues(t *testing.T) {
	check(t, "object.values", map[string]example{
		"in order":  {`{"object":{"z":1,"a":null}}`, `{"values":[1,null]}`},
		"none":      {`{"object":{}}`, `{"values":[]}`},
		"null":      {`{}`, `{"values":[]}`},
		"no object": {`{"object":"a"}`, ``},
	})
}

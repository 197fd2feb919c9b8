package functions

import "testing"

func TestObjectSize(t *testing.T) {
	check(t, "object.size", map[string]example{
		"fields": {`{"object":{"a":1,"b":null}}`, `{"size":2}`},
		"null":   {`{}`, `{"size":0}`},
		"a list": {`{"object":[1]}`, ``},
	})
}

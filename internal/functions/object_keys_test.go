package functions

import "testing"

func TestObjectKeys(t *testing.T) {
	check(t, "object.keys", map[string]example{
		"in order":  {`{"object":{"z":1,"a":null}}`, `{"keys":["z","a"]}`},
		"JSON text": {`{"object":"{\"a\":1}"}`, `{"keys":["a"]}`},
		"none":      {`{"object":{}}`, `{"keys":[]}`},
		"null":      {`{}`, `{"keys":[]}`},
		"no object": {`{"object":[1]}`, ``},
	})
}

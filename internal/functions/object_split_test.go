package functions

import "testing"

func TestObjectSplit(t *testing.T) {
	check(t, "object.split", map[string]example{
		"pairs": {`{"object":{"foo":"bar","baz":null}}`, `{"list":[{"key":"foo","value":"bar"},{"key":"baz","value":null}]}`},
		"null":  {`{}`, `{"list":[]}`},
	})
}

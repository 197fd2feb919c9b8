package functions

import "testing"

func TestBooleanNot(t *testing.T) {
	check(t, "boolean.not", map[string]example{
		"true":   {`{"value":true}`, `{"result":false}`},
		"false":  {`{"value":"no"}`, `{"result":true}`},
		"null":   {`{}`, `{"result":true}`},
		"a word": {`{"value":"perhaps"}`, ``},
	})
}

package functions

import "testing"

func TestNumberLarger(t *testing.T) {
	check(t, "number.larger", map[string]example{
		"of two":         {`{"a":1,"b":"10"}`, `{"number":10}`},
		"of more":        {`{"a":1,"b":2,"c":3}`, `{"number":3}`},
		"null is none":   {`{"a":null,"b":-1,"c":""}`, `{"number":-1}`},
		"none":           {`{}`, `{"number":null}`},
		"all its digits": {`{"a":9007199254740992,"b":9007199254740993}`, `{"number":9007199254740993}`},
		"a word":         {`{"a":1,"x":"many"}`, ``},
	})
}

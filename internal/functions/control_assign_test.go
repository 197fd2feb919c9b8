package functions

import "testing"

func TestControlAssign(t *testing.T) {
	check(t, "control.assign", map[string]example{
		"as they are":         {`{"b":"1","a":null,"c":{"x":[1]}}`, `{"values":{"b":"1","a":null,"c":{"x":[1]}}}`},
		"names stay as given": {`{"a.b":1,"values":2}`, `{"values":{"a.b":1,"values":2}}`},
		"nothing":             {`{}`, `{"values":{}}`},
	})
	checkLoose(t, "control.assign", map[string]example{
		"nothing is converted": {`{"a":"69.173.127.24"}`, `{"values":{"a":"69.173.127.24"}}`},
	})
}

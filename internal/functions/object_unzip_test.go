package functions

import "testing"

func TestObjectUnzip(t *testing.T) {
	check(t, "object.unzip", map[string]example{
		"as documented": {`{"object":{"first.name":"John","last.name":"Doe"}}`, `{"keys":["first.name","last.name"],"values":["John","Doe"]}`},
		"null":          {`{}`, `{"keys":[],"values":[]}`},
	})
}

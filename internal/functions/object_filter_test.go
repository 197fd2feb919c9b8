package functions

import "testing"

func TestObjectFilter(t *testing.T) {
	check(t, "object.filter", map[string]example{
		"as documented": {`{"object":{"Name":"Emily","Age":"","Settings":{"test":{},"test2":"value2"}}}`, `{"object":{"Name":"Emily","Settings":{"test":{},"test2":"value2"}}}`},
		"0 and false":   {`{"object":{"a":0,"b":false,"c":null,"d":[],"e":{}}}`, `{"object":{"a":0,"b":false}}`},
		"null":          {`{}`, `{"object":null}`},
	})
}

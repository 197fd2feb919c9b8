package functions

import "testing"

func TestObjectClearEmpty(t *testing.T) {
	check(t, "object.clear_empty", map[string]example{
		"fields":     {`{"object":{"a":null,"b":"","c":[],"d":{},"e":0,"f":false,"g":" "}}`, `{"object":{"e":0,"f":false,"g":" "}}`},
		"not within": {`{"object":{"a":{"b":null}}}`, `{"object":{"a":{"b":null}}}`},
		"within":     {`{"object":{"a":{"b":null},"c":[null,{"d":""},1],"e":{"f":{"g":[]}}},"recursive":true}`, `{"object":{"c":[1]}}`},
		"null":       {`{}`, `{"object":null}`},
		"no object":  {`{"object":"a"}`, ``},
	})
	checkLoose(t, "object.clear_empty", map[string]example{
		"what is no object stays": {`{"object":[null,1]}`, `{"object":[1]}`},
	})
}

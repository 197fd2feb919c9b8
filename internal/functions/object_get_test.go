package functions

import "testing"

func TestObjectGet(t *testing.T) {
	check(t, "object.get", map[string]example{
		"deep":        {`{"object":{"a":[{"b":5}]},"path":"a.0.b"}`, `{"value":5}`},
		"JSON text":   {`{"object":"{\"a\":1}","path":"a"}`, `{"value":1}`},
		"not there":   {`{"object":{},"path":"a.b"}`, `{"value":null}`},
		"whole names": {`{"object":{"a.b":1,"a":{"b":2}},"path":"a.b"}`, `{"value":1}`},
		"no path":     {`{"object":{"a":1}}`, `{"value":{"a":1}}`},
		"of null":     {`{"path":"a"}`, `{"value":null}`},
		"of a scalar": {`{"object":7,"path":"a"}`, `{"value":null}`},
	})
}

package functions

import "testing"

func TestObjectGet(t *testing.T) {
	check(t, "object.get", map[string]example{
		"deep":      {`{"object":{"a":[{"b":5}]},"path":"a.0.b"}`, `{"value":5}`},
		"JSON text": {`{"object":"{\"a\":1}","path":"a"}`, `{"value":1}`},
		"not there": {`{"object":{},"path":"a.b"}`, `{"value":null}`},
	})
}

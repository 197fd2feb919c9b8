package functions

import "testing"

func TestObjectUnset(t *testing.T) {
	check(t, "object.unset", map[string]example{
		"a field":          {`{"object":{"a":1,"b":2},"path":"a"}`, `{"object":{"b":2}}`},
		"deep within":      {`{"object":{"a":{"b":[{"c":1,"d":2}]}},"path":"a.b.0.c"}`, `{"object":{"a":{"b":[{"d":2}]}}}`},
		"an item":          {`{"object":{"a":[1,2,3]},"path":"a.1"}`, `{"object":{"a":[1,3]}}`},
		"a name with dots": {`{"object":{"a.b":1,"a":{"b":2}},"path":"a.b"}`, `{"object":{"a":{"b":2}}}`},
		"not there":        {`{"object":{"a":[1]},"path":"a.5"}`, `{"object":{"a":[1]}}`},
		"no path":          {`{"object":{"a":1}}`, `{"object":{"a":1}}`},
		"null":             {`{"path":"a"}`, `{"object":null}`},
	})
}

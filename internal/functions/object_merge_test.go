package functions

import "testing"

func TestObjectMerge(t *testing.T) {
	check(t, "object.merge", map[string]example{
		"later wins": {`{"start":{"a":1,"b":{"x":1}},"sink":{"b":{"y":2},"c":3}}`, `{"object":{"a":1,"b":{"y":2},"c":3}}`},
		"many":       {`{"1":{"a":1},"2":{"a":2},"3":{"a":3}}`, `{"object":{"a":3}}`},
		"null":       {`{"start":null,"sink":{"a":1},"x":""}`, `{"object":{"a":1}}`},
		"JSON text":  {`{"start":"{\"a\":1}"}`, `{"object":{"a":1}}`},
		"nothing":    {`{}`, `{"object":{}}`},
		"no object":  {`{"start":7}`, ``},
		"a list":     {`{"start":[{"a":1}]}`, ``},
	})
}

package functions

import "testing"

func TestObjectSet(t *testing.T) {
	check(t, "object.set", map[string]example{
		"a field":        {`{"object":{"a":1,"b":2},"path":"a","value":"x"}`, `{"object":{"a":"x","b":2}}`},
		"parents":        {`{"object":{},"path":"a.0.b","value":1}`, `{"object":{"a":[{"b":1}]}}`},
		"null":           {`{"object":{"a":1},"path":"a"}`, `{"object":{"a":null}}`},
		"in a list":      {`{"object":[1,2],"path":"1","value":"x"}`, `{"object":[1,"x"]}`},
		"in JSON text":   {`{"object":"{\"a\":1}","path":"b","value":2}`, `{"object":{"a":1,"b":2}}`},
		"of null":        {`{"path":"0","value":1}`, `{"object":{"0":1}}`},
		"no path":        {`{"object":{},"value":1}`, ``},
		"no position":    {`{"object":[1],"path":"x","value":1}`, ``},
		"a far position": {`{"object":[1],"path":"999999999","value":1}`, ``},
	})
}

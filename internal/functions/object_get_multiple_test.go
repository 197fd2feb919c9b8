package functions

import "testing"

func TestObjectGetMultiple(t *testing.T) {
	check(t, "object.get_multiple", map[string]example{
		"a list of paths": {`{"object":{"a":{"b":1},"c":[2]},"paths":["a.b","c.0","x"]}`, `{"values":{"a.b":1,"c.0":2,"x":null}}`},
		"names and paths": {`{"object":{"a":{"b":1}},"paths":{"n":"a.b","m":"a.x"}}`, `{"values":{"n":1,"m":null}}`},
		"one path":        {`{"object":{"a":1},"paths":"a"}`, `{"values":{"a":1}}`},
		"of a list":       {`{"object":[{"a":1}],"paths":["0.a"]}`, `{"values":{"0.a":1}}`},
		"of JSON text":    {`{"object":"[7]","paths":["0"]}`, `{"values":{"0":7}}`},
		"of null":         {`{"paths":["a"]}`, `{"values":{"a":null}}`},
		"none":            {`{"object":{}}`, `{"values":{}}`},
	})
}

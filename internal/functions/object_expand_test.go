package functions

import "testing"

func TestObjectExpand(t *testing.T) {
	check(t, "object.expand", map[string]example{
		"deep":         {`{"object":{"a":{"b":[{"c":1}]}},"paths":[["a","b",0,"c"],["a","b","0"]]}`, `{"values":[1,{"c":1}]}`},
		"never split":  {`{"object":{"a.b":1,"a":{"b":2}},"paths":[["a.b"],"a.b"]}`, `{"values":[1,1]}`},
		"not there":    {`{"object":{"a":1},"paths":[["a","b"],["x"]]}`, `{"values":[null,null]}`},
		"through text": {`{"object":{"a":"{\"b\":1}"},"paths":[["a","b"]]}`, `{"values":[1]}`},
		"the whole":    {`{"object":7,"paths":[[]]}`, `{"values":[7]}`},
		"of null":      {`{"paths":[["a"]]}`, `{"values":[null]}`},
		"none":         {`{"object":{}}`, `{"values":[]}`},
	})
}

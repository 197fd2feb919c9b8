package functions

import "testing"

func TestObjectZip(t *testing.T) {
	check(t, "object.zip", map[string]example{
		"pairs":       {`{"keys":["a",1],"values":["x",{"y":1},"more"]}`, `{"object":{"a":"x","1":{"y":1}}}`},
		"too few":     {`{"keys":["a","b"],"values":[1]}`, `{"object":{"a":1,"b":null}}`},
		"none at all": {`{}`, `{"object":{}}`},
	})
}

package functions

import "testing"

func TestTextJoin(t *testing.T) {
	check(t, "text.join", map[string]example{
		"separated":         {`{"list":["a",1,true],"separator":", "}`, `{"text":"a, 1, true"}`},
		"without the empty": {`{"list":["a",null,"","b"],"separator":"-"}`, `{"text":"a-b"}`},
		"one value":         {`{"list":"a"}`, `{"text":"a"}`},
		"nothing":           {`{}`, `{"text":""}`},
	})
}

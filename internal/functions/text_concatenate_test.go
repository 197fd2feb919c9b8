package functions

import "testing"

func TestTextConcatenate(t *testing.T) {
	check(t, "text.concatenate", map[string]example{
		"in order":    {`{"z":"a","b":"-","a":1}`, `{"text":"a-1"}`},
		"other kinds": {`{"a":true,"b":{"x":1},"c":[null],"d":{"$date":"2026-03-04T00:00:00Z"}}`, `{"text":"true{\"x\":1}[null]2026-03-04T00:00:00.000Z"}`},
		"null":        {`{"a":null,"b":"","c":"x"}`, `{"text":"x"}`},
		"nothing":     {`{}`, `{"text":""}`},
	})
}

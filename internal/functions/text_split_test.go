package functions

import "testing"

func TestTextSplit(t *testing.T) {
	check(t, "text.split", map[string]example{
		"by comma":           {`{"text":"a, b,,c"}`, `{"list":["a"," b","","c"]}`},
		"longer separator":   {`{"text":"a||b","separator":"||"}`, `{"list":["a","b"]}`},
		"not in it":          {`{"text":"a","separator":"-"}`, `{"list":["a"]}`},
		"the empty text":     {`{"text":""}`, `{"list":[""]}`},
		"null":               {`{"text":null}`, `{"list":[]}`},
		"a number":           {`{"text":1.5,"separator":"."}`, `{"list":["1","5"]}`},
		"an empty separator": {`{"text":"a,b","separator":""}`, `{"list":["a","b"]}`},
	})
}

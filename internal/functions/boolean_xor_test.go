package functions

import "testing"

func TestBooleanXor(t *testing.T) {
	check(t, "boolean.xor", map[string]example{
		"one":    {`{"a":false,"b":true}`, `{"result":true}`},
		"both":   {`{"a":true,"b":true}`, `{"result":false}`},
		"three":  {`{"a":true,"b":true,"c":true}`, `{"result":false}`},
		"none":   {`{}`, `{"result":false}`},
		"a word": {`{"b":"perhaps"}`, ``},
	})
	checkLoose(t, "boolean.xor", map[string]example{
		"a word is false": {`{"a":"perhaps","b":true}`, `{"result":true}`},
	})
}

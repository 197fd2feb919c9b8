package functions

import "testing"

func TestBooleanAnd(t *testing.T) {
	check(t, "boolean.and", map[string]example{
		"both":        {`{"a":true,"b":"True"}`, `{"result":true}`},
		"one":         {`{"a":true,"b":false}`, `{"result":false}`},
		"more inputs": {`{"a":true,"b":true,"c":false}`, `{"result":false}`},
		"null":        {`{"a":true}`, `{"result":false}`},
		"empty":       {`{"a":true,"b":""}`, `{"result":false}`},
		"a word":      {`{"a":true,"b":"perhaps"}`, ``},
		"a list":      {`{"a":true,"b":true,"c":[]}`, ``},
	})
	checkLoose(t, "boolean.and", map[string]example{
		"a word is false": {`{"a":true,"b":"perhaps"}`, `{"result":false}`},
		"texts":           {`{"a":"true","b":"TRUE","c":"1"}`, `{"result":true}`},
	})
}

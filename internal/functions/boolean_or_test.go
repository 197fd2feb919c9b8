package functions

import "testing"

func TestBooleanOr(t *testing.T) {
	check(t, "boolean.or", map[string]example{
		"one":     {`{"a":false,"b":true}`, `{"result":true}`},
		"a third": {`{"a":false,"b":false,"c":"yes"}`, `{"result":true}`},
		"none":    {`{"a":false}`, `{"result":false}`},
		"nothing": {`{}`, `{"result":false}`},
		"a word":  {`{"a":"perhaps"}`, ``},
	})
	checkLoose(t, "boolean.or", map[string]example{
		"a word is false": {`{"a":"perhaps","b":true}`, `{"result":true}`},
	})
}

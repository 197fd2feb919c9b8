package functions

import "testing"

func TestNumberRemainder(t *testing.T) {
	check(t, "number.remainder", map[string]example{
		"above 0": {`{"a":12,"b":5}`, `{"number":2}`},
		"below 0": {`{"a":-12,"b":5}`, `{"number":-2}`},
		"by 0":    {`{"a":1,"b":0}`, ``},
	})
}

package functions

import "testing"

func TestNumberMultiply(t *testing.T) {
	check(t, "number.multiply", map[string]example{
		"numbers":   {`{"a":"1.5","b":1000}`, `{"number":1500}`},
		"null":      {`{"a":3}`, `{"number":0}`},
		"too large": {`{"a":1e300,"b":1e300}`, ``},
	})
}

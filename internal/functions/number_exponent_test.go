package functions

import "testing"

func TestNumberExponent(t *testing.T) {
	check(t, "number.exponent", map[string]example{
		"of 0":    {`{"number":0}`, `{"number":1}`},
		"of 1":    {`{"number":1}`, `{"number":2.718281828459045}`},
		"too far": {`{"number":1000}`, ``},
	})
}

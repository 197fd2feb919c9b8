package functions

import "testing"

func TestNumberFactorial(t *testing.T) {
	check(t, "number.factorial", map[string]example{
		"of 5":     {`{"number":5}`, `{"number":120}`},
		"of 0":     {`{"number":0}`, `{"number":1}`},
		"of half":  {`{"number":0.5}`, ``},
		"below 0":  {`{"number":-1}`, ``},
		"too far":  {`{"number":171}`, ``},
		"the last": {`{"number":170}`, `{"number":7.257415615307994e+306}`},
	})
}

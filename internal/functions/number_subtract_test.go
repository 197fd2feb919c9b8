package functions

import "testing"

func TestNumberSubtract(t *testing.T) {
	check(t, "number.subtract", map[string]example{
		"numbers": {`{"a":1,"b":"3"}`, `{"number":-2}`},
		"null":    {`{"b":3}`, `{"number":-3}`},
		"a list":  {`{"a":1,"b":[3]}`, ``},
	})
}

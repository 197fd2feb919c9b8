package functions

import "testing"

func TestNumberPower(t *testing.T) {
	check(t, "number.power", map[string]example{
		"square":        {`{"a":"3","b":2}`, `{"number":9}`},
		"root":          {`{"a":9,"b":0.5}`, `{"number":3}`},
		"too far":       {`{"a":10,"b":400}`, ``},
		"no real power": {`{"a":-1,"b":0.5}`, ``},
	})
}

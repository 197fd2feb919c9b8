package functions

import "testing"

func TestNumberDivide(t *testing.T) {
	check(t, "number.divide", map[string]example{
		"rounded":     {`{"a":1,"b":3,"decimals":4}`, `{"number":0.3333,"percentage":"33.3333%"}`},
		"whole":       {`{"a":"7","b":2}`, `{"number":4,"percentage":"350%"}`},
		"one decimal": {`{"a":1,"b":8,"decimals":1}`, `{"number":0.1,"percentage":"12.5%"}`},
		"below zero":  {`{"a":-5,"b":2}`, `{"number":-2,"percentage":"-250%"}`},
		"large":       {`{"a":1e300,"b":2,"decimals":2}`, `{"number":5e+299,"percentage":"5e+301%"}`},
		"null":        {`{"b":2}`, `{"number":0,"percentage":"0%"}`},
		"by zero":     {`{"a":1,"b":0}`, ``},
		"by null":     {`{"a":1}`, ``},
		"many places": {`{"a":1,"b":3,"decimals":99}`, ``},
		"too large":   {`{"a":1e308,"b":0.001}`, ``},
	})
}

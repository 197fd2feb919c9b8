package functions

import "testing"

func TestNumberPercentage(t *testing.T) {
	check(t, "number.percentage", map[string]example{
		"whole":    {`{"value":30,"of":200}`, `{"number":15,"text":"15%"}`},
		"rounded":  {`{"value":1,"of":3,"decimals":2}`, `{"number":33.33,"text":"33.33%"}`},
		"of 0":     {`{"value":1,"of":0}`, ``},
		"decimals": {`{"value":1,"of":2,"decimals":-1}`, ``},
	})
}

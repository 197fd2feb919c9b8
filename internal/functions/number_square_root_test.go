package functions

import "testing"

func TestNumberSquareRoot(t *testing.T) {
	check(t, "number.square_root", map[string]example{
		"of 9":    {`{"number":9}`, `{"number":3}`},
		"below 0": {`{"number":-1}`, ``},
	})
}

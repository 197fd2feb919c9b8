package functions

import "testing"

func TestNumberIncrement(t *testing.T) {
	check(t, "number.increment", map[string]example{
		"whole":    {`{"number":16}`, `{"number":17}`},
		"fraction": {`{"number":21.2}`, `{"number":22.2}`},
		"null":     {`{}`, `{"number":1}`},
	})
}

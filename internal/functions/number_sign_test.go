package functions

import "testing"

func TestNumberSign(t *testing.T) {
	check(t, "number.sign", map[string]example{
		"above 0": {`{"number":0.1}`, `{"number":1}`},
		"below 0": {`{"number":"-3"}`, `{"number":-1}`},
		"null":    {`{}`, `{"number":0}`},
	})
}

package functions

import "testing"

func TestNumberAbsolute(t *testing.T) {
	check(t, "number.absolute", map[string]example{
		"below 0": {`{"number":-1.5}`, `{"number":1.5}`},
		"above 0": {`{"number":"2"}`, `{"number":2}`},
		"null":    {`{}`, `{"number":0}`},
		"a word":  {`{"number":"x"}`, ``},
	})
}

package functions

import "testing"

func TestNumberAdd(t *testing.T) {
	check(t, "number.add", map[string]example{
		"numbers":   {`{"a":1.5,"b":2}`, `{"number":3.5}`},
		"texts":     {`{"a":"1","b":" 2 "}`, `{"number":3}`},
		"null":      {`{"a":1}`, `{"number":1}`},
		"empty":     {`{"a":1,"b":""}`, `{"number":1}`},
		"a word":    {`{"a":1,"b":"x"}`, ``},
		"too large": {`{"a":1.7e308,"b":1.7e308}`, ``},
	})
	checkLoose(t, "number.add", map[string]example{
		"a word": {`{"a":1,"b":"x"}`, ``},
	})
}

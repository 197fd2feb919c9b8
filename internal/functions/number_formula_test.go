package functions

import "testing"

func TestNumberFormula(t *testing.T) {
	check(t, "number.formula", map[string]example{
		"numbers":        {`{"formula":"(1 + 2) * 3 # nine"}`, `{"number":9}`},
		"values":         {`{"formula":"{{{a}}} * 256^3 + {{{b c}}} + a","values":{"a":69,"b c":"24"}}`, `{"number":1157627997}`},
		"null":           {`{"formula":"a + 1","values":{"a":null}}`, `{"number":1}`},
		"values no code": {`{"formula":"2 * {{{a}}}","values":{"a":"1 + 1"}}`, ``},
		"unknown":        {`{"formula":"b","values":{"a":1}}`, ``},
		"by zero":        {`{"formula":"1 / 0"}`, ``},
		"no formula":     {`{"formula":"1 +"}`, ``},
		"nothing":        {`{}`, ``},
	})
}

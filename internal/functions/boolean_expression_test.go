package functions

import "testing"

func TestBooleanExpression(t *testing.T) {
	check(t, "boolean.expression", map[string]example{
		"as documented":      {`{"condition":"true and (true or false) and (4>pi)"}`, `{"result":true}`},
		"numbers":            {`{"condition":"a > {{{b c}}} * 2","values":{"a":"5","b c":2}}`, `{"result":true}`},
		"truths":             {`{"condition":"a and not b","values":{"a":true,"b":false}}`, `{"result":true}`},
		"texts":              {`{"condition":"a and not b and not c","values":{"a":"yes","b":"False","c":""}}`, `{"result":true}`},
		"dates":              {`{"condition":"a < b","values":{"a":{"$date":"2026-01-01T00:00:00Z"},"b":{"$date":"2026-01-02T00:00:00Z"}}}`, `{"result":true}`},
		"nothing is false":   {`{"condition":"a or b","values":{"a":null,"b":0}}`, `{"result":false}`},
		"a value is no code": {`{"condition":"a","values":{"a":"false or 1"}}`, `{"result":true}`},
		"unknown":            {`{"condition":"x"}`, ``},
		"nothing":            {`{}`, ``},
	})
	checkLoose(t, "boolean.expression", map[string]example{
		"an object": {`{"condition":"a","values":{"a":{}}}`, `{"result":true}`},
	})
}

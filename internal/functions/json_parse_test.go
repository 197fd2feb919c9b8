package functions

import "testing"

func TestJsonParse(t *testing.T) {
	check(t, "json.parse", map[string]example{
		"an object":  {`{"text":"{\"z\":1,\"a\":[null]}"}`, `{"value":{"z":1,"a":[null]}}`},
		"a scalar":   {`{"text":" \"x\" "}`, `{"value":"x"}`},
		"no text":    {`{"text":{"a":1}}`, `{"value":{"a":1}}`},
		"empty":      {`{"text":"  "}`, `{"value":null}`},
		"null":       {`{}`, `{"value":null}`},
		"no JSON":    {`{"text":"{a:1}"}`, ``},
		"two values": {`{"text":"1 2"}`, ``},
	})
	checkLoose(t, "json.parse", map[string]example{
		"no text stays": {`{"text":7}`, `{"value":7}`},
	})
}

package functions

import "testing"

func TestJsonStringify(t *testing.T) {
	check(t, "json.stringify", map[string]example{
		"an object": {`{"value":{"z":1,"a":[null,"x"]}}`, `{"text":"{\"z\":1,\"a\":[null,\"x\"]}"}`},
		"a date":    {`{"value":{"at":{"$date":"2026-03-04T00:00:00Z"}}}`, `{"text":"{\"at\":\"2026-03-04T00:00:00.000Z\"}"}`},
		"a text":    {`{"value":"{\"a\":1}"}`, `{"text":"{\"a\":1}"}`},
		"a number":  {`{"value":133008487710000000}`, `{"text":"133008487710000000"}`},
		"null":      {`{}`, `{"text":null}`},
	})
}

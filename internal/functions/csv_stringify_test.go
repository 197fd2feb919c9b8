package functions

import "testing"

func TestCsvStringify(t *testing.T) {
	check(t, "csv.stringify", map[string]example{
		"objects":         {`{"rows":[{"id":1,"name":"Ada, L."},{"name":null,"more":"a\"b"}]}`, `{"text":"id,name,more\n1,\"Ada, L.\",\n,,\"a\"\"b\"\n"}`},
		"one empty value": {`{"rows":[[""],["x"]]}`, `{"text":"\"\"\nx\n"}`},
		"without names":   {`{"rows":[{"a":1}],"no_header":true}`, `{"text":"1\n"}`},
		"lists":           {`{"rows":[[1,true],["x"]],"separator":";"}`, `{"text":"1;true\nx\n"}`},
		"other values":    {`{"rows":[[{"a":1},{"$date":"2026-03-04T00:00:00Z"}]]}`, `{"text":"\"{\"\"a\"\":1}\",2026-03-04T00:00:00.000Z\n"}`},
		"null":            {`{}`, `{"text":""}`},
		"no rows":         {`{"rows":[1]}`, ``},
		"no separator":    {`{"rows":[],"separator":"\n"}`, ``},
	})
}

package functions

import (
	"testing"

	"sallyport/internal/function"
	"sallyport/internal/value"
)

func TestCsvParse(t *testing.T) {
	check(t, "csv.parse", map[string]example{
		"by names":          {`{"text":"id,name\n1,\"Ada, L.\"\r\n2,\"a\"\"b\"\n"}`, `{"rows":[{"id":"1","name":"Ada, L."},{"id":"2","name":"a\"b"}],"count":2}`},
		"lists":             {`{"text":"1,2\n3","no_header":true}`, `{"rows":[["1","2"],["3"]],"count":2}`},
		"other separators":  {`{"text":"a;b\n1;2","separator":";"}`, `{"rows":[{"a":"1","b":"2"}],"count":1}`},
		"tabs":              {`{"text":"a\tb\n1\t2","separator":"\\t"}`, `{"rows":[{"a":"1","b":"2"}],"count":1}`},
		"a byte order mark": {`{"text":"\ufeffa\n1"}`, `{"rows":[{"a":"1"}],"count":1}`},
		"other line ends":   {`{"text":"a\r1\r\n\"2\r\n\""}`, `{"rows":[{"a":"1"},{"a":"2\n"}],"count":2}`},
		"a short row":       {`{"text":"a,b\n1"}`, `{"rows":[{"a":"1","b":null}],"count":1}`},
		"a long row":        {`{"text":"a\n1,2"}`, ``},
		"an open quote":     {`{"text":"a\n\"1"}`, ``},
		"no separator":      {`{"text":"a","separator":"ab"}`, ``},
		"only names":        {`{"text":"a,b"}`, `{"rows":[],"count":0}`},
		"null":              {`{}`, `{"rows":[],"count":0}`},
	})
}

// What is read and written again reads the same.
func FuzzCSV(f *testing.F) {
	f.Add("id,name\n1,\"Ada, L.\"\n")
	f.Add("a;b\r\n\"x\"\"y\";\n")
	f.Fuzz(func(t *testing.T, text string) {
		in := csvParseIn{Text: text, NoHeader: true}
		rows, err := csvParse(function.Env{}, in)
		if err != nil {
			return
		}
		written, err := csvStringify(function.Env{}, csvStringifyIn{Rows: rows.Rows, NoHeader: true})
		if err != nil {
			t.Fatal(err)
		}
		again, err := csvParse(function.Env{}, csvParseIn{Text: written.Text, NoHeader: true})
		if err != nil || !value.Equal(again.Rows, rows.Rows) {
			t.Fatalf("%q was written %q, and reads %s, %v", text, written.Text, value.JSON(again.Rows), err)
		}
	})
}

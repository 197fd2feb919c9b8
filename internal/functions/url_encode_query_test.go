package functions

import "testing"

func TestURLEncodeQuery(t *testing.T) {
	check(t, "url.encode_query", map[string]example{
		"as documented": {`{"fields":{"name":"John Doe","region":"North America"}}`, `{"query":"name=John%20Doe&region=North%20America"}`},
		"several":       {`{"fields":{"a":[1,"x&y"],"b":null}}`, `{"query":"a=1&a=x%26y&b="}`},
		"null":          {`{}`, `{"query":""}`},
	})
}

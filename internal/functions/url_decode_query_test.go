package functions

import (
	"testing"

	"sallyport/internal/value"
)

func TestURLDecodeQuery(t *testing.T) {
	check(t, "url.decode_query", map[string]example{
		"as documented": {`{"query":"name=John%20Doe&region=North+America"}`, `{"fields":{"name":"John Doe","region":"North America"}}`},
		"several":       {`{"query":"?a=1&b&a=2&a=3&&=x"}`, `{"fields":{"a":["1","2","3"],"b":"","":"x"}}`},
		"no text":       {`{"query":"a=%FF"}`, `{"fields":{"a":"�"}}`},
		"nothing":       {`{}`, `{"fields":{}}`},
		"not encoded":   {`{"query":"a=%zz"}`, ``},
	})
}

// What is decoded and encoded again decodes to the same fields.
func FuzzQuery(f *testing.F) {
	for _, s := range []string{"a=1&b=%20&a=2", "?=&&x", "%F0%9F%98%80=+", "a=%"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, query string) {
		out, err := find(t, "url.decode_query").Run(fixed(false), value.Map("query", query))
		if err != nil {
			return
		}
		encoded, err := find(t, "url.encode_query").Run(fixed(false), out)
		if err != nil {
			t.Fatal(err)
		}
		again, err := find(t, "url.decode_query").Run(fixed(false), encoded)
		if err != nil || !value.Equal(again, out) {
			t.Fatalf("%q is %s, then %s, %v", query, value.JSON(out), value.JSON(again), err)
		}
	})
}

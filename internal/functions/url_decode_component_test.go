package functions

import "testing"

func TestUrlDecodeComponent(t *testing.T) {
	check(t, "url.decode_component", map[string]example{
		"signs":   {`{"text":"a%20b%2Bc+d"}`, `{"text":"a b+c+d"}`},
		"no text": {`{"text":"%ff"}`, `{"text":"�"}`},
		"cut off": {`{"text":"a%2"}`, ``},
		"null":    {`{}`, `{"text":null}`},
	})
}

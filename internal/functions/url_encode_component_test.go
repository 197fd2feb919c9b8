package functions

import "testing"

func TestUrlEncodeComponent(t *testing.T) {
	check(t, "url.encode_component", map[string]example{
		"signs":           {`{"text":"a b+c/d?e=f&g"}`, `{"text":"a%20b%2Bc%2Fd%3Fe%3Df%26g"}`},
		"signs that stay": {`{"text":"-_.!~*'()"}`, `{"text":"-_.!~*'()"}`},
		"percent":         {`{"text":"%21"}`, `{"text":"%2521"}`},
		"other scripts":   {`{"text":"ä"}`, `{"text":"%C3%A4"}`},
		"empty":           {`{"text":""}`, `{"text":""}`},
		"null":            {`{}`, `{"text":null}`},
	})
}

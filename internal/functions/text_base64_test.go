package functions

import "testing"

func TestTextBase64(t *testing.T) {
	check(t, "text.base64", map[string]example{
		"padded":        {`{"text":"user:pass"}`, `{"text":"dXNlcjpwYXNz"}`},
		"other scripts": {`{"text":"ä"}`, `{"text":"w6Q="}`},
		"empty":         {`{"text":""}`, `{"text":""}`},
		"null":          {`{}`, `{"text":null}`},
	})
}

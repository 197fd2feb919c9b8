package functions

import "testing"

func TestTextBase64Decode(t *testing.T) {
	check(t, "text.base64_decode", map[string]example{
		"usual":           {`{"text":"dXNlcjpwYXNz"}`, `{"text":"user:pass"}`},
		"for URLs":        {`{"text":"w6Q_"}`, `{"text":"ä?"}`},
		"without padding": {`{"text":"w6Q"}`, `{"text":"ä"}`},
		"with line ends":  {`{"text":"dXNl\ncjpw\nYXNz\n"}`, `{"text":"user:pass"}`},
		"no text":         {`{"text":"/w=="}`, `{"text":"�"}`},
		"no Base64":       {`{"text":"a!b"}`, ``},
		"empty":           {`{"text":""}`, `{"text":""}`},
		"null":            {`{}`, `{"text":null}`},
	})
	checkLoose(t, "text.base64_decode", map[string]example{
		"other signs are passed over": {`{"text":"dXNl!cjpw*YXNz"}`, `{"text":"user:pass"}`},
	})
}

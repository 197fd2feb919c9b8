package functions

import "testing"

func TestTextToLowerCase(t *testing.T) {
	check(t, "text.to_lower_case", map[string]example{
		"capitals":      {`{"text":"ADA Lovelace"}`, `{"text":"ada lovelace"}`},
		"other scripts": {`{"text":"ÄÖΩ"}`, `{"text":"äöω"}`},
		"a number":      {`{"text":7}`, `{"text":"7"}`},
		"empty":         {`{"text":""}`, `{"text":""}`},
		"null":          {`{}`, `{"text":null}`},
	})
}

package functions

import "testing"

func TestTextToUpperCase(t *testing.T) {
	check(t, "text.to_upper_case", map[string]example{
		"small letters": {`{"text":"ada Lovelace"}`, `{"text":"ADA LOVELACE"}`},
		"other scripts": {`{"text":"äöω"}`, `{"text":"ÄÖΩ"}`},
		"null":          {`{}`, `{"text":null}`},
	})
}

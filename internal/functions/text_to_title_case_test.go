package functions

import "testing"

func TestTextToTitleCase(t *testing.T) {
	check(t, "text.to_title_case", map[string]example{
		"words": {`{"text":"ada LOVELACE-king  o'neil"}`, `{"text":"Ada Lovelace-King  O'neil"}`},
		"empty": {`{"text":""}`, `{"text":""}`},
		"null":  {`{}`, `{"text":null}`},
	})
}

package functions

import "testing"

func TestTextFindLast(t *testing.T) {
	check(t, "text.find_last", map[string]example{
		"last":            {`{"text":"ab ab","find":"b"}`, `{"position":4}`},
		"not behind":      {`{"text":"ab ab","find":"b","until":3}`, `{"position":1}`},
		"just there":      {`{"text":"ab ab","find":"ab","until":3}`, `{"position":3}`},
		"before the text": {`{"text":"ab","find":"b","until":-1}`, `{"position":-1}`},
		"not in it":       {`{"text":"ab","find":"x"}`, `{"position":-1}`},
		"longer":          {`{"text":"a","find":"aaa"}`, `{"position":-1}`},
		"nothing":         {`{"text":"ab"}`, `{"position":2}`},
		"null":            {`{}`, `{"position":0}`},
	})
}

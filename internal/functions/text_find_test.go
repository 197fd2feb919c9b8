package functions

import "testing"

func TestTextFind(t *testing.T) {
	check(t, "text.find", map[string]example{
		"first":         {`{"text":"ab ab","find":"b"}`, `{"position":1}`},
		"behind others": {`{"text":"äö🔑x","find":"x"}`, `{"position":4}`},
		"not in it":     {`{"text":"ab","find":"B"}`, `{"position":-1}`},
		"nothing":       {`{"text":"ab"}`, `{"position":0}`},
		"in null":       {`{"find":"a"}`, `{"position":-1}`},
	})
}

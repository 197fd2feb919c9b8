package functions

import "testing"

func TestTextAt(t *testing.T) {
	check(t, "text.at", map[string]example{
		"a letter":       {`{"text":"abc","index":1}`, `{"text":"b"}`},
		"one of a pair":  {`{"text":"a😀b","index":2}`, `{"text":"😀"}`},
		"behind a pair":  {`{"text":"a😀b","index":3}`, `{"text":"b"}`},
		"behind the end": {`{"text":"a","index":1}`, `{"text":null}`},
		"below 0":        {`{"text":"a","index":-1}`, `{"text":null}`},
		"no index":       {`{"text":"a"}`, `{"text":null}`},
	})
}

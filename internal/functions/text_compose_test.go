package functions

import "testing"

func TestTextCompose(t *testing.T) {
	check(t, "text.compose", map[string]example{
		"as it is":    {`{"text":"a b"}`, `{"text":"a b"}`},
		"of a number": {`{"text":7}`, `{"text":"7"}`},
		"of nothing":  {`{}`, `{"text":""}`},
	})
}

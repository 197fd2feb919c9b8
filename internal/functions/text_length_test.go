package functions

import "testing"

func TestTextLength(t *testing.T) {
	check(t, "text.length", map[string]example{
		"letters": {`{"text":"äbc"}`, `{"length":3}`},
		"emoji":   {`{"text":"🔑"}`, `{"length":2}`},
		"number":  {`{"text":12}`, `{"length":2}`},
		"empty":   {`{"text":""}`, `{"length":0}`},
		"null":    {`{}`, `{"length":0}`},
	})
}

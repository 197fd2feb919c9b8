package functions

import (
	"strings"
	"testing"

	"sallyport/internal/value"
)

func TestListToText(t *testing.T) {
	check(t, "list.to_text", map[string]example{
		"separated":    {`{"list":["a",1,true],"separator":", "}`, `{"text":"a, 1, true"}`},
		"null":         {`{"list":["a",null,"b"],"separator":"-"}`, `{"text":"a--b"}`},
		"objects":      {`{"list":[{"a":[1]},{"$date":"2026-03-04T00:00:00Z"}],"separator":"|"}`, `{"text":"{\"a\":[1]}|2026-03-04T00:00:00.000Z"}`},
		"no separator": {`{"list":["a","b"]}`, `{"text":"ab"}`},
		"nothing":      {`{}`, `{"text":""}`},
	})
}

// A long separator cannot make a text without end.
func TestListToTextIsBounded(t *testing.T) {
	args := value.Map("list", make([]any, 5000), "separator", strings.Repeat("x", 5000))
	if _, err := find(t, "list.to_text").Run(fixed(true), args); err == nil {
		t.Error("a text of 25 MB was made")
	}
}

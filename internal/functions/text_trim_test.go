package functions

import "testing"

func TestTextTrim(t *testing.T) {
	check(t, "text.trim", map[string]example{
		"both sides": {`{"text":" \t a b\n\u00a0"}`, `{"text":"a b"}`},
		"only white": {`{"text":"  "}`, `{"text":""}`},
		"a list":     {`{"text":[1]}`, `{"text":"[1]"}`},
		"null":       {`{}`, `{"text":null}`},
	})
}

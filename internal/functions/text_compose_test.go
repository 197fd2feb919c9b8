package functions

import "testing"

func TestTextCompose(t *testing.T) {
	check(t, "text.compose", map[string]example{
		"as it is":               {`{"text":"a b"}`, `{"text":"a b"}`},
		"of a number":            {`{"text":7}`, `{"text":"7"}`},
		"of nothing":             {`{}`, `{"text":""}`},
		"braces without values":  {`{"text":"{{{a}}}"}`, `{"text":"{{{a}}}"}`},
		"values":                 {`{"text":"{{{a}}} and {{{b c}}}","values":{"a":1,"b c":["x"]}}`, `{"text":"1 and [\"x\"]"}`},
		"null is empty":          {`{"text":"<{{{a}}}>","values":{"a":null}}`, `{"text":"<>"}`},
		"a date":                 {`{"text":"{{{a}}}","values":{"a":{"$date":"2026-03-04T00:00:00Z"}}}`, `{"text":"2026-03-04T00:00:00.000Z"}`},
		"no placeholder in them": {`{"text":"{{{a}}}{{{b}}}","values":{"a":"{{{b}}}","b":"x"}}`, `{"text":"{{{b}}}x"}`},
		"other braces stay":      {`{"text":"{a} {{a}} {{{z}}} {{{a","values":{"a":1}}`, `{"text":"{a} {{a}} {{{z}}} {{{a"}`},
		"more braces":            {`{"text":"{{{{a}}}}","values":{"a":1}}`, `{"text":"{1}"}`},
	})
}

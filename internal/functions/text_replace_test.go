package functions

import "testing"

func TestTextReplace(t *testing.T) {
	check(t, "text.replace", map[string]example{
		"the first":     {`{"text":"a.b.c","find":".","replacement":"-"}`, `{"text":"a-b.c"}`},
		"all":           {`{"text":"a.b.c","find":".","replacement":"-","all":true}`, `{"text":"a-b-c"}`},
		"case counts":   {`{"text":"aA","find":"A","replacement":"x"}`, `{"text":"ax"}`},
		"case does not": {`{"text":"aA","find":"A","replacement":"x","case_sensitive":"false"}`, `{"text":"xA"}`},
		"by nothing":    {`{"text":"a;b","find":";"}`, `{"text":"ab"}`},
		"a dollar":      {`{"text":"a;b","find":";","replacement":"$1$$"}`, `{"text":"a$1$$b"}`},
		"all are none":  {`{"text":"abc","find":"x","all":true}`, `{"text":"abc"}`},
		"nothing":       {`{"text":"a","find":"","replacement":"x"}`, `{"text":"a"}`},
		"null":          {`{"find":"a"}`, `{"text":null}`},
		"no boolean":    {`{"text":"a","find":"a","all":"perhaps"}`, ``},
	})
}

package functions

import "testing"

func TestTextSegment(t *testing.T) {
	check(t, "text.segment", map[string]example{
		"from a position":    {`{"text":"abcdef","start":2}`, `{"text":"cdef"}`},
		"to before a second": {`{"text":"abcdef","start":1,"end":3}`, `{"text":"bc"}`},
		"from the start":     {`{"text":"abcdef","end":"3"}`, `{"text":"abc"}`},
		"outside":            {`{"text":"abc","start":-5,"end":99}`, `{"text":"abc"}`},
		"changed over":       {`{"text":"abcdef","start":4,"end":1}`, `{"text":"bcd"}`},
		"nothing left":       {`{"text":"abc","start":3}`, `{"text":""}`},
		"other scripts":      {`{"text":"äöü","start":1,"end":2}`, `{"text":"ö"}`},
		"null":               {`{"start":1}`, `{"text":null}`},
		"empty":              {`{"text":""}`, `{"text":""}`},
		"no position":        {`{"text":"abc","start":"x"}`, ``},
	})
}

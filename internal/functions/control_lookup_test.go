package functions

import "testing"

func TestControlLookup(t *testing.T) {
	check(t, "control.lookup", map[string]example{
		"an option":       {`{"key":"a","options":{"a":1,"b":2},"else":0}`, `{"value":1}`},
		"of a number":     {`{"key":7,"options":{"7":"seven"}}`, `{"value":"seven"}`},
		"of a boolean":    {`{"key":true,"options":{"true":"yes"}}`, `{"value":"yes"}`},
		"no option":       {`{"key":"c","options":{"a":1},"else":0}`, `{"value":0}`},
		"names are whole": {`{"key":"a.b","options":{"a":{"b":1},"a.b":2}}`, `{"value":2}`},
		"a null option":   {`{"key":"a","options":{"a":null},"else":0}`, `{"value":null}`},
		"null":            {`{"options":{"null":"none"},"else":0}`, `{"value":"none"}`},
		"no options":      {`{"key":"a"}`, `{"value":null}`},
		"wrong options":   {`{"key":"a","options":5}`, ``},
	})
}

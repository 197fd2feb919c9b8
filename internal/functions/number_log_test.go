package functions

import "testing"

func TestNumberLog(t *testing.T) {
	check(t, "number.log", map[string]example{
		"natural":       {`{"number":1}`, `{"number":0}`},
		"to ten":        {`{"number":1000,"base":10}`, `{"number":3}`},
		"to two":        {`{"number":1024,"base":"2"}`, `{"number":10}`},
		"to another":    {`{"number":9,"base":3}`, `{"number":2}`},
		"of 0":          {`{"number":0}`, ``},
		"to the base 1": {`{"number":2,"base":1}`, ``},
		"to the base 0": {`{"number":2,"base":0}`, ``},
	})
}

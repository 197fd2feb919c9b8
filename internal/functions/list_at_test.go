package functions

import "testing"

func TestListAt(t *testing.T) {
	check(t, "list.at", map[string]example{
		"the first":   {`{"list":["a","b"],"index":0}`, `{"item":"a"}`},
		"by text":     {`{"list":["a","b"],"index":"1"}`, `{"item":"b"}`},
		"behind":      {`{"list":["a"],"index":1}`, `{"item":null}`},
		"before":      {`{"list":["a"],"index":-1}`, `{"item":null}`},
		"between":     {`{"list":["a","b"],"index":0.5}`, `{"item":null}`},
		"of null":     {`{"index":0}`, `{"item":null}`},
		"nowhere":     {`{"list":["a"]}`, `{"item":null}`},
		"JSON text":   {`{"list":"[7]","index":0}`, `{"item":7}`},
		"one value":   {`{"list":{"a":1},"index":0}`, `{"item":{"a":1}}`},
		"no position": {`{"list":[],"index":"x"}`, ``},
	})
}

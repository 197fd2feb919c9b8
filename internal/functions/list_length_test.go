package functions

import "testing"

func TestListLength(t *testing.T) {
	check(t, "list.length", map[string]example{
		"items":     {`{"list":[1,null,[2,3]]}`, `{"length":3}`},
		"none":      {`{"list":[]}`, `{"length":0}`},
		"JSON text": {`{"list":"[1,2]"}`, `{"length":2}`},
		"one value": {`{"list":"a"}`, `{"length":1}`},
		"null":      {`{}`, `{"length":0}`},
	})
	checkLoose(t, "list.length", map[string]example{
		"JSON text": {`{"list":"[1,2]"}`, `{"length":2}`},
		"a text":    {`{"list":"abc"}`, `{"length":0}`},
		"an object": {`{"list":{"a":1}}`, `{"length":0}`},
	})
}

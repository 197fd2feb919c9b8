package functions

import "testing"

func TestNumberRound(t *testing.T) {
	check(t, "number.round", map[string]example{
		"up":            {`{"number":1.5}`, `{"number":2}`},
		"down":          {`{"number":"1.4"}`, `{"number":1}`},
		"below zero":    {`{"number":-1.5}`, `{"number":-1}`},
		"almost a half": {`{"number":0.49999999999999994}`, `{"number":0}`},
		"null":          {`{}`, `{"number":0}`},
		"a word":        {`{"number":"x"}`, ``},
	})
}

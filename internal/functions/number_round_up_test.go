package functions

import "testing"

func TestNumberRoundUp(t *testing.T) {
	check(t, "number.round_up", map[string]example{
		"up":         {`{"number":1.1}`, `{"number":2}`},
		"whole":      {`{"number":"2"}`, `{"number":2}`},
		"below zero": {`{"number":-0.5}`, `{"number":0}`},
		"null":       {`{}`, `{"number":0}`},
	})
}

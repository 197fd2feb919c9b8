package functions

import "testing"

func TestNumberRoundDown(t *testing.T) {
	check(t, "number.round_down", map[string]example{
		"down":       {`{"number":1.9}`, `{"number":1}`},
		"below zero": {`{"number":-0.5}`, `{"number":-1}`},
		"null":       {`{}`, `{"number":0}`},
	})
}

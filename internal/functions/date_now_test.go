package functions

import "testing"

func TestDateNow(t *testing.T) {
	check(t, "date.now", map[string]example{
		"the moment": {`{}`, `{"date":{"$date":"2026-03-04T05:06:07.008Z"}}`},
	})
}

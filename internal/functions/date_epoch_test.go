package functions

import "testing"

func TestDateEpoch(t *testing.T) {
	check(t, "date.epoch", map[string]example{
		"whole":       {`{"date":"2026-01-01T00:00:00.999Z"}`, `{"number":1767225600}`},
		"before 1970": {`{"date":"1969-12-31T23:59:59.500Z"}`, `{"number":-1}`},
		"null":        {`{}`, `{"number":null}`},
		"no date":     {`{"date":"soon"}`, ``},
	})
}

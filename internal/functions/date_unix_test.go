package functions

import "testing"

func TestDateUnix(t *testing.T) {
	check(t, "date.unix", map[string]example{
		"milliseconds": {`{"date":"2026-01-01T00:00:00.999Z"}`, `{"number":1767225600999}`},
		"null":         {`{}`, `{"number":null}`},
		"no date":      {`{"date":"soon"}`, ``},
	})
}

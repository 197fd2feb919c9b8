package functions

import "testing"

func TestDateISO(t *testing.T) {
	check(t, "date.iso", map[string]example{
		"in UTC":  {`{"date":"2016-09-07T02:01:25.670+02:00"}`, `{"text":"2016-09-07T00:01:25Z"}`},
		"null":    {`{}`, `{"text":null}`},
		"no date": {`{"date":"soon"}`, ``},
	})
}

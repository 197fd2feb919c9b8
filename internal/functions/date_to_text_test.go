package functions

import "testing"

func TestDateToText(t *testing.T) {
	check(t, "date.to_text", map[string]example{
		"a date":          {`{"date":"2016-09-07T00:01:02Z","format":"YYYY-MM-DD"}`, `{"text":"2016-09-07"}`},
		"in a zone":       {`{"date":"2016-09-07T00:01:02Z","format":"MMMM D, h:mm a z","zone":"America/New_York"}`, `{"text":"September 6, 8:01 pm EDT"}`},
		"an unknown zone": {`{"date":"2016-09-07T00:01:02Z","format":"HH:mm","zone":"America/Pacific"}`, `{"text":"00:01"}`},
		"no format":       {`{"date":"2016-09-07T00:01:02Z"}`, `{"text":"2016-09-07T00:01:02+00:00"}`},
		"null":            {`{"format":"YYYY"}`, `{"text":null}`},
		"no date":         {`{"date":"soon","format":"YYYY"}`, ``},
	})
}

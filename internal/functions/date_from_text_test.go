package functions

import "testing"

func TestDateFromText(t *testing.T) {
	check(t, "date.from_text", map[string]example{
		"by a format":  {`{"text":"07.09.2016 13:01","format":"DD.MM.YYYY HH:mm"}`, `{"date":{"$date":"2016-09-07T13:01:00.000Z"}}`},
		"milliseconds": {`{"text":1473206462345,"format":"x"}`, `{"date":{"$date":"2016-09-07T00:01:02.345Z"}}`},
		"seconds":      {`{"text":"1473206462","format":"X"}`, `{"date":{"$date":"2016-09-07T00:01:02.000Z"}}`},
		"no format":    {`{"text":"Wed, 07 Sep 2016 02:01:02 +0200"}`, `{"date":{"$date":"2016-09-07T00:01:02.000Z"}}`},
		"no match":     {`{"text":"7 Sep","format":"YYYY-MM-DD"}`, ``},
		"a word":       {`{"text":"soon"}`, ``},
		"empty":        {`{"text":"","format":"x"}`, `{"date":null}`},
		"null":         {`{}`, `{"date":null}`},
	})
}

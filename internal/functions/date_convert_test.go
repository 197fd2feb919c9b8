package functions

import "testing"

func TestDateConvert(t *testing.T) {
	check(t, "date.convert", map[string]example{
		"all forms": {`{"date":"2016-09-07T00:01:02.345Z","format":"D.M.YY HH:mm","zone":"Europe/Berlin"}`, `{"date":{"$date":"2016-09-07T00:01:02.345Z"},"iso":"2016-09-07T00:01:02Z","epoch":"1473206462","unix":"1473206462345","human":"Wed, September 7th at 12:01 AM","custom":"7.9.16 02:01"}`},
		"no format": {`{"date":"2016-09-07"}`, `{"date":{"$date":"2016-09-07T00:00:00.000Z"},"iso":"2016-09-07T00:00:00Z","epoch":"1473206400","unix":"1473206400000","human":"Wed, September 7th at 12:00 AM","custom":null}`},
		"null":      {`{}`, `{"date":null,"iso":null,"epoch":null,"unix":null,"human":null,"custom":null}`},
		"no date":   {`{"date":"soon"}`, ``},
	})
}

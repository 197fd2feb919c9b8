package functions

import "testing"

func TestDateNow(t *testing.T) {
	check(t, "date.now", map[string]example{
		"the moment": {`{}`, `{"date":{"$date":"2026-03-04T05:06:07.008Z"},"iso":"2026-03-04T05:06:07Z","full":"Wed, March 4th at 5:06 AM","time":"5:06 AM","year":2026,"month":"March","day":4,"hour":5,"minute":6,"second":7,"millisecond":8}`},
	})
}

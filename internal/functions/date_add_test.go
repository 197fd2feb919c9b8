package functions

import "testing"

func TestDateAdd(t *testing.T) {
	check(t, "date.add", map[string]example{
		"days":             {`{"date":"2026-02-27T05:00:00Z","amount":2,"unit":"days"}`, `{"date":{"$date":"2026-03-01T05:00:00.000Z"}}`},
		"a shorter month":  {`{"date":"2026-01-31","amount":"1","unit":"months"}`, `{"date":{"$date":"2026-02-28T00:00:00.000Z"}}`},
		"back":             {`{"date":"2026-01-31","amount":-1,"unit":"hours"}`, `{"date":{"$date":"2026-01-30T23:00:00.000Z"}}`},
		"no amount":        {`{"date":"2026-01-31","unit":"days"}`, `{"date":{"$date":"2026-01-31T00:00:00.000Z"}}`},
		"null":             {`{"amount":1,"unit":"days"}`, `{"date":null}`},
		"empty":            {`{"date":"","amount":1,"unit":"days"}`, `{"date":null}`},
		"no date":          {`{"date":"soon","amount":1,"unit":"days"}`, ``},
		"no unit":          {`{"date":"2026-01-31","amount":1}`, ``},
		"out of the years": {`{"date":"2026-01-31","amount":10000,"unit":"years"}`, ``},
	})
	checkLoose(t, "date.add", map[string]example{
		"American":        {`{"date":"01/31/26","amount":"1","unit":"Days"}`, `{"date":{"$date":"2026-02-01T00:00:00.000Z"}}`},
		"seconds in text": {`{"date":"1767225600","amount":1,"unit":"days"}`, `{"date":{"$date":"2026-01-02T00:00:00.000Z"}}`},
		"no date":         {`{"date":"soon","amount":1,"unit":"days"}`, ``},
	})
}

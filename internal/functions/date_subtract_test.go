package functions

import "testing"

func TestDateSubtract(t *testing.T) {
	check(t, "date.subtract", map[string]example{
		"days":            {`{"date":"2026-03-01","amount":1,"unit":"days"}`, `{"date":{"$date":"2026-02-28T00:00:00.000Z"}}`},
		"a shorter month": {`{"date":"2026-03-31","amount":1,"unit":"month"}`, `{"date":{"$date":"2026-02-28T00:00:00.000Z"}}`},
		"null":            {`{"amount":1,"unit":"days"}`, `{"date":null}`},
		"no unit":         {`{"date":"2026-03-31","amount":1,"unit":"moons"}`, ``},
	})
}

package functions

import "testing"

func TestDateDifference(t *testing.T) {
	check(t, "date.difference", map[string]example{
		"later":   {`{"start":"2026-01-01","end":"2026-01-02T12:00:00Z"}`, `{"days":1.5,"months":0.04838709677419355,"years":0.004032258064516129,"hours":36,"minutes":2160,"seconds":129600,"milliseconds":129600000}`},
		"earlier": {`{"start":"2027-01-01","end":"2026-01-01"}`, `{"days":-365,"months":-12,"years":-1,"hours":-8760,"minutes":-525600,"seconds":-31536000,"milliseconds":-31536000000}`},
		"same":    {`{"start":"2027-01-01","end":"2027-01-01"}`, `{"days":0,"months":0,"years":0,"hours":0,"minutes":0,"seconds":0,"milliseconds":0}`},
		"null":    {`{"start":"2027-01-01"}`, `{"days":null,"months":null,"years":null,"hours":null,"minutes":null,"seconds":null,"milliseconds":null}`},
		"no date": {`{"start":"soon","end":"2027-01-01"}`, ``},
	})
}

package functions

import "testing"

func TestTextFindPattern(t *testing.T) {
	check(t, "text.find_pattern", map[string]example{
		"fits":        {`{"text":"ab12","pattern":"[0-9]+"}`, `{"position":2}`},
		"does not":    {`{"text":"ab","pattern":"\\d"}`, `{"position":-1}`},
		"behind":      {`{"text":"ä🔑1","pattern":"\\d"}`, `{"position":3}`},
		"case counts": {`{"text":"aB","pattern":"b"}`, `{"position":-1}`},
		"no pattern":  {`{"text":"a","pattern":"("}`, ``},
		"look-behind": {`{"text":"a","pattern":"(?<=a)b"}`, ``},
		"null":        {`{"pattern":"a"}`, `{"position":-1}`},
		"of nothing":  {`{"text":"a"}`, `{"position":0}`},
	})
}

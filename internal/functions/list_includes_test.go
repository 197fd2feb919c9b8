package functions

import "testing"

func TestListIncludes(t *testing.T) {
	check(t, "list.includes", map[string]example{
		"holds":        {`{"list":["a","b"],"value":"b"}`, `{"result":true}`},
		"does not":     {`{"list":["a","b"],"value":"B"}`, `{"result":false}`},
		"deeply":       {`{"list":[{"a":1,"b":2}],"value":{"b":2,"a":1}}`, `{"result":true}`},
		"by text form": {`{"list":[1,2],"value":"2"}`, `{"result":true}`},
		"null":         {`{"value":"a"}`, `{"result":false}`},
	})
}

package functions

import "testing"

func TestObjectCollapse(t *testing.T) {
	check(t, "object.collapse", map[string]example{
		"pairs":        {`{"list":[{"key":"foo","value":"bar"},{"key":1,"value":null},null]}`, `{"object":{"foo":"bar","1":null}}`},
		"the last":     {`{"list":[{"key":"a","value":1},{"key":"a","value":2}]}`, `{"object":{"a":2}}`},
		"without keys": {`{"list":[{"value":1}]}`, `{"object":{}}`},
		"no object":    {`{"list":["a"]}`, ``},
	})
}

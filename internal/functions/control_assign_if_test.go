package functions

import "testing"

func TestControlAssignIf(t *testing.T) {
	check(t, "control.assign_if", map[string]example{
		"holds":       {`{"a":51,"operator":">","b":"50","if_true":"50","if_false":false}`, `{"value":"50"}`},
		"does not":    {`{"a":"x","operator":"is empty","if_true":1,"if_false":{"a":[]}}`, `{"value":{"a":[]}}`},
		"left out":    {`{"a":1,"operator":"==","b":1}`, `{"value":null}`},
		"no operator": {`{"a":1,"b":1,"if_true":"y"}`, `{"value":"y"}`},
		"no such":     {`{"a":1,"operator":"x","b":1}`, ``},
	})
}

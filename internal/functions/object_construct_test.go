package functions

import "testing"

func TestObjectConstruct(t *testing.T) {
	check(t, "object.construct", map[string]example{
		"fields in order":   {`{"z":1,"a":"x","b":null,"c":""}`, `{"object":{"z":1,"a":"x","b":null,"c":""}}`},
		"dots":              {`{"profile.email":"a@b","profile.login":"a","id":1}`, `{"object":{"profile":{"email":"a@b","login":"a"},"id":1}}`},
		"a list":            {`{"commands.0.type":"x","commands.0.value.a":1,"commands.1.type":"y"}`, `{"object":{"commands":[{"type":"x","value":{"a":1}},{"type":"y"}]}}`},
		"into a value":      {`{"a":{"b":1},"a.c":2}`, `{"object":{"a":{"b":1,"c":2}}}`},
		"odd names":         {`{"a.":1,".":2,"0":3}`, `{"object":{"a.":1,".":2,"0":3}}`},
		"nothing":           {`{}`, `{"object":{}}`},
		"a field of a list": {`{"a":[1],"a.b":2}`, ``},
	})
}

package functions

import "testing"

func TestObjectMove(t *testing.T) {
	check(t, "object.move", map[string]example{
		"as documented":   {`{"object":{"one":"hello","two":"goodbye"},"source":"one","destination":"three"}`, `{"object":{"two":"goodbye","three":"hello"}}`},
		"over another":    {`{"object":{"a":1,"b":2,"c":3},"source":"c","destination":"a"}`, `{"object":{"b":2,"a":3}}`},
		"to itself":       {`{"object":{"a":1,"b":2},"source":"a","destination":"a"}`, `{"object":{"b":2,"a":1}}`},
		"no such field":   {`{"object":{"a":1},"source":"x","destination":"y"}`, `{"object":{"a":1}}`},
		"nowhere":         {`{"object":{"a":1},"source":"a"}`, ``},
		"nothing to move": {`{"source":"a","destination":"b"}`, `{"object":null}`},
	})
}

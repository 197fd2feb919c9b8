package functions

import "testing"

func TestListGroupBy(t *testing.T) {
	check(t, "list.group_by", map[string]example{
		"by a field":     {`{"list":[{"a":1},{"a":2},{"a":3},{"a":3,"b":1}],"path":"a"}`, `{"object":{"1":[{"a":1}],"2":[{"a":2}],"3":[{"a":3},{"a":3,"b":1}]}}`},
		"by a path":      {`{"list":[{"b":{"d":3}},{"b":{"d":6}},{"b":null}],"path":"b.d"}`, `{"object":{"3":[{"b":{"d":3}}],"6":[{"b":{"d":6}}],"":[{"b":null}]}}`},
		"by the item":    {`{"list":["x","y","x"]}`, `{"object":{"x":["x","x"],"y":["y"]}}`},
		"nothing at all": {`{}`, `{"object":{}}`},
	})
}

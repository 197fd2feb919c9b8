package functions

import "testing"

func TestListIndexBy(t *testing.T) {
	check(t, "list.index_by", map[string]example{
		"names and values": {`{"list":[{"fieldname":"x","myvalue":"one"},{"fieldname":"y","myvalue":"two"},{"fieldname":"z"}],"key_path":"fieldname","value_path":"myvalue"}`, `{"object":{"x":"one","y":"two","z":null}}`},
		"the last counts":  {`{"list":[{"k":1,"v":1},{"k":1,"v":2}],"key_path":"k","value_path":"v"}`, `{"object":{"1":2}}`},
		"whole items":      {`{"list":[{"k":"a"}],"key_path":"k"}`, `{"object":{"a":{"k":"a"}}}`},
		"nothing":          {`{}`, `{"object":{}}`},
	})
}

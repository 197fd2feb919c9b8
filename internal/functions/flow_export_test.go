package functions

import (
	"encoding/base64"
	"errors"
	"testing"

	"sallyport/internal/function"
	"sallyport/internal/value"
)

func TestFlowExport(t *testing.T) {
	env := fixed(false)
	env.Export = func(flow, format string) ([]byte, error) {
		if flow != "leaver" {
			return nil, errors.New("no such flow")
		}
		if format == "yaml" {
			return []byte("flow: leaver\n"), nil
		}
		return []byte(`{"type":"flopack","data":{}}`), nil
	}
	tests := map[string]struct {
		in         *value.Object
		name, text string
		refused    bool
	}{
		"an export":                {in: value.Map("flow", "leaver"), name: "leaver.flopack", text: `{"type":"flopack","data":{}}`},
		"laid out":                 {in: value.Map("flow", "leaver", "pretty", true, "indent", 1.0), name: "leaver.flopack", text: "{\n \"type\": \"flopack\",\n \"data\": {}\n}"},
		"laid out, as usual":       {in: value.Map("flow", "leaver", "pretty", true), name: "leaver.flopack", text: "{\n  \"type\": \"flopack\",\n  \"data\": {}\n}"},
		"its own text":             {in: value.Map("flow", "leaver", "format", "yaml", "pretty", true), name: "leaver.yaml", text: "flow: leaver\n"},
		"a flow that is not there": {in: value.Map("flow", "joiner"), refused: true},
		"no flow":                  {in: value.Map(), refused: true},
		"another format":           {in: value.Map("flow", "leaver", "format", "xml"), refused: true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			out, err := find(t, "flow.export").Run(env, test.in)
			if (err != nil) != test.refused {
				t.Fatal(err)
			}
			if test.refused {
				return
			}
			file := out.Object("file")
			text, err := base64.StdEncoding.DecodeString(file.Text("data"))
			if err != nil || file.Text("name") != test.name || string(text) != test.text {
				t.Errorf("got %s with %q: %v", file.Text("name"), text, err)
			}
		})
	}
	if _, err := find(t, "flow.export").Run(function.Env{}, value.Map("flow", "leaver")); err == nil {
		t.Error("without flows there is an export")
	}
}

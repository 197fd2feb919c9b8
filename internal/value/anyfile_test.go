package value_test

import (
	"testing"

	"sallyport/internal/value"
)

func TestAnyFile(t *testing.T) {
	tests := map[string]struct {
		given            any
		name, kind, data string
		refused          bool
	}{
		"a file":                  {given: value.Map("name", "a.csv", "type", "text/csv", "size", 99.0, "data", "YSxi"), name: "a.csv", kind: "text/csv", data: "a,b"},
		"its JSON":                {given: ` {"name":"a.csv","type":"text/csv","data":"YSxi"}`, name: "a.csv", kind: "text/csv", data: "a,b"},
		"a text":                  {given: "a,b", kind: "text/plain; charset=utf-8", data: "a,b"},
		"a text that is JSON":     {given: `{"name":"a.csv"}`, kind: "text/plain; charset=utf-8", data: `{"name":"a.csv"}`},
		"an object with text":     {given: value.Map("name", "x", "content_type", "text/csv", "text", "a,b"), name: "x", kind: "text/csv", data: "a,b"},
		"an object with Base64":   {given: value.Map("base64", "YSxi"), data: "a,b"},
		"an empty file":           {given: value.Map("name", "x", "data", "")},
		"an empty text":           {given: value.Map("text", "")},
		"Base64 that is left out": {given: value.Map("base64", nil, "text", "a"), data: "a"},
		"neither":                 {given: value.Map("name", "x"), refused: true},
		"no Base64":               {given: value.Map("base64", "?"), refused: true},
		"no media type":           {given: value.Map("text", "a", "type", "words"), refused: true},
		"a number":                {given: 5.0, refused: true},
		"nothing":                 {given: nil, refused: true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			f, err := value.AnyFile(tt.given)
			if (err != nil) != tt.refused {
				t.Fatal(err)
			}
			if name := f.Name; tt.name != "" && name != tt.name || f.Type != tt.kind || string(f.Data) != tt.data {
				t.Errorf("got %q of type %q: %q", f.Name, f.Type, f.Data)
			}
		})
	}
}

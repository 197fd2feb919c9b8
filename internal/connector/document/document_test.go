package document_test

import (
	"encoding/json"
	"strings"
	"testing"

	"sallyport/internal/connector/document"
	"sallyport/internal/errs"
	"sallyport/internal/value"
)

func TestReadGivesValues(t *testing.T) {
	tests := map[string]struct{ in, want string }{
		"order":              {"z: 1\na: {y: 2, x: 3}", `{"z":1,"a":{"y":2,"x":3}}`},
		"kinds":              {"[1, 2.5, true, null, ~, x, '1', \"true\", 0x10]", `[1,2.5,true,null,null,"x","1","true",16]`},
		"dates are texts":    {"at: 2026-03-04", `{"at":"2026-03-04"}`},
		"no old booleans":    {"[yes, no, on, off]", `["yes","no","on","off"]`},
		"names are texts":    {"1: a\ntrue: b", `{"1":"a","true":"b"}`},
		"several lines":      {"a: |-\n  x\n  y\nb: >-\n  x\n  y", `{"a":"x\ny","b":"x y"}`},
		"empty is null":      {"a:\nb: []", `{"a":null,"b":[]}`},
		"comments are gone":  {"# x\na: 1 # y", `{"a":1}`},
		"a single text":      {"x", `"x"`},
		"document separator": {"---\na: 1\n...\n", `{"a":1}`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d, err := document.Read("x.yaml", []byte(tt.in))
			if err != nil {
				t.Fatal(err)
			}
			if got := string(value.JSON(d.Root)); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestReadRefuses(t *testing.T) {
	tests := map[string]struct{ in, want string }{
		"nothing":           {"", "x.yaml:1: the file is empty"},
		"only a comment":    {"# x", "x.yaml:1: the file is empty"},
		"no YAML":           {"a: 1\nb: [", "x.yaml:2:"},
		"twice the same":    {"a: 1\nb: 2\na: 3", "x.yaml:3: a stands here twice"},
		"an anchor":         {"a: &x 1", "x.yaml:1: anchors"},
		"an alias":          {"a: 1\nb: *a", "unknown anchor"},
		"a merge":           {"a:\n  <<: {b: 1}", "x.yaml:2: a name must be"},
		"a list for a name": {"? [a]\n: 1", "x.yaml:1: a name must be"},
		"a tag":             {"a: !!binary aGVsbG8=", "x.yaml:1: !!binary"},
		"infinity":          {"a: 1\nb: .inf", "x.yaml:2: .inf is no number"},
		"too deep":          {strings.Repeat("[", 200) + strings.Repeat("]", 200), "nested deeper"},
		"two documents":     {"a: 1\n---\nb: 2", "more than one document"},
		"too large":         {"a: " + strings.Repeat("x", 1<<20), "larger than"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d, err := document.Read("x.yaml", []byte(tt.in))
			if err == nil {
				t.Fatalf("read as %s", value.JSON(d.Root))
			}
			if !strings.Contains(err.Error(), tt.want) || errs.KindOf(err) != errs.Invalid {
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
}

func TestCheckTellsEverythingWithItsLine(t *testing.T) {
	s, err := document.ParseSchema([]byte(`{"type":"object","additionalProperties":false,"required":["a"],"properties":{
		"a":{"type":"string"},"list":{"type":"array","items":{"type":"object","required":["id"],"properties":{"id":{"enum":[1,2]}}}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	d, err := document.Read("x.yaml", []byte("b: 1\nlist:\n  - id: 1\n  - id: 3\n  - other: 1\n"))
	if err != nil {
		t.Fatal(err)
	}
	got := d.Check(s)
	if got == nil {
		t.Fatal("it fits")
	}
	for _, want := range []string{"x.yaml:1: b: there is no such key", "x.yaml:1: missing property 'a'", "x.yaml:4: list.1.id: value must be one of", "x.yaml:5: list.2: missing property 'id'"} {
		if !strings.Contains(got.Error(), want) {
			t.Errorf("error %v lacks %q", got, want)
		}
	}
	if _, err := document.ParseSchema([]byte(`{"type": 7}`)); err == nil {
		t.Error("a schema that is none was taken")
	}
}

func TestCursor(t *testing.T) {
	d, err := document.Read("x.yaml", []byte("title: T\nn: 3\non: true\nlist: [a, b]\nsub:\n  x: 1\n  y:\n    - z: 2\n"))
	if err != nil {
		t.Fatal(err)
	}
	c := d.Cursor()
	if c.Text("title") != "T" || c.Number("n") != 3 || !c.Bool("on") || strings.Join(c.Texts("list"), "") != "ab" {
		t.Errorf("%q %v %v %v", c.Text("title"), c.Number("n"), c.Bool("on"), c.Texts("list"))
	}
	if c.Text("n") != "" || c.Number("title") != 0 || c.Bool("n") || c.Texts("none") != nil || c.At("none").At("deeper").Present() {
		t.Error("what does not fit is not nothing")
	}
	var names []string
	for name, f := range c.At("sub").Fields() {
		names = append(names, name)
		for e := range f.Items() {
			e.At("z").Fail("is %v", e.At("z").Value)
			e.At("none").Fail("is missing")
		}
	}
	if strings.Join(names, "") != "xy" {
		t.Errorf("fields %v", names)
	}
	c.Fail("as a whole")
	want := "x.yaml:8: sub.y.0.z: is 2\nx.yaml:8: sub.y.0.none: is missing\nx.yaml:1: as a whole"
	if got := d.Err(); got == nil || got.Error() != want {
		t.Errorf("error %v, want %s", got, want)
	}
}

// What is read is a value, and the same as JSON reads where the text is JSON.
func FuzzRead(f *testing.F) {
	for _, s := range []string{"a: 1", "- x\n- {y: [1, 2.5, ~]}", "a: &x 1\nb: *x", `{"a":[1,"\u00e9",null]}`, "? a\n: b", "a: |\n  x\n", "!!int '3'", "a: 2026-01-01"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		d, err := document.Read("x.yaml", text)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "x.yaml:") {
				t.Fatalf("error %v names no line", err)
			}
			return
		}
		if !json.Valid(value.JSON(d.Root)) {
			t.Fatalf("%q is read as %s", text, value.JSON(d.Root))
		}
	})
}

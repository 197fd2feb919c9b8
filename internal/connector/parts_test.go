package connector_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"

	"sallyport/internal/connector"
	"sallyport/internal/egress"
	"sallyport/internal/value"
)

func folder(namesAndTexts ...string) fstest.MapFS {
	out := fstest.MapFS{}
	for i := 0; i+1 < len(namesAndTexts); i += 2 {
		out["connectors/"+namesAndTexts[i]] = &fstest.MapFile{Data: []byte(namesAndTexts[i+1])}
	}
	return out
}

func partOf(id, action string) string {
	return "extends: " + id + "\nactions:\n  " + action + ": { effect: read, repeat: safe, request: { method: GET, path: '/{{ settings.url }}' }, outputs: { all: { type: list, from: body, each: one } } }\n"
}

const whole = start + "shapes: { one: item.id }\nactions:\n  x: { effect: read, repeat: safe, request: { method: GET, path: / }, undo: { action: y, inputs: {} } }\n"

func TestParts(t *testing.T) {
	built := folder("sample.yaml", whole, "sample.more.yaml", partOf("sample", "y"))
	tests := map[string]struct {
		own  fstest.MapFS
		want string
	}{
		"a part adds to its connector":            {folder(), "x y"},
		"a part of a later folder adds too":       {folder("sample.own.yaml", partOf("sample", "z")), "x y z"},
		"a part of a later folder replaces it":    {folder("sample.more.yaml", strings.Replace(partOf("sample", "y"), "path: '/{{ settings.url }}'", "path: /", 1)+"  z: { effect: read, repeat: safe, request: { method: GET, path: / } }\n"), "x y z"},
		"a connector of a later folder is whole":  {folder("sample.yaml", start+"actions: { a: { effect: read, repeat: safe, request: { method: GET, path: / } } }"), "a"},
		"a connector of a later folder has parts": {folder("sample.yaml", whole, "sample.a.yaml", partOf("sample", "y")), "x y"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s, err := connector.Load(built, tt.own)
			if err != nil {
				t.Fatal(err)
			}
			c, _ := s.Get("sample")
			if got := strings.Join(c.ActionIDs(), " "); got != tt.want {
				t.Errorf("actions %s, want %s", got, tt.want)
			}
		})
	}
}

func TestPartsRefuse(t *testing.T) {
	tests := map[string]struct {
		files fstest.MapFS
		want  string
	}{
		"a part of nothing":        {folder("sample.more.yaml", partOf("sample", "y")), "sample.more.yaml:1: extends: there is no sample.yaml"},
		"a part of another":        {folder("sample.yaml", whole, "sample.more.yaml", partOf("other", "y")), "sample.more.yaml:1: extends: the file's name must begin with other"},
		"a connector for a part":   {folder("sample.yaml", whole, "sample.more.yaml", whole), "it extends a connector"},
		"an action twice":          {folder("sample.yaml", whole, "sample.more.yaml", partOf("sample", "x")), "sample.more.yaml:3: actions.x: there is such an action already"},
		"a shape twice":            {folder("sample.yaml", whole, "sample.more.yaml", partOf("sample", "y")+"shapes: { one: item }"), "sample.more.yaml:4: shapes.one: there is such a shape already"},
		"a part that says more":    {folder("sample.yaml", whole, "sample.more.yaml", partOf("sample", "y")+"title: T"), "sample.more.yaml:4: title: there is no such key"},
		"a fault of a part":        {folder("sample.yaml", whole, "sample.more.yaml", strings.Replace(partOf("sample", "y"), "settings.url", "settings.b", 1)), "sample.more.yaml:3: actions.y.request.path: there is no settings.b"},
		"a shape of what is not":   {folder("sample.yaml", strings.Replace(whole, "item.id", "inputs.b", 1), "sample.more.yaml", partOf("sample", "y")), "sample.yaml:6: shapes.one: there is no inputs.b"},
		"a shape that is no shape": {folder("sample.yaml", whole, "sample.more.yaml", strings.Replace(partOf("sample", "y"), "each: one", "each: two", 1)), "undeclared reference to 'two'"},
		"a shape of a text":        {folder("sample.yaml", whole, "sample.more.yaml", strings.Replace(partOf("sample", "y"), "type: list", "type: text", 1)), "all.each: it is of a list or an object"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := connector.Load(tt.files)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q in it", err, tt.want)
			}
		})
	}
}

// A list is given its shape item by item: no length of it is too costly, and an
// item that cannot be had spoils no other.
func TestShapes(t *testing.T) {
	items := strings.Repeat(`{"id":"a","n":[1,2,3]},`, 20_000)
	s := peer(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "["+items+`7]`) })
	shelf, err := connector.Load(folder("sample.yaml", start+`
shapes:
  record: '{"ID": item.id, "Sum": item.n.map(x, x + inputs.plus), "Raw Output": item}'
actions:
  x:
    effect: read
    repeat: safe
    inputs: { plus: { type: number, default: 1 } }
    request: { method: GET, path: / }
    outputs:
      all: { type: list, from: body, each: record }
      first: { type: object, from: body.first(), each: record }
      ids: { type: list, from: body, each: item.id + "!" }
      none: { type: object, from: body.none, each: record }
`))
	if err != nil {
		t.Fatal(err)
	}
	b := newBenchOf(t, shelf, egress.Options{})
	res, failure := b.do(b.connection("sample", "", value.Map("url", s.URL)), "x", nil)
	if failure != nil {
		t.Fatal(failure)
	}
	const record = `{"ID":"a","Raw Output":{"id":"a","n":[1,2,3]},"Sum":[2,3,4]}`
	all, _ := res.Outputs.At("all").([]any)
	ids, _ := res.Outputs.At("ids").([]any)
	if len(all) != 20_001 || string(value.JSON(all[0])) != record || string(value.JSON(all[19_999])) != record {
		t.Errorf("%d records, of which the first is %s", len(all), value.JSON(all[0]))
	}
	if string(value.JSON(res.Outputs.At("first"))) != record || res.Outputs.At("none") != nil || len(ids) != 20_001 || ids[0] != "a!" {
		t.Errorf("first %s, none %s, %d ids", value.JSON(res.Outputs.At("first")), value.JSON(res.Outputs.At("none")), len(ids))
	}
}

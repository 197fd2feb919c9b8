package flopack_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sallyport/internal/flopack"
)

// corpus are exports that others have published; they are beside the checkout,
// or the tests that need them are skipped.
func corpus(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob("../../../shared/corpus/flopack/*/*.flopack")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Skip("there are no exports in ../shared/corpus/flopack")
	}
	return files
}

// Real exports are read whole, and nothing is found that is not wrong with them.
func TestCorpus(t *testing.T) {
	flows, cards, warnings := 0, 0, 0
	for _, file := range corpus(t) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		d, problems, err := flopack.Parse(text)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		for _, p := range append(problems, flopack.Check(d)...) {
			if !p.Warning {
				t.Errorf("%s: %s", filepath.Base(filepath.Dir(file)), p)
				continue
			}
			t.Logf("%s: %s", filepath.Base(filepath.Dir(file)), p)
			warnings++
		}
		flows += len(d.Flows)
		for _, n := range d.Methods() {
			cards += n
		}
	}
	t.Logf("%d flows, %d cards, %d warnings", flows, cards, warnings)
	if flows < 300 || cards < 3000 {
		t.Errorf("only %d flows of %d cards were read", flows, cards)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(small("")))
	f.Fuzz(func(_ *testing.T, text []byte) {
		if d, problems, err := flopack.Parse(text); err == nil && len(problems) == 0 {
			flopack.Check(d)
		}
	})
}

// small is a flow of three cards: it trims what it is given, and returns it.
// Each pair of change is put in place of another text.
func small(change ...string) string {
	text := `{"type":"flopack","version":"1.5.0","data":{"configs":{},"groups":{},"tables":{},"flos":{"f1":{"name":"Trim","data":{"log":true,
"orderings":{"o1":["a","b"],"o2":["b","c"]},
"methods":[
{"uuid":"a","address":"root:kernel:control:0.0.1:callable","node":{"model":{"displayed":true,
 "inputs":{"data":{"i1":{"group":null,"key":"text","value":{"type":"string","collection":false,"data":""},"metadata":{"index":0}}}},
 "outputs":{"data":{"o1":{"group":null,"key":"text","value":{"type":"string","collection":false},"metadata":{"index":0}}}}}},
 "pins":{"o1":{"b":[{"input":"i2","transform":null}]}}},
{"uuid":"b","address":"root:kernel:string:0.0.1:trim","node":{"model":{"displayed":true,
 "inputs":{"data":{"i2":{"group":null,"key":"string","value":{"type":"string","collection":false,"data":""}}}},
 "outputs":{"data":{"o2":{"group":null,"key":"output","value":{"type":"string","collection":false}}}}}},
 "pins":{"o2":{"c":[{"input":"i3","transform":null}]}}},
{"uuid":"c","address":"root:kernel:control:0.0.1:return","node":{"model":{"displayed":true,
 "inputs":{"data":{"i3":{"group":null,"key":"trimmed","value":{"type":"string","collection":false,"data":""},"metadata":{"custom":true}}}},
 "outputs":{"data":{"o3":{"group":null,"key":"trimmed","value":{"type":"string","collection":false}}}}}},"pins":{}}]}}}}}`
	if len(change) == 2 {
		text = strings.Replace(text, change[0], change[1], 1)
	}
	return text
}

func TestSmall(t *testing.T) {
	d, problems, err := flopack.Parse([]byte(small()))
	if err != nil || len(problems) != 0 || len(flopack.Check(d)) != 0 {
		t.Fatalf("%v, %v, %v", problems, flopack.Check(d), err)
	}
	g := d.Flows[0].Graph
	order, circle := g.Order()
	if len(order) != 3 || order[0].UUID != "a" || order[2].UUID != "c" || circle != nil || g.Root().UUID != "a" || g.Card("b").Address() != "string:trim" {
		t.Errorf("order %v, circle %v", order, circle)
	}
}

// A file may begin with a byte order mark.
func TestByteOrderMark(t *testing.T) {
	text := []byte("\ufeff\r\n" + small())
	if d, problems, err := flopack.Parse(text); !flopack.Looks(text) || err != nil || len(problems) > 0 || len(d.Flows) != 1 {
		t.Errorf("%v, %v", problems, err)
	}
}

// What is wrong is told with its path in the file.
func TestProblems(t *testing.T) {
	tests := map[string]struct {
		from, to string
		says     string
	}{
		"a card that is not there": {`"c":[{"input":"i3"`, `"x":[{"input":"i3"`, `card string:trim b (data.flos.f1.data.methods[1]): a wire leads to the card "x", which is not in this flow`},
		"an input that is not":     {`[{"input":"i3"`, `[{"input":"i9"`, `the input "i9" of c, which it does not have`},
		"an output that is not":    {`"pins":{"o2"`, `"pins":{"o9"`, `the output "o9", which the card does not have`},
		"an order in a circle":     {`"o2":["b","c"]`, `"o2":["b","c"],"o3":["c","a"]`, "goes in a circle"},
		"two starts":               {`"o1":["a","b"],`, ``, "one card starts a flow, not 2"},
		"a wire against the order": {`"o2":["b","c"]`, `"o2":["a","c"]`, "a wire leads to c, which does not run after it"},
		"two wires":                {`"b":[{"input":"i2","transform":null}]`, `"b":[{"input":"i2","transform":null},{"input":"i2","transform":null}]`, "two wires lead to the input"},
		"a conversion unknown":     {`{"input":"i3","transform":null}`, `{"input":"i3","transform":{"o2":{"convert":"shout"}}}`, `converts by "shout"`},
		"a conversion for nothing": {`{"input":"i3","transform":null}`, `{"input":"i3","transform":{"o2":{"convert":"parse"}}}`, "warning: a wire from string to string"},
		"a flow that is not there": {`{"type":"string","collection":false,"data":""}}}},
 "outputs":{"data":{"o2"`, `{"type":"flo","collection":false,"data":"f9"}}}},
 "outputs":{"data":{"o2"`, "the flow f9"},
		"a card twice":     {`"uuid":"b"`, `"uuid":"a"`, `data.flos.f1.data.methods[1].uuid): the uuid "a" is another card's already`},
		"a wrong address":  {`root:kernel:string:0.0.1:trim`, `kernel:trim`, "is no address of a card"},
		"a number as text": {`"name":"Trim"`, `"name":7`, "data.flos.f1.name: a text is wanted, not a number"},
		"no list":          {`"methods":[`, `"methods":7,"other":[`, "data.flos.f1.data.methods): a list is wanted, not a number"},
		"a newer version":  {`"version":"1.5.0"`, `"version":"1.6.0"`, "version: warning: the export is of version 1.6.0, which is newer than 1.5"},
		"a yes as text":    {`"displayed":true`, `"displayed":"true"`, "data.flos.f1.data.methods[0].node.model.displayed): true or false is wanted, not a text"},
		"half an order":    {`"o2":["b","c"]`, `"o2":["b"]`, "two cards are wanted"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			text := small(tt.from, tt.to)
			if text == small() {
				t.Fatal("nothing was changed")
			}
			d, problems, err := flopack.Parse([]byte(text))
			if err != nil {
				t.Fatal(err)
			}
			var said []string
			for _, p := range append(problems, flopack.Check(d)...) {
				said = append(said, p.String())
			}
			if !strings.Contains(strings.Join(said, "\n"), tt.says) {
				t.Errorf("said %q, want %q", said, tt.says)
			}
		})
	}
}

// However many warnings there are, what is wrong is told.
func TestManyWarnings(t *testing.T) {
	var fields []string
	for i := range 1000 {
		fields = append(fields, fmt.Sprintf(`"w%d":{"key":"w%d","value":{"type":"string","data":""}}`, i, i))
	}
	text := small(`"inputs":{"data":{"i1"`, `"inputs":{"data":{`+strings.Join(fields, ",")+`,"i1"`)
	d, problems, err := flopack.Parse([]byte(strings.Replace(text, `{"input":"i3"`, `{"input":"i9"`, 1)))
	if err != nil || len(problems) > 0 {
		t.Fatal(problems, err)
	}
	warnings, wrong := 0, 0
	for _, p := range flopack.Check(d) {
		if p.Warning {
			warnings++
			continue
		}
		wrong++
	}
	if warnings != 200 || wrong != 1 {
		t.Errorf("%d warnings and %d errors, want 200 and 1", warnings, wrong)
	}
}

func TestNoExport(t *testing.T) {
	for name, tt := range map[string]struct{ text, says string }{
		"cut off":     {small()[:300], "is no export of Okta Workflows"},
		"another":     {`{"type":"workflow"}`, `it has no "type": "flopack"`},
		"a list":      {`[]`, `it has no "type": "flopack"`},
		"a version":   {`{"type":"flopack","version":"2.0.0"}`, `version "2.0.0"`},
		"deep nested": {`{"type":"flopack","version":"1.5.0","data":` + strings.Repeat(`{"a":`, 600) + `1` + strings.Repeat(`}`, 601), "nested deeper"},
	} {
		if _, _, err := flopack.Parse([]byte(tt.text)); err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, problems, err := flopack.Parse([]byte(`{"type":"flopack","version":"1.5.0","data":{}}`)); err != nil || len(problems) != 1 {
		t.Errorf("an empty export: %v, %v", problems, err)
	}
}

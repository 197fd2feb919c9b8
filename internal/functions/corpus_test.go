package functions

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sallyport/internal/function"
)

// exports are exported flows of Okta Workflows. They stand beside the checkout.
const exports = "../../../shared/corpus/flopack/*/*.flopack"

// exportedCard is what the test reads of a card.
type exportedCard struct {
	Address string
	Node    struct {
		Model struct {
			Inputs, Outputs struct{ Data map[string]cardKey }
		}
	}
}

// TestExportedCards holds the ports of every function against every card of the
// exported flows that it serves, whatever keys their authors chose.
func TestExportedCards(t *testing.T) {
	files, err := filepath.Glob(exports)
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Skipf("%s is not there: exported cards are not checked", exports)
	}
	served := map[string]function.Function{}
	for _, f := range All() {
		if f.Okta != "" {
			served[f.Okta] = f
		}
	}
	cards := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var pack any
		if err := json.Unmarshal(text, &pack); err != nil {
			t.Fatal(err)
		}
		eachCard(t, pack, func(c exportedCard) {
			part := strings.Split(c.Address, ":")
			if len(part) != 5 || part[1] != "kernel" {
				return
			}
			// What a hidden card takes out of an object is references in our flows.
			if f, ok := served[part[2]+":"+part[4]]; ok && f.Okta != "object:expand" {
				cards++
				checkCard(t, f, c)
			}
		})
	}
	if cards < 1000 {
		t.Errorf("only %d cards were checked", cards)
	}
}

// eachCard finds the cards anywhere in a pack: flows hold flows.
func eachCard(t *testing.T, v any, visit func(exportedCard)) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			eachCard(t, e, visit)
		}
	case map[string]any:
		if _, ok := v["address"].(string); ok && v["node"] != nil {
			text, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			var c exportedCard
			if err := json.Unmarshal(text, &c); err != nil {
				t.Fatalf("%.200s: %v", text, err)
			}
			visit(c)
		}
		for _, e := range v {
			eachCard(t, e, visit)
		}
	}
}

func checkCard(t *testing.T, f function.Function, c exportedCard) {
	t.Helper()
	seen := map[string]bool{}
	for _, in := range c.Node.Model.Inputs.Data {
		key := function.Key{Group: in.Group, Name: in.Key}
		args, unknown := f.Arguments([]function.Input{{Key: key, Value: "v"}})
		if len(unknown) > 0 && !strays()[f.Okta+" *"] {
			t.Errorf("%s has no port for the input %q of a card %s", f.ID, key, f.Okta)
		}
		// No two inputs of a card end in one place.
		for name := range args.All() {
			if inner := args.Object(name); inner.Len() == 1 {
				name += "/" + inner.Keys()[0]
			}
			if seen[name] {
				t.Errorf("%s: two inputs of a card %s are its %q", f.ID, f.Okta, name)
			}
			seen[name] = true
		}
	}
	for _, out := range c.Node.Model.Outputs.Data {
		key := function.Key{Group: out.Group, Name: out.Key}
		if _, ok := f.Output(nil, key); !ok {
			t.Errorf("%s has no port for the output %q of a card %s", f.ID, key, f.Okta)
		}
	}
}

package sigma_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"testing"

	"go.yaml.in/yaml/v3"

	"sallyport/internal/detect"
	"sallyport/internal/detect/plain"
	"sallyport/internal/detect/sigma"
)

// conformance is a case of testdata/conformance.yaml.
type conformance struct {
	Name, Doc string
	Options   struct {
		Placeholders map[string][]string
		Fields       map[string]string
		Prefix       string
	}
	Detection    yaml.Node
	Fires, Quiet []any
}

func conformances(t *testing.T) []conformance {
	t.Helper()
	text, err := os.ReadFile("testdata/conformance.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var cases []conformance
	if err := yaml.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	return cases
}

// TestConformance runs testdata/conformance.yaml, by the reference and by the
// compiled program.
func TestConformance(t *testing.T) {
	cases := conformances(t)
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			if len(c.Fires) == 0 || len(c.Quiet) == 0 {
				t.Fatal("a case needs events that fire and events that stay quiet")
			}
			e := detection(t, &c.Detection, sigma.Options(c.Options))
			for _, event := range c.Fires {
				holds(t, e, event, true)
			}
			for _, event := range c.Quiet {
				holds(t, e, event, false)
			}
		})
	}
}

// The detections of all cases, compiled into one program, are decided on the
// events of all cases as the reference decides each of them.
func TestConformanceTogether(t *testing.T) {
	var rules []detect.Rule
	var events []any
	for _, c := range conformances(t) {
		rules = append(rules, detect.Rule{ID: c.Name, Expr: detection(t, &c.Detection, sigma.Options(c.Options))})
		events = slices.Concat(events, c.Fires, c.Quiet)
	}
	program, err := detect.Compile(rules)
	if err != nil {
		t.Fatal(err)
	}
	m := program.Matcher()
	for _, event := range events {
		raw, err := json.Marshal(event)
		if err != nil {
			t.Fatal(err)
		}
		decoded, err := plain.Decode(raw)
		if err != nil {
			t.Fatal(err)
		}
		hits, err := m.Match(raw)
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range rules {
			if got, want := slices.Contains(hits, i), plain.Holds(r.Expr, decoded); got != want {
				t.Errorf("%s: the program says %v, the reference %v, of %s", r.ID, got, want, raw)
			}
		}
	}
}

// detection reads a detection as that of a rule.
func detection(t *testing.T, n *yaml.Node, o sigma.Options) detect.Expr {
	t.Helper()
	spellNull(n)
	rule := map[string]any{"title": "x", "logsource": map[string]string{"product": "okta"}, "detection": n}
	text, err := yaml.Marshal(rule)
	if err != nil {
		t.Fatal(err)
	}
	docs, err := sigma.Parse(text, o)
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return docs[0].(*sigma.Rule).Expr
}

// spellNull keeps the encoder from writing "" where nothing stood.
func spellNull(n *yaml.Node) {
	if n.ShortTag() == "!!null" && n.Kind == yaml.ScalarNode {
		n.Value = "null"
	}
	for _, part := range n.Content {
		spellNull(part)
	}
}

// holds checks that a condition holds of an event or not.
func holds(t *testing.T, e detect.Expr, event any, want bool) {
	t.Helper()
	raw, err := json.Marshal(event)
	if err != nil {
		t.Fatal(err)
	}
	decoded, err := plain.Decode(raw)
	if err != nil {
		t.Fatal(err)
	}
	if got := plain.Holds(e, decoded); got != want {
		t.Errorf("%s: %v, want %v; the condition is %v", raw, got, want, fmt.Sprint(e))
	}
	program, err := detect.Compile([]detect.Rule{{ID: t.Name(), Expr: e}})
	if err != nil {
		t.Fatal(err)
	}
	hits, err := program.Matcher().Match(raw)
	if err != nil {
		t.Fatal(err)
	}
	if got := len(hits) == 1; got != want {
		t.Errorf("%s: the program says %v, want %v; the condition is %v", raw, got, want, fmt.Sprint(e))
	}
}

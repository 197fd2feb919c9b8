package flow_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"sallyport/content"
	"sallyport/internal/connector"
	"sallyport/internal/flow"
	"sallyport/internal/functions"
)

var update = flag.Bool("update", false, "write the generated part of docs/flows.md")

const guide = "../../docs/flows.md"

// The guide's list of functions is made of the shelf, and up to date.
func TestGuide(t *testing.T) {
	const head, foot = "<!-- generated: functions -->\n", "<!-- end -->"
	text, err := os.ReadFile(guide)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), head)
	_, after, closed := strings.Cut(rest, foot)
	if !ok || !closed {
		t.Fatalf("%s has no place for the functions", guide)
	}
	got := before + head + functionTable() + foot + after
	if got == string(text) {
		return
	}
	if !*update {
		t.Fatalf("%s is out of date: go test ./internal/flow -run TestGuide -update", guide)
	}
	if err := os.WriteFile(guide, []byte(got), 0o644); err != nil {
		t.Fatal(err)
	}
}

func functionTable() string {
	var b strings.Builder
	b.WriteString("| Function | Inputs | Outputs | What it does |\n|---|---|---|---|\n")
	for _, f := range functions.All() {
		var in, out []string
		for _, p := range f.In {
			in = append(in, p.Name)
		}
		if f.Extensible {
			in = append(in, "…")
		}
		for _, p := range f.Out {
			out = append(out, p.Name)
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", f.ID, strings.Join(in, ", "), strings.Join(out, ", "), f.Help)
	}
	return b.String()
}

// The guide's examples are flows that can be published.
func TestGuideExamples(t *testing.T) {
	text, err := os.ReadFile(guide)
	if err != nil {
		t.Fatal(err)
	}
	shelf, err := connector.LoadSound(content.FS)
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(string(text), "```yaml\n")[1:]
	for _, p := range parts {
		source, _, _ := strings.Cut(p, "```")
		d, problems := flow.Read(source)
		if len(problems) == 0 {
			problems = flow.NewCatalogue(functions.All(), shelf).Check(d, nil)
		}
		for _, problem := range problems {
			t.Errorf("%s", problem)
		}
	}
	if len(parts) == 0 {
		t.Errorf("%s has no example", guide)
	}
}

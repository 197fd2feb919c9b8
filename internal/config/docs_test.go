package config_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"sallyport/internal/config"
)

var update = flag.Bool("update", false, "write the list of docs/configuration.md")

// The list of the guide is made of the options, and up to date.
func TestGuide(t *testing.T) {
	const name, head, foot = "../../docs/configuration.md", "<!-- generated: options -->\n", "<!-- end -->"
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), head)
	_, after, closed := strings.Cut(rest, foot)
	if !ok || !closed {
		t.Fatalf("%s has no place for the options", name)
	}
	got := before + head + optionTable() + foot + after
	if got == string(text) {
		return
	}
	if !*update {
		t.Fatalf("%s is out of date: go test ./internal/config -run TestGuide -update", name)
	}
	if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
		t.Fatal(err)
	}
}

func optionTable() string {
	var b strings.Builder
	b.WriteString("| Option | Variable | Default | What it is |\n|---|---|---|---|\n")
	for _, o := range config.Options() {
		def := o.Default
		if def != "" {
			def = "`" + def + "`"
		}
		fmt.Fprintf(&b, "| `%s` | `%s` | %s | %s |\n", o.Name, o.Variable, def, o.Help)
	}
	return b.String()
}

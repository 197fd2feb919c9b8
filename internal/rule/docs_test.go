package rule_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sallyport/internal/rule"
)

var update = flag.Bool("update", false, "write the tables of docs/rules.md anew")

// TestDocs holds the tables of docs/rules.md against what there is.
func TestDocs(t *testing.T) {
	const name = "../../docs/rules.md"
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	got := string(text)
	for part, table := range map[string]string{"types": typeTable(t), "rules": ruleTables(t)} {
		head, foot := "<!-- generated: "+part+" -->\n", "<!-- end -->"
		before, rest, ok := strings.Cut(got, head)
		_, after, ok2 := strings.Cut(rest, foot)
		if !ok || !ok2 {
			t.Fatalf("%s has no place for %s", name, part)
		}
		got = before + head + table + foot + after
	}
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(got, string(text)); diff != "" {
		t.Errorf("docs/rules.md is out of date, go test ./internal/rule -update:\n%s", diff)
	}
}

func typeTable(t *testing.T) string {
	t.Helper()
	types, err := rule.AlertTypes()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString("| Type | Title | |\n|---|---|---|\n")
	for _, x := range types {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", x.ID, x.Title, x.Description)
	}
	return b.String()
}

func ruleTables(t *testing.T) string {
	t.Helper()
	by := map[string][]*rule.Rule{}
	all := builtIn(t).All()
	off := 0
	for _, r := range all {
		by[r.Category] = append(by[r.Category], r)
		if !r.Enabled {
			off++
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d rules, of which %d are off by default.\n", len(all), off)
	for _, category := range []string{"account", "mfa", "session", "threat", "privilege", "persistence", "tampering", "impact", "recon", "support", "auth0"} {
		fmt.Fprintf(&b, "\n**%s**\n\n| Rule | Finds | Level | ATT&CK |\n|---|---|---|---|\n", category)
		for _, r := range by[category] {
			level := r.Severity.String()
			if !r.Enabled {
				level += ", off"
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", r.Slug, r.Title, level, strings.Join(r.Techniques(), ", "))
		}
		delete(by, category)
	}
	for category := range by {
		t.Errorf("the category %s is in no table", category)
	}
	return b.String()
}

// TestGuideExamples runs the example of docs/rules.md: a rule and its cases.
func TestGuideExamples(t *testing.T) {
	text, err := os.ReadFile("../../docs/rules.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(string(text), "```yaml\n")
	if len(blocks) != 3 {
		t.Fatalf("%d examples", len(blocks)-1)
	}
	example := func(i int) string {
		s, _, _ := strings.Cut(blocks[i], "```")
		return s
	}
	shelf, report := load(t, map[string]string{"spray.yaml": example(1)})
	if len(shelf.All()) != 1 || len(report.Problems) > 0 {
		t.Fatal(problems(report))
	}
	cases, err := rule.ReadCases("spray.test.yaml", []byte(example(2)))
	if err != nil || len(cases) != 3 {
		t.Fatalf("%d cases, %v", len(cases), err)
	}
	linter, err := rule.NewLinter()
	if err != nil {
		t.Fatal(err)
	}
	r := shelf.All()[0]
	if got := linter.Lint(r, true); len(got) > 0 {
		t.Errorf("%v", got)
	}
	for _, k := range cases {
		if got, err := r.Try(t.Context(), k); err != nil || !got.OK() {
			t.Errorf("%s: %v, %v", k.Name, got.Why, err)
		}
	}
}

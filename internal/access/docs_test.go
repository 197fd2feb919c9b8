package access_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sallyport/internal/access"
)

var update = flag.Bool("update", false, "write the tables of docs/access.md anew")

// TestDocs holds the tables of docs/access.md against what there is.
func TestDocs(t *testing.T) {
	const name = "../../docs/access.md"
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	got := string(text)
	for part, table := range map[string]string{"steps": stepTable(true), "facts": stepTable(false), "roles": roleTable()} {
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
		t.Errorf("docs/access.md is out of date, go test ./internal/access -update:\n%s", diff)
	}
}

func stepTable(numbered bool) string {
	var b strings.Builder
	b.WriteString("| # | Step | All must hold | Gives | Conf. | Source | Taken away by |\n|---|---|---|---|---|---|---|\n")
	for _, k := range access.Kinds() {
		if (k.Number > 0) != numbered {
			continue
		}
		number := ""
		if numbered {
			number = fmt.Sprint(k.Number)
		}
		fmt.Fprintf(&b, "| %s | `%s` | %s | %s | %s | %s | %s |\n", number, k.Kind, strings.Join(k.Preconditions, "; "), k.Result, k.Confidence, k.Source, k.Remedy)
	}
	return b.String()
}

func roleTable() string {
	var b strings.Builder
	b.WriteString("| Role | Permissions | Targets | Source |\n|---|---|---|---|\n")
	for _, r := range access.StandardRoles() {
		permissions := "`" + strings.Join(r.Permissions, "`, `") + "`"
		if r.Type == "SUPER_ADMIN" {
			permissions = "all"
		}
		targets := ""
		if r.Scoped {
			targets = "yes"
		}
		fmt.Fprintf(&b, "| %s (`%s`) | %s | %s | %s |\n", r.Title, r.Type, permissions, targets, r.Source)
	}
	return b.String()
}

// The numbers of the catalogue are all there.
func TestEachNumberIsThere(t *testing.T) {
	have := map[int]bool{}
	for _, k := range access.Kinds() {
		have[k.Number] = true
	}
	for n := 1; n <= 38; n++ {
		if !have[n] {
			t.Errorf("there is no step %d", n)
		}
	}
}

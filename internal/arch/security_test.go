package arch

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Every test that the threat model names exists, and every threat names one.
func TestThreatsHaveTests(t *testing.T) {
	text, err := os.ReadFile("../../docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(text), "\n## Threats")
	if !ok {
		t.Fatal("there is no table of threats")
	}
	table, _, _ := strings.Cut(rest, "\n## ")
	named := regexp.MustCompile("`([a-z0-9/]+) ((?:Test|Fuzz)[A-Za-z0-9]+)`|`(web/[A-Za-z0-9/.]+\\.test\\.ts)`")
	threats := 0
	for line := range strings.Lines(table) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if len(cells) != 3 || strings.HasPrefix(strings.TrimSpace(cells[0]), "---") || strings.TrimSpace(cells[0]) == "Threat" {
			continue
		}
		threats++
		tests := named.FindAllStringSubmatch(cells[2], -1)
		if len(tests) == 0 || len(tests) != strings.Count(cells[2], ",")+1 {
			t.Errorf("%s: a test is not named as `package Test` or `web/….test.ts`: %s", cells[0], cells[2])
		}
		for _, m := range tests {
			if !exists(t, m[1], m[2], m[3]) {
				t.Errorf("%s: there is no %s", cells[0], m[0])
			}
		}
	}
	if threats < 40 {
		t.Errorf("only %d threats are read", threats)
	}
}

// exists reports whether a package has a test of a name, or whether there is a file.
func exists(t *testing.T, pkg, test, file string) bool {
	t.Helper()
	if file != "" {
		_, err := os.Stat(filepath.Join("../..", file))
		return err == nil
	}
	files, err := filepath.Glob(filepath.Join("../..", pkg, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, takes := range []string{"(t *testing.T)", "(f *testing.F)"} {
			if strings.Contains(string(text), "\nfunc "+test+takes) {
				return true
			}
		}
	}
	return false
}

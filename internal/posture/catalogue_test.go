package posture_test

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sallyport/content"
	"sallyport/internal/posture"
)

// catalogue lists the checks that there are to be. It stands beside the checkout.
const catalogue = "../../../shared/reference/posture.json"

// TestCatalogue holds the checks against the list: ids, severities, categories
// and profiles. The profile of what comes first is our own.
func TestCatalogue(t *testing.T) {
	text, err := os.ReadFile(catalogue)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("%s is not there: whether all checks are is not checked", catalogue)
	}
	if err != nil {
		t.Fatal(err)
	}
	type entry struct {
		ID       string   `json:"id"`
		Severity string   `json:"severity"`
		Category string   `json:"category"`
		Profiles []string `json:"profiles"`
	}
	var listed struct {
		Checks []entry `json:"checks"`
	}
	if err := json.Unmarshal(text, &listed); err != nil {
		t.Fatal(err)
	}
	_, checks := builtIn(t)
	var got []entry
	for _, c := range checks {
		e := entry{ID: c.ID, Severity: string(c.Severity), Category: c.Category}
		for _, p := range c.Profiles {
			if p != posture.Seed {
				e.Profiles = append(e.Profiles, string(p))
			}
		}
		got = append(got, e)
	}
	byID := func(a, b entry) int { return strings.Compare(a.ID, b.ID) }
	slices.SortFunc(got, byID)
	slices.SortFunc(listed.Checks, byID)
	if diff := cmp.Diff(listed.Checks, got); diff != "" {
		t.Errorf("the checks are not those of the list (-list +checks):\n%s", diff)
	}
}

// TestEvents holds that every type of event that a check waits for is one.
func TestEvents(t *testing.T) {
	text, err := fs.ReadFile(content.FS, "rules/event_types.txt")
	if err != nil {
		t.Fatal(err)
	}
	types := strings.Fields(string(text))
	_, checks := builtIn(t)
	for _, c := range checks {
		if len(c.Events) == 0 && len(c.Needs) > 0 && !slices.ContainsFunc(c.Needs, silent) {
			t.Errorf("%s: no event makes it be judged anew", c.ID)
		}
		for _, e := range c.Events {
			if !slices.Contains(types, e) {
				t.Errorf("%s: there is no event %s", c.ID, e)
			}
		}
	}
}

// silent reports whether Okta writes no event when a collection changes.
func silent(collection string) bool {
	return slices.Contains([]string{
		"org", "setting.third_party_admin", "setting.client_privileges", "setting.notification_mails",
	}, collection)
}

var update = flag.Bool("update", false, "write the tables of docs/posture.md anew")

// TestDocs holds the tables of docs/posture.md against what there is.
func TestDocs(t *testing.T) {
	const name = "../../docs/posture.md"
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	got := string(text)
	for part, table := range map[string]string{"variables": variableTable(), "collections": collectionTable(), "checks": checkTables(t)} {
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
		t.Errorf("docs/posture.md is out of date, go test ./internal/posture -update:\n%s", diff)
	}
}

func variableTable() string {
	var b strings.Builder
	b.WriteString("| Variable | |\n|---|---|\n")
	for _, v := range posture.Variables() {
		fmt.Fprintf(&b, "| `%s` | %s |\n", v[0], v[1])
	}
	return b.String()
}

func collectionTable() string {
	var b strings.Builder
	b.WriteString("| `of` | |\n|---|---|\n")
	for _, w := range posture.Walks() {
		fmt.Fprintf(&b, "| `%s` | %s |\n", w.Name, w.Help)
	}
	return b.String()
}

func checkTables(t *testing.T) string {
	t.Helper()
	_, checks := builtIn(t)
	count := map[posture.Severity]int{}
	for _, c := range checks {
		count[c.Severity]++
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d checks:", len(checks))
	for i, s := range posture.Severities() {
		if i > 0 {
			b.WriteString(",")
		}
		fmt.Fprintf(&b, " %d %s", count[s], s)
	}
	b.WriteString(".\n")
	category := ""
	for _, c := range checks {
		if c.Category != category {
			category = c.Category
			fmt.Fprintf(&b, "\n**%s**\n\n| Check | What is so where it passes | Severity | Profiles | Fix |\n|---|---|---|---|---|\n", category)
		}
		profiles := make([]string, len(c.Profiles))
		for i, p := range c.Profiles {
			profiles[i] = string(p)
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", c.ID, c.Title, c.Severity, strings.Join(profiles, ", "), c.Fix.Mode)
	}
	return b.String()
}

// TestGuide runs the example of docs/posture.md: a check and its cases.
func TestGuide(t *testing.T) {
	text, err := os.ReadFile("../../docs/posture.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(string(text), "```yaml\n")
	if len(blocks) != 3 {
		t.Fatalf("%d examples", len(blocks)-1)
	}
	example := func(i int) []byte {
		s, _, _ := strings.Cut(blocks[i], "```")
		return []byte(s)
	}
	c, err := posture.Parse("password/pwd-001.yaml", example(1))
	if err != nil {
		t.Fatal(err)
	}
	cases, err := posture.ReadCases("pwd-001.test.yaml", example(2))
	if err != nil || len(cases) != 3 {
		t.Fatalf("%d cases, %v", len(cases), err)
	}
	for _, k := range cases {
		if out, err := c.Try(t.Context(), k); err != nil || len(out.Why) > 0 {
			t.Errorf("%s: %v, %v", k.Name, out.Why, err)
		}
	}
}

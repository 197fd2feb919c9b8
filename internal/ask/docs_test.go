package ask_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"sallyport/internal/ask"
)

var update = flag.Bool("update", false, "write the views and questions into the guide")

const guide = "../../docs/ask.md"

// The guide has every view with its columns, and every question: go test
// ./internal/ask -update writes them.
func TestGuideHasTheViews(t *testing.T) {
	raw, err := os.ReadFile(guide)
	if err != nil {
		t.Fatal(err)
	}
	text := between(t, string(raw), "views", viewsText())
	text = between(t, text, "questions", questionsText(t))
	if *update {
		if err := os.WriteFile(guide, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if text != string(raw) {
		t.Error("docs/ask.md is not as the code has it: go test ./internal/ask -run Guide -update")
	}
}

func between(t *testing.T, text, name, put string) string {
	t.Helper()
	before, rest, ok := strings.Cut(text, "<!-- "+name+" -->\n")
	_, after, closed := strings.Cut(rest, "<!-- /"+name+" -->")
	if !ok || !closed {
		t.Fatalf("the guide has no place for %s", name)
	}
	return before + "<!-- " + name + " -->\n" + put + "<!-- /" + name + " -->" + after
}

func viewsText() string {
	var b strings.Builder
	for _, v := range ask.Views() {
		fmt.Fprintf(&b, "### %s\n\n%s\n\n| Column | Type | |\n|---|---|---|\n", v.Name, v.Doc)
		for _, c := range v.Columns {
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", c.Name, c.Type, c.Doc)
		}
		b.WriteString("\n")
	}
	return b.String()
}

func questionsText(t *testing.T) string {
	t.Helper()
	all, err := ask.BuiltIn()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString("| Name | |\n|---|---|\n")
	for _, k := range all {
		fmt.Fprintf(&b, "| `%s` | %s |\n", k.Name, k.Text)
	}
	return b.String()
}

// The columns of each view are those that it has, of the types that are said.
func TestViewsAreAsTheySay(t *testing.T) {
	e := engine(t, newShelf(t))
	for _, v := range ask.Views() {
		a, err := e.Ask(t.Context(), ask.Question{Org: "mine", SQL: "SELECT * FROM " + v.Name})
		if err != nil {
			t.Errorf("%s: %v", v.Name, err)
			continue
		}
		var want, got []string
		for i, c := range v.Columns {
			want = append(want, c.Name)
			if is := a.Columns[min(i, len(a.Columns)-1)].Type; is != c.Type && is != "" {
				t.Errorf("%s.%s is said to be %s, and is %s", v.Name, c.Name, c.Type, is)
			}
		}
		for _, c := range a.Columns {
			got = append(got, c.Name)
		}
		if strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("%s has %v, and says %v", v.Name, got, want)
		}
	}
}

func FuzzParseKept(f *testing.F) {
	f.Add([]byte("text: Who\nsql: SELECT 1\n"))
	f.Add([]byte("sql: ["))
	f.Fuzz(func(t *testing.T, text []byte) {
		if k, err := ask.ParseKept("questions/a.yaml", text); err == nil && (k.Name != "a" || k.SQL == "" || k.Text == "") {
			t.Errorf("%+v", k)
		}
	})
}

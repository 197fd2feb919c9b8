package migration_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"sallyport/internal/functions"
)

var update = flag.Bool("update", false, "write the generated part of docs/import.md")

const guide = "../../docs/import.md"

// The guide's list of cards is made of the shelves, and up to date.
func TestGuide(t *testing.T) {
	const head, foot = "<!-- generated: cards -->\n", "<!-- end -->"
	text, err := os.ReadFile(guide)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), head)
	_, after, closed := strings.Cut(rest, foot)
	if !ok || !closed {
		t.Fatalf("%s has no place for the cards", guide)
	}
	got := before + head + cardTable(t) + foot + after
	if got == string(text) {
		return
	}
	if !*update {
		t.Fatalf("%s is out of date: go test ./internal/migration -run TestGuide -update", guide)
	}
	if err := os.WriteFile(guide, []byte(got), 0o644); err != nil {
		t.Fatal(err)
	}
}

func cardTable(t *testing.T) string {
	t.Helper()
	ours := map[string][]string{} // what serves a card
	add := func(card, by string) {
		if !slices.Contains(ours[card], by) {
			ours[card] = append(ours[card], by)
		}
	}
	for _, f := range functions.All() {
		if f.Okta != "" {
			add(f.Okta, "`"+f.ID+"`")
		}
	}
	s, err := shelf()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range s.All() {
		for _, id := range c.ActionIDs() {
			for _, card := range c.Actions[id].Cards {
				add(card.Channel+":"+card.Method, "`"+c.ID+"."+id+"`")
			}
		}
		for _, e := range c.Events {
			by := "event `" + e.Event + "`"
			if e.Called {
				by = "called"
			}
			add(e.Channel+":"+e.Method, by)
		}
	}
	var b strings.Builder
	b.WriteString("| Card | Here |\n|---|---|\n")
	for _, card := range slices.Sorted(maps.Keys(ours)) {
		fmt.Fprintf(&b, "| `%s` | %s |\n", card, strings.Join(ours[card], ", "))
	}
	return b.String()
}

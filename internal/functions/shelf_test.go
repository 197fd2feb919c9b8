package functions

import (
	"os"
	"strings"
	"testing"
)

// Every function has an id of its own, words for people, outputs, and a test
// file beside it.
func TestShelf(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range All() {
		if seen[f.ID] {
			t.Errorf("%s stands on the shelf twice", f.ID)
		}
		seen[f.ID] = true
		if f.Title == "" || f.Help == "" || len(f.Out) == 0 || !strings.Contains(f.ID, ".") {
			t.Errorf("%s: a family, a title, a help text and outputs are wanted", f.ID)
		}
		if _, err := os.Stat(strings.ReplaceAll(f.ID, ".", "_") + "_test.go"); err != nil {
			t.Errorf("%s has no test: %v", f.ID, err)
		}
	}
}

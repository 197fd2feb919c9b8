package migration_test

import (
	"path/filepath"
	"strings"
	"testing"

	"sallyport/internal/flow"
	"sallyport/internal/migration"
)

// What is translated is a flow that can be read.
func TestParses(t *testing.T) {
	cat := catalogue(t)
	parsed, total := 0, 0
	for _, file := range corpus(t) {
		res, err := migration.Translate(read(t, file), cat)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range res.Flows {
			total++
			if _, err := flow.Parse(f.YAML); err == nil {
				parsed++
			} else if said := err.Error(); !strings.Contains(said, ".empty: there is no such key") && !strings.Contains(said, "on_error: means nothing on a card of kind fail") {
				t.Errorf("%s: %s: %v", filepath.Base(filepath.Dir(file)), f.Slug, err)
			} // Those two keys are the language's own matter.
		}
	}
	t.Logf("%d of %d flows can be read", parsed, total)
}

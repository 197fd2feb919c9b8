package migration_test

import (
	"path/filepath"
	"testing"

	"sallyport/internal/flow"
	"sallyport/internal/migration"
)

// What is translated is a flow that can be read.
func TestParses(t *testing.T) {
	cat := catalogue(t)
	total := 0
	for _, file := range corpus(t) {
		res, err := migration.Translate(read(t, file), cat)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range res.Flows {
			total++
			if _, err := flow.Parse(f.YAML); err != nil {
				t.Errorf("%s: %s: %v", filepath.Base(filepath.Dir(file)), f.Slug, err)
			}
		}
	}
	t.Logf("%d flows can be read", total)
}
